"""The Bench view: choose, connect, see the instruments as they are, use each by hand within the limits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from labkit.app import BenchChoice, Request
from labkit.gui import MainWindow

OpenWindow = Callable[..., MainWindow]
OUTPUT, LEVEL, COMPLIANCE, READING = 2, 3, 4, 5
PATIENCE = 20_000


class Bench:
    """The Bench view of an open window, with the world behind it in reach."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window
        self.view: Any = window.turn_to("bench")

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def click(self, button: Any) -> None:
        assert button.isEnabled()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def connect(self) -> None:
        self.until(self.view.table.rowCount)
        self.click(self.view.chooser.connect_button)
        self.until(lambda: self.view.panels is not None)

    def panel(self, terminal: str) -> Any:
        self.view.tabs.setCurrentWidget(self.view.panels.pages[terminal])
        return self.view.panels.panels[terminal]

    def truth(self, question: Callable[[Any], Any]) -> Any:
        """What the world says, asked in the thread that owns it."""
        return self.window.workspace.workbench.do(lambda session: question(session.virtual.world)).result(10)

    def text(self, terminal: str, column: int) -> str:
        found: str = self.view.table.text_of(terminal, column)
        return found


@pytest.fixture
def open_bench(qtbot: QtBot, open_labkit: OpenWindow) -> Callable[..., Bench]:
    return lambda *arguments: Bench(qtbot, open_labkit(*arguments))


