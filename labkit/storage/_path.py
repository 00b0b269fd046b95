"""The name that a run's file gets when the user gives none."""

import re
from datetime import datetime
from pathlib import Path

from labkit.core import RunDescription
from labkit.storage._create import free_name
from labkit.storage._failures import told
from labkit.storage._sample_text import parse_sample


def run_path(folder: Path, description: RunDescription) -> Path:
    """Give `<folder>/<YYYYMMDD-HHMMSS>_<protocol>_<device>.h5`, with -2, -3, ... where that is taken.

    The time is now, on the local clock. The folder is made when it is not there. Raises StorageError.
    """
    with told("make", folder):
        folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    device = parse_sample(description.sample_text).device
    words = [stamp, _for_a_name(description.protocol_name), _for_a_name(device)]
    return free_name(folder / ("_".join(word for word in words if word) + ".h5"))


def _for_a_name(text: str) -> str:
    """Keep what every file system takes."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:60]
