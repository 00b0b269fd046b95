"""The superblock of an HDF5 file, as far as a killed writer leaves it wrong.

A writer sets flags in it ("open to write", "open for SWMR") and clears them when it closes; the end-of-file address
is the one of the moment when SWMR began. A writer that was killed leaves both. Whoever opens the file then is refused,
or, where the flags alone are cleared, reads beyond the stated end. Both are put right here, with the checksum.
Source: HDF5 File Format Specification 3.0, II.A (superblock version 2 and 3) and its checksum, lookup3.
"""

import struct
from dataclasses import dataclass

SIZE = 48
"""Bytes of a superblock of version 2 or 3 with 8-byte addresses: 12, four addresses, checksum."""

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MASK = 0xFFFFFFFF
_FLAGS_AT = 11
_END_AT = 28
_CHECKSUM_AT = 44


@dataclass(frozen=True, slots=True)
class Superblock:
    """The consistency flags and the end-of-file address of a file, with the bytes they came from."""

    raw: bytes
    flags: int
    end_of_file: int

    def closed(self, size: int) -> bytes:
        """Give the superblock of the same file, closed, when the file is `size` bytes long."""
        block = bytearray(self.raw[:_CHECKSUM_AT])
        block[_FLAGS_AT] = 0
        struct.pack_into("<Q", block, _END_AT, max(size, self.end_of_file))
        return bytes(block) + struct.pack("<I", lookup3(bytes(block)))


def parse(head: bytes) -> Superblock | None:
    """Read the first 48 bytes of a file; None when they are not the superblock of a file that labkit wrote."""
    if len(head) < SIZE or head[:8] != _SIGNATURE or head[8] not in (2, 3) or head[9] != 8:
        return None
    (checksum,) = struct.unpack_from("<I", head, _CHECKSUM_AT)
    if checksum != lookup3(head[:_CHECKSUM_AT]):
        return None
    (end_of_file,) = struct.unpack_from("<Q", head, _END_AT)
    return Superblock(head[:SIZE], head[_FLAGS_AT], end_of_file)


def lookup3(data: bytes) -> int:
    """Give the 32-bit hash of Bob Jenkins (2006), initial value 0, that HDF5 uses as the checksum of its metadata."""
    a = b = c = (0xDEADBEEF + len(data)) & _MASK
    whole = max(0, (len(data) - 1) // 12) * 12
    for at in range(0, whole, 12):
        x, y, z = struct.unpack_from("<3I", data, at)
        a, b, c = _mix((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)
    if not data:
        return c
    x, y, z = struct.unpack("<3I", data[whole:].ljust(12, b"\0"))
    return _final((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)


def _rotate(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & _MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & _MASK) ^ _rotate(c, bits)
        c = (c + b) & _MASK
        a, b, c = b, c, a
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _rotate(b, bits)) & _MASK
        a, b, c = b, c, a
    return b
