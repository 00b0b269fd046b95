"""The frame of the window: what is always in sight, what it remembers, and that nothing told is lost."""

import pytest
from PySide6.QtCore import QSettings, Qt

from labkit.app import BenchChoice
from labkit.core import LabkitError
from labkit.gui._theme import DARK, LIGHT, Theme
from labkit.gui._views import VIEWS


def test_real_and_virtual_cannot_be_mistaken(open_labkit):
    window = open_labkit()
    assert window.strip.badge == "VIRTUAL BENCH"
    window.workspace.choose_bench(BenchChoice("demo_optical", virtual=False))
    assert window.strip.badge == "REAL INSTRUMENTS"


def test_every_view_opens_by_its_key(open_labkit, qtbot):
    window = open_labkit()
    for number, view in enumerate(VIEWS):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda view=view: view.name in window.views)
        assert window.views[view.name].isVisible()


def test_the_window_opens_where_it_was_left(open_labkit, settings: QSettings):
    window = open_labkit("demo_memristor")
    window.turn_to("results")
    window.resize(790, 655)
    window.close()
    again = open_labkit("demo_memristor")
    assert again.views.keys() == {"results"}
    assert (again.width(), again.height()) == (790, 655)
    assert settings.value("bench/name") == "demo_memristor"


def test_an_error_of_a_job_is_told_with_its_remedy_and_kept(open_labkit, qtbot):
    window = open_labkit()
    log = window.workspace.messages

    def fail() -> None:
        raise LabkitError("the lamp is cold", "warm it")

    with qtbot.waitSignal(log.added):
        window.workspace.jobs.start(fail)
    assert (log.messages[-1].text, log.messages[-1].remedy) == ("the lamp is cold", "warm it")


@pytest.mark.parametrize(("choice", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_a_theme_is_taken_and_remembered(open_labkit, settings: QSettings, choice, colours):
    window = open_labkit()
    window._choose_theme(choice)
    theme: Theme = window.workspace.theme
    assert theme.colours is colours
    assert settings.value("window/theme") == choice


def contrast(first: str, second: str) -> float:
    """Give the contrast of two colours by WCAG 2.2, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_can_be_read_in_both_themes(colours):
    for ground in (colours.window, colours.base, colours.raised):
        for text in (colours.text, colours.faint, colours.good, colours.warning, colours.bad, colours.accent):
            assert contrast(text, ground) >= 4.5
    for ground in (colours.accent, colours.bad, colours.real, colours.virtual):
        assert contrast(colours.on_accent, ground) >= 4.5
    for curve in colours.curves:
        assert contrast(curve, colours.base) >= 1.9
