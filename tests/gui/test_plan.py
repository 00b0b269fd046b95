"""The Plan view: what will happen, from hours to microseconds; what is refused, and where."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication

from labkit.app import Request, protocol_text
from labkit.core import format_quantity
from labkit.gui.plan import PlanView
from labkit.gui.plan._canvas import SHORTEST, CourseCanvas
from labkit.gui.plan._time_axis import exact_time, ticks
from labkit.protocol import protocol_names

PATIENCE = 60_000
"""How long (ms) a busy machine may take to load what plans and checks, once."""


def planned(qtbot, window, **request) -> PlanView:
    """Ask for a request in the Plan view and wait for its plan."""
    view = window.turn_to("plan")
    before = view.outlook
    window.workspace.set_request(Request(bench="", **request))
    qtbot.waitUntil(lambda: view.outlook is not None and view.outlook is not before, timeout=PATIENCE)
    return view


def wheel(canvas: CourseCanvas, place: QPoint, turns: int) -> None:
    """Turn the wheel over a place of the time-line."""
    for _ in range(abs(turns)):
        step = QPoint(0, 120 if turns > 0 else -120)
        event = QWheelEvent(
            QPointF(place),
            QPointF(canvas.mapToGlobal(place)),
            QPoint(),
            step,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas, event)


def test_a_plan_tells_what_it_takes_and_can_be_queued(open_labkit, qtbot):
    window = open_labkit()
    view = planned(qtbot, window, protocol="ppf_optical", set_name="demo")
    texts = [label.text() for label in view.findChildren(type(view.title))]
    assert format_quantity(view.outlook.plan.estimates.duration, "s") in " ".join(texts)
    assert {"Duration", "Pulses", "168", "Readings", "Data"} <= set(texts)
    assert view.details.costs.row_count() == 2
    assert "sweep: baseline" in view.details.reasons.toPlainText()
    asked = []
    window.workspace.enqueue_asked.connect(asked.append)
    qtbot.mouseClick(view.enqueue, Qt.MouseButton.LeftButton)
    assert [request.protocol for request in asked] == ["ppf_optical"]


def test_what_is_refused_is_told_with_its_remedy_and_leads_to_its_line(open_labkit, qtbot):
    window = open_labkit("demo_memristor")
    protocol = window.turn_to("protocol")
    protocol.open("ltp_ltd")
    view = window.turn_to("plan")
    qtbot.waitUntil(lambda: view.outlook is not None and view.outlook.request.protocol == "ltp_ltd", timeout=PATIENCE)
    assert "below what a Keithley 2450 delivers" in view.banner.text
    assert "use longer pulses" in view.banner.text
    assert not view.enqueue.isEnabled()
    assert view.canvas.blocks().refused.size > 0
    lines = protocol_text("ltp_ltd")[0].splitlines()
    pulses = [number for number, each in enumerate(lines, start=1) if "pulse: {terminal: top" in each]
    assert f"line {', '.join(map(str, pulses))}" in view.details.refusals.item(0).text()
    view.details.refusals.itemActivated.emit(view.details.refusals.item(0))
    qtbot.waitUntil(protocol.isVisible, timeout=PATIENCE)
    assert protocol.text.editor.textCursor().blockNumber() + 1 == pulses[0]


def test_without_a_protocol_it_says_what_to_do(open_labkit):
    view = open_labkit().turn_to("plan")
    assert "choose a protocol" in view.state.text()
    assert not view.enqueue.isEnabled()


def test_a_request_that_cannot_be_prepared_is_told(open_labkit, qtbot):
    window = open_labkit()
    view = window.turn_to("plan")
    text = protocol_text("ppf_optical")[0].replace("$repeats", "$repaets")
    window.workspace.set_request(Request("mine.yaml", "", protocol_text=text))
    qtbot.waitUntil(lambda: "mine.yaml:42" in view.banner.text, timeout=PATIENCE)


def test_the_latest_request_is_the_one_that_is_shown(open_labkit, qtbot):
    window = open_labkit()
    view = planned(qtbot, window, protocol="ppf_optical")
    for protocol in ("epsc_optical", "srdp_optical", "sndp_optical", "sddp_optical"):
        window.workspace.set_request(Request(protocol, ""))
    qtbot.waitUntil(lambda: view.outlook.request.protocol == "sddp_optical", timeout=PATIENCE)


def test_one_zooms_from_minutes_to_microseconds_and_back(open_labkit, qtbot):
    window = open_labkit()
    view = planned(qtbot, window, protocol="ppf_optical")
    canvas = view.canvas
    assert (canvas.begin, canvas.end) == (0, canvas.course.duration)
    place = QPoint(canvas.width() // 2, 20)
    held = canvas.time_at(place.x())
    wheel(canvas, place, 40)
    assert canvas.end - canvas.begin < 1e6
    assert canvas.time_at(place.x()) == pytest.approx(held, abs=1e3)
    wheel(canvas, place, 60)
    assert canvas.end - canvas.begin == pytest.approx(SHORTEST)
    assert len(canvas.looks()[0].time) < 20
    wheel(canvas, place, -100)
    assert canvas.end - canvas.begin == pytest.approx(canvas.course.duration)


def test_keys_go_from_pulse_to_pulse(open_labkit, qtbot):
    canvas = planned(qtbot, open_labkit(), protocol="epsc_optical").canvas
    canvas.setFocus()
    middles = []
    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_N)
        middles.append((canvas.begin + canvas.end) / 2)
    assert middles == sorted(set(middles))
    qtbot.keyClick(canvas, Qt.Key.Key_P)
    assert (canvas.begin + canvas.end) / 2 == middles[1]
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.end - canvas.begin == canvas.course.duration


def test_the_cursor_tells_the_pulse_as_asked_and_as_delivered(open_labkit, qtbot):
    canvas = planned(qtbot, open_labkit(), protocol="ppf_optical", parameters={"irradiance": "0.1234 mW/cm^2"}).canvas
    lane = next(k for k, lane in enumerate(canvas.course.lanes) if lane.terminal == "light")
    while "first" not in (words := canvas.words_at(canvas.width() * 0.55, 0.75 * canvas.height() * (lane + 1) / 3)):
        assert canvas.next_one() is not None
    assert "pulse “first” on light" in words
    assert "0.1234 mW/cm² asked" in words
    assert "1 s long" in words
    assert "block triggered" in words


def test_the_cursor_tells_what_is_held_between(open_labkit, qtbot):
    canvas = planned(qtbot, open_labkit(), protocol="ppf_optical").canvas
    assert canvas.words_at(130, 20).startswith("drain held at 100 mV")


def test_what_is_asked_and_what_is_delivered_are_drawn_apart(open_labkit, qtbot):
    window = open_labkit("demo_memristor")
    view = planned(qtbot, window, protocol="ltp_ltd", set_name="slow", parameters={"width": "100.0033 ms"})
    canvas = view.canvas
    assert canvas.looks()[0].asked_time.size == 0
    while (seen := canvas.next_one()).happening.kind != "pulse":
        pass
    canvas._set_view(seen.end_asked - 20_000, seen.end_asked + 20_000)
    found = canvas.looks()[0]
    assert found.asked_time.size > 0
    assert seen.end_asked * 1e-9 in found.asked_time.tolist()
    assert seen.end != seen.end_asked


def test_every_protocol_draws_at_every_zoom(open_labkit, delivered):
    canvas = CourseCanvas(open_labkit().workspace.theme)
    canvas.resize(900, 400)
    for name in protocol_names():
        found = delivered(name)
        canvas.show_course(found.course, found.refused)
        assert len(colours_in(canvas.grab())) > 2
        for factor in (0.001, 0.001):
            canvas.zoom(factor)
            assert len(colours_in(canvas.grab())) > 2


def colours_in(picture: QPixmap) -> set[int]:
    """Give the colours of a picture, of every 7th dot."""
    image = picture.toImage()
    return {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}


@pytest.mark.parametrize("span", [200.0, 1e4, 3e6, 1e9, 6e10, 5e13])
@pytest.mark.parametrize("begin", [0.0, 1234567.0, 3.7e12])
def test_an_axis_has_some_labels_and_none_twice(begin: float, span: float):
    found = ticks(begin, begin + span, 10)
    assert 3 <= len(found.times) <= 11
    assert len(set(found.labels)) == len(found.labels)
    assert all(len(label) <= 10 for label in found.labels)
    assert all(begin <= time <= begin + span for time in found.times)


def test_a_time_is_written_with_all_its_digits():
    assert exact_time(3_723_000_000_001) == "1 h 2 min 3.000000001 s"
    assert exact_time(0) == "0 s"
