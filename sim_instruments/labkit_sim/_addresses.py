"""VISA addresses: one spelling for each, and the serial number that belongs to it."""

from zlib import crc32

from pyvisa import rname

from labkit.core import LabkitError


def canonical_address(address: str) -> str:
    """Give an address as VISA writes it; raises LabkitError."""
    try:
        return str(rname.ResourceName.from_string(address))
    except rname.InvalidResourceName as error:
        raise LabkitError(
            f"{address!r} is no VISA address: {error}", "copy it from the instrument's own list"
        ) from error


def is_stream(address: str) -> bool:
    """Tell whether an address is a stream of bytes, a raw socket or a serial line, and no bus that carries messages."""
    parsed = rname.ResourceName.from_string(address)
    return parsed.resource_class == "SOCKET" or parsed.interface_type == "ASRL"


def serial_number(address: str) -> str:
    """Give the serial number that a USB address holds, or eight digits that belong to any other address."""
    parsed = rname.ResourceName.from_string(canonical_address(address))
    if isinstance(parsed, rname.USBInstr):
        return parsed.serial_number
    return f"{crc32(str(parsed).encode()) % 10**8:08d}"
