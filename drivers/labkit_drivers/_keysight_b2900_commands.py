"""The B2900's SCPI as tables of properties, one for each channel; pymeasure has no class of its own for it."""

from collections.abc import Iterable

from pymeasure.instruments import Channel, Instrument, SCPIMixin

from labkit.core import Connection, InstrumentError
from labkit_drivers._keysight_b2900_bursts import Bursts
from labkit_drivers._keysight_b2900_data import LIST_COMMAND_VALUES
from labkit_drivers._keysight_b2900_run import Acquisition, Transient
from labkit_drivers._link import Link

ELEMENTS = ("VOLT", "CURR", "TIME", "STAT", "SOUR")
"""What is read back of each reading: their order is fixed, whatever the order in which they are asked for."""
STATUS_COMPLIANCE = 2 | 4
"""Bits of STAT that tell that the source is at its limit (SCPI reference, table 1-2)."""

_IDLE_BITS = {"1": 1 << 1 | 1 << 4, "2": 1 << 7 | 1 << 10}
"""Bits of the operation status: transient and acquire action idle."""


class B2900Channel(Channel):
    """One channel of a B2900."""

    level = Channel.control(":SOUR{ch}:VOLT?", ":SOUR{ch}:VOLT %.9g", """Control the source voltage (V).""")
    source_range = Channel.control(
        ":SOUR{ch}:VOLT:RANG?", ":SOUR{ch}:VOLT:RANG %.9g", """Control the source range (V)."""
    )
    measure_range = Channel.control(
        ":SENS{ch}:CURR:RANG?", ":SENS{ch}:CURR:RANG %.9g", """Control the measure range (A)."""
    )
    limit_current = Channel.control(
        ":SENS{ch}:CURR:PROT?",
        ":SENS{ch}:CURR:PROT %.9g",
        """Control the current limit while voltage is sourced (A).""",
    )
    aperture = Channel.control(":SENS{ch}:CURR:APER?", ":SENS{ch}:CURR:APER %.9g", """Control the aperture (s).""")
    output = Channel.control(
        ":OUTP{ch}?",
        ":OUTP{ch} %d",
        """Control whether the output is on (bool).""",
        values={True: 1, False: 0},
        map_values=True,
    )

    def prepare(self) -> None:
        """Bring the channel to a known state: voltage source, grounded low terminal, two wires, no wait times.

        The protection that switches an output off at its limit stays off: a device that switches reaches its
        compliance, and that is part of the measurement. The last level of a list stays on.
        """
        for command in (
            ":OUTP{ch}:LOW GRO;:OUTP{ch}:ON:AUTO OFF;:OUTP{ch}:PROT OFF",
            ":SOUR{ch}:FUNC:MODE VOLT;:SOUR{ch}:FUNC:SHAP DC;:SOUR{ch}:FUNC:TRIG:CONT ON",
            ":SOUR{ch}:VOLT:RANG:AUTO OFF;:SOUR{ch}:WAIT OFF;:SENS{ch}:WAIT OFF;:SENS{ch}:REM OFF",
            ':SENS{ch}:FUNC "VOLT","CURR";:SENS{ch}:CURR:RANG:AUTO OFF;:SENS{ch}:CURR:APER:AUTO OFF',
        ):
            self.write(command)

    def write_transient(self, transient: Transient) -> None:
        """Write the levels and the timers of the source."""
        self.write(":SOUR{ch}:VOLT:MODE LIST")
        levels = [f"{level:.9g}" for level in transient.levels.tolist()]
        for first in range(0, len(levels), LIST_COMMAND_VALUES):
            part = ",".join(levels[first : first + LIST_COMMAND_VALUES])
            self.write(f":SOUR{{ch}}:LIST:VOLT{':APP' if first else ''} {part}")
        self._write_layers("TRAN", transient.bursts)

    def write_acquisition(self, acquisition: Acquisition) -> None:
        """Write the aperture and the timers of the meter."""
        self.aperture = acquisition.aperture / 1e9
        self._write_layers("ACQ", acquisition.bursts)

    def _write_layers(self, action: str, bursts: Bursts) -> None:
        arm = f"TIM;:ARM{{ch}}:{action}:TIM {bursts.arm_period / 1e9:.9g}" if bursts.arms > 1 else "AINT"
        self.write(
            f":ARM{{ch}}:{action}:SOUR {arm};:ARM{{ch}}:{action}:COUN {bursts.arms};"
            f":ARM{{ch}}:{action}:DEL {bursts.delay / 1e9:.9g}"
        )
        self.write(
            f":TRIG{{ch}}:{action}:SOUR TIM;:TRIG{{ch}}:{action}:TIM {bursts.period / 1e9:.9g};"
            f":TRIG{{ch}}:{action}:COUN {bursts.count};:TRIG{{ch}}:{action}:DEL 0"
        )

    def write_trigger_pulses(self, pin: str, pulse: str) -> None:
        """Put a pulse on a digital pin at each change of the source, at each arm, or never."""
        self.write(
            f":SOUR{{ch}}:TOUT:SIGN EXT{pin};:SOUR{{ch}}:TOUT {int(pulse == 'change')};"
            f":TRIG{{ch}}:TRAN:TOUT:SIGN EXT{pin};:TRIG{{ch}}:TRAN:TOUT {int(pulse == 'arm')}"
        )

    def abort(self) -> None:
        """Stop both device actions."""
        self.write(":ABOR (@{ch})")

    def is_idle(self, operation: int) -> bool:
        """Tell from the operation status whether both device actions of the channel are over."""
        bits = _IDLE_BITS[str(self.id)]
        return operation & bits == bits


class B2900Commands(SCPIMixin, Instrument):
    """A B2902A or B2912A."""

    def __init__(self, adapter: Link, name: str = "Keysight B2900") -> None:
        super().__init__(adapter, name)  # type: ignore[no-untyped-call] # pymeasure has no annotations here
        self.channel_tables = {number: B2900Channel(self, number) for number in ("1", "2")}

    def prepare(self, channels: Iterable[B2900Channel], pin: str) -> None:
        """Bring the instrument and channels to a known state; `pin` is the digital pin of triggers, "" for none."""
        self.write(":OUTP1 OFF;:OUTP2 OFF")  # before the reset may change the limits that they are under
        self.write("*RST")
        self.write(f"*CLS;:FORM ASC;:FORM:BORD SWAP;:FORM:ELEM:SENS {','.join(ELEMENTS)}")
        for channel in channels:
            channel.prepare()
        if pin:
            root = f":SOUR:DIG:EXT{pin}"
            # Polarity first: an output of the wrong polarity would rise, and start what hangs on it.
            self.write(f"{root}:POL POS;{root}:TOUT:TYPE EDGE;{root}:TOUT:POS BEF;{root}:FUNC TOUT")


def pin_of(connection: Connection) -> str:
    """Give the digital pin of the trigger output, "" for none; `3` and `EXT3` are the same."""
    pin = connection.trigger_output.upper().removeprefix("EXT")
    if pin and not (pin.isdigit() and 1 <= int(pin) <= 14):
        raise InstrumentError(
            f"{connection.name}: a B2900 has no trigger output {connection.trigger_output!r}",
            "name a digital pin, 1 to 14, under `trigger_lines` in bench.yaml",
        )
    return pin