def test_every_shipped_bench_can_be_found_and_chosen(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    chooser = bench.view.chooser
    bench.until(lambda: chooser.list.count() > 20)
    bench.qtbot.keyClicks(chooser.filter, "demo_array_5x5 b2201a")
    assert chooser.list.count() == 1
    bench.qtbot.mouseClick(
        chooser.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=chooser.list.visualItemRect(chooser.list.item(0)).center(),
    )
    assert bench.window.workspace.bench.bench == "demo_array_5x5"
    bench.until(lambda: bench.view.name.text() == "demo_array_5x5")


def test_the_instruments_are_shown_before_and_after_connecting(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    bench.until(lambda: bench.view.table.rowCount() == 4)
    assert bench.view.status.text() == "not connected"
    assert bench.text("drain", OUTPUT) == ""
    bench.connect()
    assert bench.view.status.text() == "connected"
    assert "MODEL 2450" in bench.view.table.item(0, 2).text()
    bench.until(lambda: bench.text("drain", OUTPUT) == "○ off")
    bench.click(bench.view.chooser.connect_button)
    bench.until(lambda: bench.view.status.text() == "not connected")
    assert bench.view.panels is None
    assert bench.text("drain", OUTPUT) == ""


def test_real_instruments_are_asked_for_in_plain_words(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    chooser, asked = bench.view.chooser, []

    def answer(yes: bool) -> Callable[[], bool]:
        return lambda: (asked.append(yes), yes)[1]

    chooser.confirm_real = answer(False)
    bench.click(chooser.real_button)
    assert (asked, bench.window.workspace.bench.virtual) == ([False], True)
    assert chooser.virtual_button.isChecked()
    chooser.confirm_real = answer(True)
    bench.click(chooser.real_button)
    assert not bench.window.workspace.bench.virtual
    assert bench.window.strip.badge == "REAL INSTRUMENTS"
    bench.click(chooser.virtual_button)
    assert asked == [False, True]
    assert bench.window.strip.badge == "VIRTUAL BENCH"


def test_a_bench_that_is_wrong_says_why_at_its_place(open_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = open_bench()
    wrong = tmp_path / "mine.yaml"
    wrong.write_text("schema_version: 1\nname: mine\ninstrument: {}\n")
    bench.view.chooser.ask_file = lambda what, files: str(wrong)
    bench.click(bench.view.chooser.open_button)
    bench.until(lambda: "mine.yaml:3" in bench.view.banner.text)
    assert bench.view.table.rowCount() == 0
    assert any("mine.yaml" in bench.view.chooser.list.item(k).text() for k in range(2))


def test_a_sample_that_is_wrong_is_told_and_the_bench_stays(open_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = open_bench()
    bench.until(bench.view.table.rowCount)
    (tmp_path / "film.yaml").write_text("schema_version: 1\nnam: film\n")
    bench.view.chooser.ask_file = lambda what, files: str(tmp_path / "film.yaml")
    bench.click(bench.view.chooser.sample_button)
    bench.until(lambda: "film.yaml:2" in bench.view.banner.text)
    assert bench.view.chooser.sample.text() == "film.yaml"
    assert bench.view.table.rowCount() == 4
    bench.click(bench.view.chooser.no_sample_button)
    bench.until(lambda: not bench.view.banner.text)
    assert bench.window.workspace.bench.sample is None


def test_a_voltage_by_hand_reaches_the_device_and_is_shown(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_memristor")
    bench.connect()
    panel = bench.panel("top")
    panel.level.set_text("300 mV")
    panel.compliance.set_text("100 uA")
    bench.click(panel.source_button)
    bench.until(lambda: panel.readings)
    assert bench.truth(lambda world: world.drive("top").voltage) == pytest.approx(0.3, abs=0.01)
    bench.until(lambda: bench.text("top", OUTPUT) == "● on")
    assert (bench.text("top", LEVEL), bench.text("top", COMPLIANCE)) == ("300 mV", "100 uA")
    assert bench.text("top", READING).startswith("300 mV")
    bench.click(panel.watch_button)
    bench.until(lambda: len(panel.readings) > 4)
    bench.click(panel.off_button)
    bench.until(lambda: bench.text("top", OUTPUT) == "○ off")
    assert bench.truth(lambda world: world.outputs_off())
    assert not panel.watch_button.isChecked()


def test_a_limit_is_told_in_the_field_and_nothing_is_sourced(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_memristor")
    bench.connect()
    panel = bench.panel("top")
    panel.level.set_text("6 V")
    assert panel.level.error == "at most 5 V"
    assert not panel.source_button.isEnabled()
    bench.qtbot.keyClick(panel.level.line, Qt.Key.Key_Return)
    assert bench.truth(lambda world: world.outputs_off())


def test_reading_an_output_that_is_off_is_told_in_the_panel(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_memristor")
    bench.connect()
    bench.click(bench.panel("top").read_button)
    bench.until(lambda: "output of top is off" in bench.view.panels.banners["top"].text)


def test_escape_ends_what_a_hand_does(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_memristor")
    bench.connect()
    panel = bench.panel("top")
    panel.level.set_text("5 V")
    panel.compliance.set_text("1 mA")
    bench.click(panel.source_button)
    bench.until(lambda: bench.truth(lambda world: True) or True)
    bench.qtbot.keyClick(bench.window, Qt.Key.Key_Escape)
    bench.until(lambda: any("All outputs are off" in each.text for each in bench.window.workspace.messages.messages))
    assert bench.truth(lambda world: world.outputs_off())


def test_light_and_a_pulse_of_light(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_optical")
    bench.connect()
    panel = bench.panel("light")
    panel.irradiance.set_text("0.5 mW/cm^2")
    bench.click(panel.on_button)
    bench.until(lambda: bench.text("light", OUTPUT) == "● on")
    assert bench.truth(lambda world: world.irradiance()) == pytest.approx(5.0, rel=0.02)
    bench.click(panel.off_button)
    bench.until(lambda: bench.text("light", OUTPUT) == "○ off")
    panel.width_edit.set_text("50 ms")
    bench.click(panel.pulse_button)
    bench.until(lambda: not bench.view.panels.banners["light"].text and bench.truth(lambda world: world.lights_off()))


def test_a_pulse_of_a_generator(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("keithley_2450_33522b_stdp")
    bench.connect()
    panel = bench.panel("bottom")
    panel.level.set_text("1 V")
    bench.click(panel.pulse_button)
    bench.until(lambda: bench.text("bottom", OUTPUT) == "● on")
    bench.click(panel.off_button)
    bench.until(lambda: bench.text("bottom", OUTPUT) == "○ off")


def test_crosspoints_are_clicked_and_shorts_refused(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_array")
    bench.connect()
    panel = bench.panel("switch")
    panel.device.setCurrentText("r2c3")
    bench.click(panel.join_button)
    bench.until(lambda: panel.joined.text() == "joined: r2c3")
    assert bench.text("switch", LEVEL) == "r2c3"
    panel.toggle(1, 1)
    bench.until(lambda: "shorted to each other" in bench.view.panels.banners["switch"].text)
    assert len(panel.closed) == 2
    bench.click(panel.open_button)
    bench.until(lambda: panel.joined.text() == "all open")


def test_a_stage_goes_to_a_temperature(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_stage")
    bench.connect()
    panel = bench.panel("stage")
    panel.setpoint.set_text("310 K")
    bench.click(panel.go_button)
    bench.until(lambda: bench.text("stage", OUTPUT) == "● on")
    assert bench.text("stage", LEVEL).endswith(" K")
    bench.until(lambda: panel.readout.text().endswith("K at the device"))
    bench.click(panel.off_button)
    bench.until(lambda: bench.text("stage", OUTPUT) == "○ off")
    assert bench.truth(lambda world: world.heaters_off())


def test_a_bench_is_tested_with_its_outputs_off(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_optical")
    bench.until(bench.view.table.rowCount)
    bench.click(bench.view.chooser.test_button)
    bench.until(lambda: bench.view.tabs.checks.table.row_count() > 8)
    assert bench.view.tabs.checks.summary.text() == "Nothing was found wrong"
    assert bench.view.status.text() == "not connected"


def test_an_error_of_an_instrument_is_shown_and_told_once(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_memristor")
    bench.connect()
    workbench = bench.window.workspace.workbench
    for _ in range(2):
        workbench.do(lambda session: session.source_meters["top"]._wire.write(":NO:SUCH:COMMAND")).result(10)
        bench.view.watch.look()
        bench.until(lambda: bench.view.table.errors.get("smu"))
    bench.until(lambda: "-113" in bench.view.table.item(0, 6).text())
    told = [each.text for each in bench.window.workspace.messages.messages if "-113" in each.text]
    assert len(told) == len(bench.view.table.errors["smu"])


def test_during_a_run_the_bench_is_busy_and_afterwards_to_be_used(
    open_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = open_bench("demo_optical")
    bench.connect()
    workspace = bench.window.workspace
    short = {"intervals": "[100 ms, 1 s]", "repeats": "2", "settle": "1 s"}
    with bench.qtbot.waitSignal(workspace.runs.finished, timeout=PATIENCE):
        workspace.runs.start(Request("ppf_optical", "demo_optical", virtual=True, parameters=short), pace=5.0)
        assert bench.view.status.text() == "busy: ppf_optical"
        assert bench.text("drain", OUTPUT) == "in the run"
        assert not bench.view.panels.pages["drain"].isEnabled()
        bench.until(lambda: bench.text("drain", READING))
        bench.qtbot.keyClick(bench.window, Qt.Key.Key_Escape)
    bench.until(lambda: bench.text("drain", OUTPUT) == "○ off")
    assert bench.view.panels.pages["drain"].isEnabled()


def test_another_bench_closes_the_one_that_is_open(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench("demo_optical")
    bench.connect()
    bench.window.workspace.choose_bench(BenchChoice("demo_memristor"))
    bench.until(lambda: not bench.window.workspace.workbench.connected)
    bench.until(lambda: bench.view.name.text() == "demo_memristor")
    assert bench.view.panels is None


def test_it_remembers_its_layout(open_bench: Callable[..., Bench], settings: QSettings) -> None:
    bench = open_bench()
    bench.view._across.setSizes([400, 600])
    sizes = bench.view._across.sizes()
    bench.window.close()
    again = open_bench()
    assert again.view._across.sizes()[0] == pytest.approx(sizes[0], abs=5)
