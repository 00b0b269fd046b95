"""The Bench view."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from labkit.app import (
    BenchChoice,
    BenchState,
    InstrumentCard,
    InstrumentChecks,
    ManualBench,
    Reading,
    Request,
    bench_cards,
    instrument_cards,
    load_bench,
    load_sample,
)
from labkit.core import Bench, BlockStarted, Capabilities, Event, Identity, SamplesTaken
from labkit.gui._workspace import Workspace
from labkit.gui.bench._chooser import BenchChooser
from labkit.gui.bench._table import InstrumentTable
from labkit.gui.bench._tabs import BenchTabs
from labkit.gui.bench._watch import BenchWatch
from labkit.gui.bench._words import reading_words
from labkit.gui.widgets import Banner, Cell, faint, heading, set_role

if TYPE_CHECKING:
    from labkit.gui.bench._panels import Panels

_ACROSS, _DOWN = "bench/across", "bench/down"


class BenchView(QWidget):
    """The instruments of the bench, their state, and a panel to use each by hand."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._busy = False
        self.chooser = BenchChooser(workspace)
        self.table = InstrumentTable(workspace.theme)
        self.tabs = BenchTabs(workspace.theme)
        self.banner = Banner()
        self.name = heading("")
        self.description = faint("")
        self.status = QLabel()
        self.watch = BenchWatch(workspace, self)
        self._across, self._down = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self._listen()
        QTimer.singleShot(0, self, self._read)  # after the first picture: it takes the interpreter

    def _read(self) -> None:
        self._workspace.jobs.start(bench_cards, self.chooser.show_benches)
        self._read_bench(self._workspace.bench)

    @property
    def panels(self) -> "Panels | None":
        """The panels of the open bench."""
        return self.tabs.panels

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addWidget(self.description, 1)
        head.addWidget(self.status)
        top = QWidget()
        upper = QVBoxLayout(top)
        upper.setContentsMargins(6, 14, 14, 0)
        upper.addLayout(head)
        upper.addWidget(self.banner)
        upper.addWidget(self.table, 1)
        self._down.addWidget(top)
        self._down.addWidget(self.tabs)
        self._down.setStretchFactor(1, 1)
        self._down.setSizes([320, 320])
        self._across.addWidget(self.chooser)
        self._across.addWidget(self._down)
        self._across.setStretchFactor(1, 1)
        self._across.setSizes([300, 900])
        for splitter in (self._across, self._down):
            splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._across)
        for key, splitter in ((_ACROSS, self._across), (_DOWN, self._down)):
            state = self._workspace.settings.value(key)
            if isinstance(state, QByteArray):
                splitter.restoreState(state)

    def _listen(self) -> None:
        workspace = self._workspace
        workspace.bench_changed.connect(self._change_bench)
        workspace.runs.started.connect(self._begin_run)
        workspace.runs.events.connect(self._follow_run)
        workspace.runs.finished.connect(self._end_run)
        workspace.closing.connect(self._remember)
        self.chooser.connect_asked.connect(self.connect_bench)
        self.chooser.disconnect_asked.connect(self.disconnect_bench)
        self.chooser.test_asked.connect(self.test_bench)
        self.watch.state.connect(self._show_state)

    # The bench that is chosen

    def _change_bench(self, choice: BenchChoice) -> None:
        self.chooser.show_choice(choice)
        if self._workspace.workbench.connected and not self.watch.is_open and self._workspace.runs.request is None:
            self.disconnect_bench()
        self._read_bench(choice)

    def _read_bench(self, choice: BenchChoice) -> None:
        def read() -> tuple[Bench, tuple[InstrumentCard, ...]]:
            bench = load_bench(choice.bench).bench
            return bench, instrument_cards(bench)

        self.banner.hide()
        self._workspace.jobs.start(read, self._show_bench, self._show_wrong_bench)
        self._workspace.jobs.start(lambda: load_sample(choice.sample), failed=self._show_error)

    def _show_bench(self, found: tuple[Bench, tuple[InstrumentCard, ...]]) -> None:
        bench, cards = found
        self.name.setText(bench.name)
        self.description.setText(bench.description)
        self.table.show_cards(cards)
        self._sync()

    def _show_wrong_bench(self, error: Exception) -> None:
        self.name.setText(self._workspace.bench.bench)
        self.description.setText("")
        self.table.show_cards(())
        self._show_error(error)
        self._sync()

    def _show_error(self, error: Exception) -> None:
        self.banner.show_error(error)
        self._workspace.messages.error(error)

    # Connecting

    def connect_bench(self) -> None:
        """Open the bench that is chosen."""
        choice = self._workspace.bench
        self._begin_work()
        self._workspace.jobs.follow(
            self._workspace.workbench.connect(choice), self._connected, self._failed, f"connecting {choice.bench}"
        )

    def disconnect_bench(self) -> None:
        """Make the bench safe and close it."""
        self._begin_work()
        self._workspace.jobs.follow(
            self._workspace.workbench.disconnect(), self._disconnected, self._failed, "disconnecting"
        )

    def test_bench(self) -> None:
        """Check every instrument, all outputs off; the bench is closed then."""
        choice = self._workspace.bench
        self._begin_work()
        self.tabs.show_panels(None)
        self.tabs.setCurrentWidget(self.tabs.checks)
        self._workspace.jobs.follow(
            self._workspace.workbench.check(choice), self._tested, self._failed, f"testing {choice.bench}"
        )

    def _begin_work(self) -> None:
        self.banner.hide()
        self._busy = True
        self._sync()

    def _connected(self, identities: tuple[Identity, ...]) -> None:
        self._busy = False
        self.table.errors.clear()
        self.table.show_identities(identities)
        self._sync()
        self.watch.look()

    def _disconnected(self, unconfirmed: tuple[str, ...]) -> None:
        self._busy = False
        for item in unconfirmed:
            self._workspace.messages.warn(f"NOT CONFIRMED SAFE: {item}", "look at the front panel, switch off by hand")
        self._sync()

    def _tested(self, found: Sequence[InstrumentChecks]) -> None:
        self._busy = False
        self.tabs.checks.show_checks(found)
        self._sync()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._show_error(error)
        self._sync()

    # Showing

    def _sync(self) -> None:
        """Show whether the bench is open, and the panels of its terminals when nothing else goes on."""
        running, is_open = self._workspace.runs.request, self.watch.is_open
        self.chooser.show_state(is_open, self._busy or running is not None)
        self.tabs.setEnabled(not self._busy)
        if running is not None:
            self._say(f"busy: {running.protocol}", "warning")
        elif self._busy:
            self._say("busy …", "warning")
        elif is_open:
            self._say("connected", "good")
        else:
            self._say("not connected", "faint")
            self.table.forget()
        self.tabs.enable(is_open and running is None)
        if running is not None:
            return  # a virtual bench is opened anew by its run: the panels wait, whatever is open at this instant
        if not is_open:
            self.tabs.show_panels(None)
        elif self.panels is None and not self._busy:
            self._workspace.jobs.follow(self._workspace.workbench.by_hand(_able), self._make_panels, self._failed)

    def _say(self, words: str, role: str) -> None:
        self.status.setText(words)
        set_role(self.status, role)

    def _make_panels(self, found: tuple[Bench, Mapping[str, Capabilities]]) -> None:
        from labkit.gui.bench._panels import Panels

        if self.panels is None and self.watch.is_open:
            self.tabs.show_panels(Panels(self._workspace, *found, self.watch.look))

    def _show_state(self, state: BenchState) -> None:
        for words in self.table.show_state(state):
            self._workspace.messages.warn(words)
        if self.panels is not None:
            self.panels.show_state(state)

    # Runs

    def _begin_run(self, request: Request) -> None:
        self.tabs.stop()
        self.table.forget("in the run")
        self._sync()

    def _follow_run(self, events: list[Event]) -> None:
        if not self.isVisible():
            return
        block = next((event for event in reversed(events) if isinstance(event, BlockStarted)), None)
        running = self._workspace.runs.request
        if block is not None and running is not None:
            self._say(f"busy: {running.protocol} — {block.label}", "warning")
        latest = {event.terminal: event for event in events if isinstance(event, SamplesTaken) and len(event.samples)}
        self.table.show_readings({name: _latest(event) for name, event in latest.items()})

    def _end_run(self, *_: object) -> None:
        self._sync()
        self.watch.look()

    def _remember(self) -> None:
        self.watch.end()
        self.tabs.stop()
        for key, splitter in ((_ACROSS, self._across), (_DOWN, self._down)):
            self._workspace.settings.setValue(key, splitter.saveState())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Look at the bench while the view is in sight."""
        super().showEvent(event)
        self.watch.begin()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        """Leave the bench alone while the view is not in sight."""
        super().hideEvent(event)
        self.watch.end()


def _able(bench: ManualBench) -> tuple[Bench, Mapping[str, Capabilities]]:
    return bench.bench, bench.capabilities


def _latest(event: SamplesTaken) -> Cell:
    last = event.samples.part(len(event.samples) - 1, 1)
    reading = Reading(float(last.time[0]), float(last.voltage[0]), float(last.current[0]), int(last.status[0]))
    return Cell(reading_words(reading))
