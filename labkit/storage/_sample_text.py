"""The sample document within a run."""

from labkit.core import Sample, load_yaml, validate


def parse_sample(document: str) -> Sample:
    """Read the text of a sample file; an empty one is an unnamed sample. Raises DocumentError."""
    return validate(Sample, load_yaml(document, "sample.yaml")) if document.strip() else Sample()
