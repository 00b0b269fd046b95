"""A new user's first hour in the window, from an empty folder to a cell of an array, by clicks and keys alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from labkit.app import BenchChoice
from labkit.gui import MainWindow
from labkit.gui.run._item import State

PATIENCE = 60_000
LEFT = Qt.MouseButton.LeftButton
BENCH = """\
schema_version: 1
name: chip
instruments:
  smu: {driver: keysight_b2902a, address: "TCPIP0::192.168.1.29::inst0::INSTR"}
  matrix: {driver: keysight_b2201a, address: "GPIB0::22::INSTR"}
terminals:
  top: {instrument: smu, channel: "1", maximum_voltage: 5 V, maximum_current: 10 mA}
  bottom: {grounded: true}
switch:
  instrument: matrix
  rows: {top: "1", bottom: "14"}
  crossbar: {rows: ["1", "2", "3", "4"], columns: ["13", "14", "15", "16"]}
line_frequency: 50
virtual: {device: halide_memristor, chip: {variation: 20 %}}
"""
PROTOCOL = """\
schema_version: 1
name: check
title: Check of a chip
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 10 uA}}
steps:
  - for_each_device: {devices: all}
    steps:
      - read: {terminal: top, level: 0.1 V, count: 5, mark: check}
metrics: [check_read]
"""


class User:
    """Someone who knows the window by what can be seen of it."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def click(self, button: Any) -> None:
        self.until(button.isEnabled)
        self.qtbot.mouseClick(button, LEFT)

    def look_at(self, name: str) -> Any:
        number = ["bench", "protocol", "plan", "run", "results", "array", "ledger"].index(name)
        self.qtbot.keyClick(self.window, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: name in self.window.views and self.window.views[name].isVisible())
        return self.window.views[name]

    def type_value(self, protocol: Any, name: str, text: str) -> None:
        line = protocol.panel.form.fields[name].edit.line
        line.selectAll()
        self.qtbot.keyClicks(line, text)

    def choose_protocol(self, name: str) -> Any:
        protocol = self.look_at("protocol")
        tree = protocol.library.tree
        self.until(lambda: tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive))
        item = tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
        tree.scrollToItem(item)
        self.qtbot.mouseClick(tree.viewport(), LEFT, pos=tree.visualItemRect(item).center())
        self.until(lambda: protocol.draft.study is not None and protocol.draft.sheet.source == name)
        return protocol

    def truth(self, question: Callable[[Any], Any]) -> Any:
        """What the world behind the virtual bench says, whatever the instruments tell."""
        return self.window.workspace.workbench.do(lambda session: question(session.virtual.world)).result(30)

    def bench_is_off(self) -> bool:
        return bool(self.truth(lambda world: world.outputs_off() and world.lights_off()))


@pytest.fixture
def user(qtbot: QtBot, open_labkit: Callable[..., MainWindow]) -> User:
    return User(qtbot, open_labkit())


def test_the_first_hour(user: User, tmp_path: Path) -> None:
    open_the_virtual_bench(user)
    set_the_protocol(user)
    run_it(user)
    abort_one_in_the_middle(user)
    queue_three(user)
    look_at_the_results(user, tmp_path)
    run_an_array(user, tmp_path)


def open_the_virtual_bench(user: User) -> None:
    bench = user.look_at("bench")
    assert user.window.strip.badge == "VIRTUAL BENCH"
    user.until(bench.table.rowCount)
    user.click(bench.chooser.connect_button)
    user.until(lambda: bench.panels is not None)
    assert user.bench_is_off()


def set_the_protocol(user: User) -> None:
    protocol = user.choose_protocol("ppf_optical")
    user.type_value(protocol, "width", "10 V")
    user.until(lambda: protocol.panel.form.fields["width"].edit.error)
    assert protocol.panel.form.fields["width"].edit.error == '"10 V" is a voltage, not a time'
    assert not protocol.panel.enqueue.isEnabled()
    for name, text in {"width": "1 s", "intervals": "[100 ms, 1 s]", "repeats": "2", "settle": "1 s"}.items():
        user.type_value(protocol, name, text)
    user.until(lambda: user.window.workspace.request and user.window.workspace.request.parameters.get("settle"))
    plan = user.look_at("plan")
    user.until(lambda: plan.outlook is not None and plan.enqueue.isEnabled())


def run_it(user: User) -> None:
    plan = user.window.views["plan"]
    user.click(plan.enqueue)
    run = user.look_at("run")
    user.until(lambda: [item.state for item in run.queue.items] == [State.DONE])
    user.until(lambda: run.metrics.table.row_count() > 0)
    assert user.bench_is_off()


def abort_one_in_the_middle(user: User) -> None:
    run = user.window.views["run"]
    run.queue.choose_pace(1.0)
    user.click(user.window.views["plan"].enqueue)
    user.until(lambda: user.window.workspace.runs.request is not None and run.recording.end > 0.0)
    user.qtbot.keyClick(user.window, Qt.Key.Key_Escape)
    user.until(lambda: run.queue.items[-1].state is State.ABORTED)
    assert user.bench_is_off()
    run.queue.choose_pace(None)


def queue_three(user: User) -> None:
    run = user.window.views["run"]
    for _ in range(3):
        user.click(user.window.views["plan"].enqueue)
    if run.queue.paused:
        user.click(run.panel.start_button)
    user.until(lambda: [item.state for item in run.queue.items].count(State.DONE) == 4)


def look_at_the_results(user: User, folder: Path) -> None:
    results = user.look_at("results")
    user.until(lambda: len(results.browser.entries) == 5)
    table = results.browser.table
    done = next(row for row, entry in enumerate(results.browser.shown) if entry.outcome == "complete")
    table.select([done])
    user.until(lambda: results.opened is not None and results.opened.runs)
    report = folder / "report.html"
    results.actions_bar.ask_file = lambda proposed: report
    results.actions_bar.findChild(QAction, "report.html").trigger()
    user.until(report.exists)
    user.until(lambda: "PPF" in report.read_text(encoding="utf-8"))


def run_an_array(user: User, folder: Path) -> None:
    for name, text in {"chip": BENCH, "check": PROTOCOL}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    user.window.workspace.choose_bench(BenchChoice(str(folder / "chip.yaml")))
    array = user.look_at("array")
    user.until(lambda: len(array.map.places) == 16)
    user.click(array.all_button)
    user.click(array.run_button)
    protocol = user.window.views["protocol"]
    protocol.open(str(folder / "check.yaml"))
    user.until(lambda: (asked := user.window.workspace.request) and asked.protocol == str(folder / "check.yaml"))
    assert user.window.workspace.request is not None
    assert len(user.window.workspace.request.devices) == 16
    user.click(protocol.panel.enqueue)
    run = user.look_at("run")
    user.until(lambda: run.queue.items[-1].state is State.DONE)
    assert user.bench_is_off()
    array = user.look_at("array")
    user.until(lambda: array.chip is not None)
    with user.qtbot.waitSignal(array.side.cell_shown, timeout=PATIENCE):
        user.qtbot.mouseClick(array.map, LEFT, pos=array.map.centre_of("r3c2"))
    assert array.side.title.text() == "Cell r3c2"
    assert array.side.metrics.table.row_count() > 0
