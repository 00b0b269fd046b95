"""The 2600B's channels as tables of properties, on pymeasure's Instrument and Channel.

pymeasure's own Keithley2600 is not used: it formats with `%f`, so that a compliance of 1e-7 A is sent as 0.000000,
which the instrument refuses, keeping its default of 100 mA or 1 A.
"""

from pymeasure.adapters import VISAAdapter
from pymeasure.instruments import Channel, Instrument


class SourceMeterChannel(Channel):
    """A channel, `smua` or `smub`."""

    level = Channel.control(
        "print(smu{ch}.source.levelv)", "smu{ch}.source.levelv=%.9g", """Control the source voltage (V)."""
    )
    limit_current = Channel.control(
        "print(smu{ch}.source.limiti)",
        "smu{ch}.source.limiti=%.9g",
        """Control the current limit while voltage is sourced (A).""",
    )
    sweep_limit_current = Channel.control(
        "print(smu{ch}.trigger.source.limiti)",
        "smu{ch}.trigger.source.limiti=%.9g",
        """Control the current limit while the trigger model sources (A); it replaces the other one there.""",
    )
    source_range = Channel.control(
        "print(smu{ch}.source.rangev)", "smu{ch}.source.rangev=%.9g", """Control the source range (V)."""
    )
    measure_range = Channel.control(
        "print(smu{ch}.measure.rangei)", "smu{ch}.measure.rangei=%.9g", """Control the measure range (A)."""
    )
    power_line_cycles = Channel.control(
        "print(smu{ch}.measure.nplc)", "smu{ch}.measure.nplc=%.9g", """Control the aperture (PLC)."""
    )
    output = Channel.control(
        "print(smu{ch}.source.output)",
        "smu{ch}.source.output=%d",
        """Control whether the output is on (bool).""",
        values={True: 1, False: 0},
        map_values=True,
    )

    def prepare(self) -> None:
        """Bring a channel that was just reset to voltage source, ammeter, two-wire, no filter, fixed ranges.

        Off state NORMAL: the source stays at 0 V, low-ohmic, and the relay at rest, so that a device neither floats
        up nor is charged by a relay; HIGH_Z would open the relay at every stop. Settling and high capacitance stay at
        their defaults, smooth and off.
        """
        chunks = (
            "source.func=smu{ch}.OUTPUT_DCVOLTS",
            "source.autorangev=smu{ch}.AUTORANGE_OFF",
            "source.levelv=0",
            "source.delay=0",
            "source.offmode=smu{ch}.OUTPUT_NORMAL",
            "sense=smu{ch}.SENSE_LOCAL",
            "measure.autorangei=smu{ch}.AUTORANGE_OFF",
            "measure.delay=0",
            "measure.count=1",
            "measure.filter.enable=smu{ch}.FILTER_OFF",
            "nvbuffer1.clear()",
            "nvbuffer1.appendmode=1",
            "nvbuffer1.collecttimestamps=1",
            "nvbuffer1.collectsourcevalues=0",
        )
        self.write(" ".join(f"smu{{ch}}.{chunk}" for chunk in chunks))

    def refresh_zero(self) -> None:
        """Measure zero and reference once, for the ranges and the aperture in force, and keep them.

        With autozero on, the instrument would take both before every reading, at times of its own choosing.
        """
        self.write("smu{ch}.measure.autozero=smu{ch}.AUTOZERO_ONCE")


class Keithley2600Commands(Instrument):
    """A two-channel 2600B."""

    def __init__(self, adapter: VISAAdapter, name: str = "Keithley 2600B") -> None:
        super().__init__(adapter, name, includeSCPI=False)
        self._channels = {letter: SourceMeterChannel(self, letter) for letter in ("a", "b")}

    def channel(self, letter: str) -> SourceMeterChannel:
        """Give the channel `a` or `b`."""
        return self._channels[letter]

    def reset(self) -> None:
        """Bring both channels to their defaults, outputs off, and set how numbers are sent.

        Off first: the default limit of 100 mA is not for a device on an output that someone left on.
        """
        self.write("smua.source.output=0 smub.source.output=0 reset() errorqueue.clear()")
        self.write("format.data=format.ASCII format.asciiprecision=16 format.byteorder=format.LITTLEENDIAN")

    def run(self, lines: "tuple[str, ...]") -> None:
        """Send a script and run it, in one message."""
        self.write("\n".join(("loadandrunscript", *lines, "endscript")))
