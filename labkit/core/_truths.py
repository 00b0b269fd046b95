"""What a simulated device's parameters say of an experiment: the contract of the entry point `labkit.truths`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class ExpectedValue:
    """A published number, what the preset's parameters say in its place, and which result of the run stands beside it.

    `quantity` is a name of the published tables, `published` its number there (SI). `truth` is computed from the
    parameters, in the unit of the result with this `metric` and `symbol` and the conditions `at`. `kind` tells how the
    two stand to each other: `value`, the result estimates the truth; `remaining`, the truth is what is left (a ratio)
    after the published time; `alive`, the result is a count that the device has to reach.
    """

    quantity: str
    published: float
    metric: str
    symbol: str
    truth: float
    kind: Literal["value", "remaining", "alive"] = "value"
    at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TruthExperiment:
    """A protocol with its parameters on a virtual bench (as text), for values whose truth is known.

    `metrics` are those to compute of the run; without them, the protocol's own.
    """

    preset: str
    protocol: str
    parameters: Mapping[str, str]
    bench_text: str
    metrics: tuple[str, ...]
    expected: tuple[ExpectedValue, ...]


class PublishedTruths(Protocol):
    """The entry point `published` of `labkit.truths`: the experiments on the preset of a published device."""

    def __call__(self, reference: int) -> Sequence[TruthExperiment]:
        """Give the experiments for the device with this number of reference; none where there is no preset."""
        ...
