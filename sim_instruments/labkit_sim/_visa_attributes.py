"""The VISA attributes of one open resource: what its address says, what VISA starts with, what a client sets."""

from typing import Any

from pyvisa import attributes, constants, rname
from pyvisa.constants import InterfaceType, ResourceAttribute, StatusCode

_IDENTITY = {
    "board": ResourceAttribute.interface_number,
    "manufacturer_id": ResourceAttribute.manufacturer_id,
    "model_code": ResourceAttribute.model_code,
    "serial_number": ResourceAttribute.usb_serial_number,
    "primary_address": ResourceAttribute.gpib_primary_address,
    "host_address": ResourceAttribute.tcpip_address,
    "port": ResourceAttribute.tcpip_port,
    "lan_device_name": ResourceAttribute.tcpip_device_name,
}
"""Part of an address to the attribute that tells it."""

_WORDS = {"serial_number", "host_address", "lan_device_name"}


class Attributes:
    """The attributes that a resource of an address has, by the number of VISA."""

    def __init__(self, address: str, name: str) -> None:
        parsed = rname.ResourceName.from_string(address)
        kind = (parsed.interface_type_const, parsed.resource_class)
        known = attributes.AttributesPerResource[kind] | attributes.AttributesPerResource[attributes.AllSessionTypes]
        self._known = {found.attribute_id: found for found in known}
        self._values: dict[int, Any] = {
            number: found.default for number, found in self._known.items() if isinstance(found.default, int | str)
        }
        self._values |= {
            ResourceAttribute.resource_name: name,
            ResourceAttribute.resource_class: parsed.resource_class,
            ResourceAttribute.interface_type: parsed.interface_type_const,
            ResourceAttribute.resource_manufacturer_name: "labkit",
        }
        for part, value in vars(parsed).items():
            if part in _IDENTITY:
                self._values[_IDENTITY[part]] = value if part in _WORDS else int(value, 0)
        self.message_based = parsed.resource_class == "INSTR" and kind[0] is not InterfaceType.asrl
        """Whether the interface marks the end of a message (GPIB, USBTMC, VXI-11), or is a stream of bytes."""
        self._serial = kind[0] is InterfaceType.asrl

    @property
    def timeout(self) -> float | None:
        """The time-out (s), or None for an infinite one."""
        value = self._values[ResourceAttribute.timeout_value]
        return None if value == constants.VI_TMO_INFINITE else value / 1e3

    @property
    def termination(self) -> int | None:
        """The byte that ends a read, or None."""
        by_character = self._serial and (
            self._values[ResourceAttribute.asrl_end_in] == constants.SerialTermination.termination_char
        )
        enabled = by_character or bool(self._values[ResourceAttribute.termchar_enabled])
        return int(self._values[ResourceAttribute.termchar]) if enabled else None

    @property
    def sends_end(self) -> bool:
        """Whether the last byte of a write ends the message."""
        return self.message_based and bool(self._values[ResourceAttribute.send_end_enabled])

    def get(self, attribute: int) -> tuple[bool, Any]:
        """Give whether the resource has an attribute, and its state."""
        return attribute in self._values, self._values.get(attribute)

    def set(self, attribute: int, state: Any) -> StatusCode:
        """Set the state of an attribute, if it is one that can be set and takes that state."""
        found = self._known.get(attribute)
        if found is None:
            return StatusCode.error_nonsupported_attribute
        if not found.write:
            return StatusCode.error_attribute_read_only
        if issubclass(found, attributes.RangeAttribute) and not _in_range(found, state):
            return StatusCode.error_nonsupported_attribute_state
        self._values[attribute] = state
        return StatusCode.success


def _in_range(attribute: type[attributes.RangeAttribute], state: Any) -> bool:
    special = attribute.values or ()
    return attribute.min_value <= state <= attribute.max_value or state in special
