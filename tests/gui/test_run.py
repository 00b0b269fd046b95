"""The Run view: a queue that runs one after the other, is rearranged, held, ended, and tells what went wrong."""

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from labkit.app import Request, RunAborted
from labkit.gui import MainWindow
from labkit.gui.run import RunView
from labkit.gui.run._item import QueueItem, State
from labkit.gui.run._operator import WindowOperator
from labkit.gui.run._recording import Recording

SHORT = {"intervals": "[100 ms, 1 s]", "repeats": "2", "settle": "1 s"}
PPF = Request("ppf_optical", "demo_optical", virtual=True, parameters=SHORT)
TOO_BRIGHT = Request("ppf_optical", "demo_optical", virtual=True, parameters={"irradiance": "1 W/cm^2"})
LONGEST = 60_000


@pytest.fixture
def window(open_labkit) -> MainWindow:
    return open_labkit()


@pytest.fixture
def view(window: MainWindow) -> RunView:
    made = window.turn_to("run")
    assert isinstance(made, RunView)
    return made


@pytest.fixture
def wait(qtbot) -> Callable[[Callable[[], bool]], None]:
    return lambda condition: qtbot.waitUntil(condition, timeout=LONGEST)


def states(view: RunView) -> list[State]:
    return [item.state for item in view.queue.items]


def planned(view: RunView) -> bool:
    return all(item.state is not State.PLANNING for item in view.queue.items)


def outputs_off(window: MainWindow) -> bool:
    """Tell what is true in the world of the virtual bench, whatever the instruments say."""

    def look(session) -> bool:
        world = session.virtual.world
        return world.outputs_off() and world.lights_off()

    return window.workspace.workbench.do(look).result(30)


def stands_still(look: Callable[[], object]) -> Callable[[], bool]:
    """Give a condition: what is looked at has not changed for three seconds."""
    seen: list[tuple[object, float]] = []

    def still() -> bool:
        now = look()
        if not seen or seen[-1][0] != now:
            seen.append((now, time.monotonic()))
        return time.monotonic() - seen[-1][1] > 3.0

    return still


def queue_paused(view: RunView, *requests: Request) -> list[QueueItem]:
    view.queue.pause(True)
    return [item for request in requests for item in view.queue.add(request)]


def test_three_runs_go_one_after_the_other_and_each_has_its_file(window, view, wait):
    for _ in range(3):
        window.workspace.enqueue(PPF)
    wait(lambda: states(view) == [State.DONE] * 3)
    paths = {item.path for item in view.queue.items}
    assert len(paths) == 3
    assert all(path.exists() and path.parent == window.workspace.folder for path in paths)
    assert view.metrics.table.row_count() > 0
    assert outputs_off(window)
    gc.collect()
    kept = [each for each in gc.get_objects() if isinstance(each, Recording)]
    assert len(kept) == 1, "the curves of runs that are over must not be kept"


def test_a_run_is_seen_while_it_goes_on_and_shown_when_it_is_over(window, view, wait, qtbot):
    window.workspace.enqueue(PPF)
    wait(lambda: view.recording.end > 1.0 and len(view.recording.currents) == 1)
    assert view.live.plot.lanes.keys() == {"current", "voltage", "light"}
    wait(lambda: states(view) == [State.DONE])
    assert set(view.recording.marks) == {"first", "second", "control"}
    drawn, _ = view.live.plot.lanes["current"].curves["drain"].getData()
    assert len(drawn) > 100
    shown: list[Path] = []
    window.workspace.run_shown.connect(shown.append)
    qtbot.mouseClick(view.panel.show_button, Qt.MouseButton.LeftButton)
    assert shown == [view.queue.items[0].path]


def test_an_abort_in_the_middle_makes_the_bench_safe_and_stops_the_queue(window, view, wait, qtbot):
    view.queue.choose_pace(1.0)
    for _ in range(2):
        window.workspace.enqueue(PPF)
    wait(lambda: view.recording.block is not None)
    qtbot.mouseClick(view.header.abort_button, Qt.MouseButton.LeftButton)
    wait(lambda: states(view) == [State.ABORTED, State.WAITING])
    assert view.queue.paused
    assert outputs_off(window)
    assert "stopped by the user" in view.panel.banner.text
    assert view.recording.finished is not None
    assert view.recording.finished.unconfirmed == ()
    assert view.queue.items[0].path is not None


@pytest.mark.parametrize("end", ["abort", "outputs off"])
def test_a_run_that_is_ended_before_it_began_does_not_begin(window, view, wait, end):
    (item,) = queue_paused(view, PPF)
    wait(lambda: planned(view))
    view.queue.pause(False)
    assert view.queue.running is item
    assert window.workspace.runs.request is None
    view.queue.abort() if end == "abort" else window.outputs_off()
    wait(lambda: view.queue.running is None)
    assert item.state is State.WAITING
    assert view.queue.paused
    assert window.workspace.runs.request is None


def test_a_run_that_is_skipped_makes_way_for_the_next(window, view, wait, qtbot):
    view.queue.choose_pace(1.0)
    for _ in range(2):
        window.workspace.enqueue(PPF)
    wait(lambda: view.recording.block is not None)
    view.queue.choose_pace(None)
    qtbot.mouseClick(view.header.skip_button, Qt.MouseButton.LeftButton)
    wait(lambda: states(view) == [State.ABORTED, State.DONE])
    assert "skipped" in view.queue.items[0].reason


