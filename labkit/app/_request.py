"""What a user asks for, before anything of it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asks for: a protocol with its parameters, a bench, a sample.

    `protocol`, `bench` are names or paths; `parameters` maps names to text with units; `seed` makes random orders and,
    on a virtual bench, the device. `devices` are those of the chip to go through, `("all",)` for every one.
    `criteria` is the file that says what a good device is: it is kept in the run file from before the first pulse.
    `twin` is a preset, or its file, that takes the place of the bench's virtual device: only with `virtual`.
    `protocol_text` stands in the place of the protocol's file, which may be another or none yet: what an editor holds.
    """

    protocol: str
    bench: str
    sample: str | None = None
    virtual: bool = False
    set_name: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    parameters_file: str | None = None
    seed: int | None = None
    devices: tuple[str, ...] = ()
    criteria: str | None = None
    protocol_text: str | None = None
    twin: str | None = None
