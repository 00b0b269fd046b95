"""Where within a transfer an instrument acts on a command."""

import re
from zlib import crc32

import numpy as np

_WORD = re.compile(rb"[^\s(=?]*")


class Places:
    """The place of each unit's each command, as a share of the transfer but for its bytes: 0 right after the last one.

    A controller knows when it handed a command over and when that was done, no more. In between the firmware has the
    last byte and takes its time, about the same whenever this unit gets this command. `given` puts all commands at one
    place; None draws each uniformly from the seed, the address and the first word of the command, whatever was sent
    before.
    """

    def __init__(self, seed: int, given: float | None = None) -> None:
        self._seed = seed
        self._given = given
        self._drawn: dict[tuple[str, bytes], float] = {}

    def of(self, address: str, command: bytes) -> float:
        """Give the place of a command; its arguments do not matter."""
        if self._given is not None:
            return self._given
        found = _WORD.match(command)
        key = address, found.group() if found else b""
        if key not in self._drawn:
            generator = np.random.default_rng([self._seed, crc32(address.encode()), crc32(key[1])])
            self._drawn[key] = float(generator.random())
        return self._drawn[key]