def test_a_run_is_held_and_goes_on(window, view, wait, qtbot):
    view.queue.choose_pace(1.0)
    window.workspace.enqueue(PPF)
    wait(lambda: view.recording.block is not None)
    qtbot.mouseClick(view.header.hold_button, Qt.MouseButton.LeftButton)
    assert view.header.hold_button.text() == "Go on"
    wait(stands_still(lambda: (view.recording.end, view.recording.block)))
    assert not view.queue.items[0].state.over
    held_at = view.recording.block
    qtbot.mouseClick(view.header.hold_button, Qt.MouseButton.LeftButton)
    assert view.header.hold_button.text() == "Hold"
    wait(lambda: view.recording.block is not held_at)
    assert any("paused for" in view.warnings.item(k).text() for k in range(view.warnings.count()))


def test_what_waits_is_moved_repeated_and_removed(window, view, wait, qtbot):
    first, second, third = queue_paused(view, PPF, PPF, PPF)
    wait(lambda: planned(view))
    view.panel.select(third)
    qtbot.keyClick(view.panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert view.queue.items == [first, third, second]
    data = view.panel.model.mimeData([view.panel.model.index(0)])
    view.panel.model.dropMimeData(data, Qt.DropAction.MoveAction, 3, 0, view.panel.list.rootIndex())
    assert view.queue.items == [third, second, first]
    view.panel.select(second)
    view.panel.count.setValue(2)
    qtbot.mouseClick(view.panel.repeat_button, Qt.MouseButton.LeftButton)
    assert [item.request for item in view.queue.items] == [PPF] * 5
    assert view.queue.items[1] is second
    assert view.queue.items[4] is first
    qtbot.mouseClick(view.panel.remove_button, Qt.MouseButton.LeftButton)
    assert second not in view.queue.items
    wait(lambda: planned(view))
    assert states(view) == [State.WAITING] * 4


def test_an_entry_tells_what_differs_from_the_defaults_and_how_long_it_takes(view, wait):
    (item,) = queue_paused(view, PPF)
    wait(lambda: planned(view))
    assert "repeats 2" in item.changes
    assert "irradiance" not in item.changes
    assert item.foreseen is not None
    assert item.foreseen.duration > 10
    view.queue.choose_pace(10.0)
    assert view.queue.remaining() == pytest.approx(item.foreseen.duration / 10)


def test_a_refused_run_tells_what_to_do_and_virtual_ones_go_on(window, view, wait):
    refused, right = queue_paused(view, TOO_BRIGHT, PPF)
    wait(lambda: planned(view))
    view.panel.select(refused)
    assert "lower the irradiance" in view.panel.banner.text
    assert any("lower the irradiance" in message.remedy for message in window.workspace.messages.messages)
    view.queue.pause(False)
    wait(lambda: right.state is State.DONE)
    assert refused.state is State.REFUSED


def test_a_failure_stops_the_queue_where_that_is_asked(window, view, wait):
    assert view.queue.stops_on_failure(virtual=False)
    assert not view.queue.stops_on_failure(virtual=True)
    view.queue.choose_stops_on_failure(virtual=True, stops=True)
    window.workspace.enqueue(TOO_BRIGHT)
    wait(lambda: states(view) == [State.REFUSED])
    assert view.queue.paused


def test_a_run_on_real_instruments_waits_until_its_plan_was_seen(window, view, wait):
    window.workspace.enqueue(Request("ppf_optical", "demo_optical", virtual=False, parameters=SHORT))
    wait(lambda: planned(view))
    assert states(view) == [State.WAITING]
    assert view.queue.paused
    assert "pulses" in view.panel.detail.text()


def test_what_ends_badly_is_told_with_its_remedy(window, view, wait, tmp_path):
    (item,) = queue_paused(view, PPF)
    wait(lambda: planned(view))
    blocked = tmp_path / "no-folder"
    blocked.write_text("a file where the folder of the runs should be")
    window.workspace.choose_folder(blocked)
    view.queue.pause(False)
    wait(lambda: item.state is State.REFUSED)
    view.panel.select(item)
    assert "no-folder" in view.panel.banner.text
    assert item.remedy in view.panel.banner.text
    assert item.remedy


def test_nothing_that_waits_begins_after_all_outputs_were_switched_off(window, view, wait, qtbot):
    view.queue.choose_pace(1.0)
    queue_paused(view, PPF, PPF)
    wait(lambda: planned(view))
    view.queue.pause(False)
    wait(lambda: view.recording.block is not None)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    wait(lambda: view.queue.running is None)
    assert view.queue.paused
    assert view.queue.items[-1].state is State.WAITING
    assert outputs_off(window)


def test_the_window_asks_for_a_mask_and_the_bench_waits_for_the_answer(view, wait, qtbot):
    went_on = threading.Event()

    def bench() -> None:
        view.operator("left-half", 'Put the mask "left-half" before the array.')
        went_on.set()

    asking = threading.Thread(target=bench)
    asking.start()
    wait(view.question.isVisible)
    assert "left-half" in view.words.text()
    assert not went_on.is_set()
    qtbot.mouseClick(view.there_button, Qt.MouseButton.LeftButton)
    wait(went_on.is_set)
    asking.join()
    wait(lambda: not view.question.isVisible())


def test_who_is_asked_for_a_mask_can_end_the_run_instead():
    with pytest.raises(RunAborted, match="left-half"):
        WindowOperator(ending=lambda: True)("left-half", "Put it there.")
