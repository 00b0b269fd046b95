"""A pulse generator on the modulation input of a light: it gates the light, or sets how bright it is."""

from labkit.core import Connection, InstrumentError, LightTrain, Nanoseconds, OpticalTerminal, PulseSource, PulseTrain


class Modulation:
    """The generator's channel that a light hangs on. It is switched on when the light first needs it.

    `dark` (V) is below zero by as much as the generator may be off: at 0 V its offset, some millivolts, would let an
    LED with analogue modulation glow on the sample between pulses.
    """

    def __init__(self, source: PulseSource) -> None:
        self.source = source
        self.dark = -source.capabilities.offset
        self._on = False

    def _switch_on(self) -> None:
        if not self._on:
            self.source.enable_output()
            self._on = True

    def hold(self, voltage: float) -> None:
        """Put a steady voltage (V) on the modulation input; 0 is dark."""
        if voltage or self._on:
            self._switch_on()
            self.source.set_level(voltage or self.dark)

    def load(self, train: LightTrain, voltage: float) -> None:
        """Set up a train between dark and a voltage (V), dark until it starts."""
        self._switch_on()
        period = Nanoseconds(train.on_time + train.off_time)
        pulses = PulseTrain(self.dark, voltage, train.on_time, period, train.count, external=train.external)
        self.source.load_train(pulses)

    def start(self) -> None:
        """Begin the loaded train."""
        self.source.start()

    def forget(self) -> None:
        """Take note that the generator may have been switched off."""
        self._on = False


def modulation_of(connection: Connection, terminal: OpticalTerminal) -> Modulation | None:
    """Give the modulation of a light, None for one that no generator drives.

    Raises InstrumentError when the generator of `driven_by` is not open.
    """
    if not terminal.driven_by:
        return None
    source = connection.pulse_sources.get(terminal.driven_by)
    if source is None:
        raise InstrumentError(
            f"{connection.name}: the light is driven by {terminal.driven_by}, which is not there",
            "name a terminal on a pulse generator under driven_by in bench.yaml",
        )
    return Modulation(source)
