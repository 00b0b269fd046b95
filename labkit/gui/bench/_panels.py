"""A panel for each terminal of an open bench; importing this loads pyqtgraph."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from labkit.app import BenchState
from labkit.core import (
    Bench,
    Capabilities,
    ElectricalTerminal,
    LightCapabilities,
    MatrixCapabilities,
    PulseCapabilities,
    SourceMeterCapabilities,
    StageCapabilities,
)
from labkit.gui._workspace import Workspace
from labkit.gui.bench._hand import Hand
from labkit.gui.bench._light_panel import LightPanel
from labkit.gui.bench._matrix_panel import MatrixPanel
from labkit.gui.bench._pulse_panel import PulsePanel
from labkit.gui.bench._source_panel import SourcePanel
from labkit.gui.bench._stage_panel import StagePanel
from labkit.gui.widgets import Banner, faint

Panel = SourcePanel | PulsePanel | LightPanel | MatrixPanel | StagePanel


class Panels:
    """The panels of an open bench, by terminal, each with a banner for its errors; `done` is called after an action."""

    def __init__(
        self, workspace: Workspace, bench: Bench, capabilities: Mapping[str, Capabilities], done: Callable[[], None]
    ) -> None:
        self.panels: dict[str, Panel] = {}
        self.banners: dict[str, Banner] = {}
        self.pages: dict[str, QWidget] = {}
        gated = {light.driven_by: name for name, light in bench.optical().items() if light.driven_by}
        for name, able in capabilities.items():
            if name in gated:
                self.pages[name] = _page(
                    faint(f"This channel makes the pulses of {gated[name]}: use its panel."), QWidget()
                )
                continue
            banner = Banner()
            panel = _panel(name, bench, able, Hand(workspace, banner, done), workspace)
            self.panels[name], self.banners[name] = panel, banner
            self.pages[name] = _page(banner, panel)

    def show_state(self, state: BenchState) -> None:
        """Show what the instruments tell."""
        for name, panel in self.panels.items():
            if isinstance(panel, MatrixPanel | StagePanel) and name in state.terminals:
                panel.show_state(state.terminals[name])

    def stop(self) -> None:
        """Read nothing more by themselves."""
        for panel in self.panels.values():
            if isinstance(panel, SourcePanel):
                panel.stop()


def _panel(name: str, bench: Bench, able: Capabilities, hand: Hand, workspace: Workspace) -> Panel:
    if isinstance(able, PulseCapabilities):
        return PulsePanel(name, able, hand)
    if isinstance(able, LightCapabilities):
        return LightPanel(name, able, hand)
    if isinstance(able, StageCapabilities):
        return StagePanel(name, able, hand)
    if isinstance(able, MatrixCapabilities):
        if bench.switch is None:
            raise ValueError("a matrix without a switch")
        return MatrixPanel(bench.switch, hand, workspace.theme)
    entry = bench.terminals[name]
    if not isinstance(able, SourceMeterCapabilities) or not isinstance(entry, ElectricalTerminal):
        raise TypeError(f"{name} is no terminal that a hand can use")
    return SourcePanel(name, entry, able, hand, workspace.theme)


def _page(above: QWidget, below: QWidget) -> QScrollArea:
    inner = QWidget()
    layout = QVBoxLayout(inner)
    layout.addWidget(above)
    layout.addWidget(below, 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(inner)
    return area
