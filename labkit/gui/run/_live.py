"""The live traces with what one can do to them: follow, freeze, scales, reading at the cursor."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from labkit.gui._workspace import Workspace
from labkit.gui.run._live_plot import LivePlot

_SPAN, _LOG, _AUTO = "run/span", "run/log", "run/auto"
_SPANS = (
    ("the whole run", None),
    ("the last 1 s", 1.0),
    ("the last 10 s", 10.0),
    ("the last 1 min", 60.0),
    ("the last 10 min", 600.0),
    ("the last 1 h", 3600.0),
)


class LiveTraces(QWidget):
    """A LivePlot under a line of tools; what is chosen is remembered."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        settings = workspace.settings
        self._settings = settings
        self.plot = LivePlot(workspace.theme)
        self.span = QComboBox()
        for name, seconds in _SPANS:
            self.span.addItem(name, seconds)
        self.span.setToolTip("How much of the run is shown while it goes on")
        self.follow_button = QPushButton("Follow")
        self.follow_button.setCheckable(True)
        self.follow_button.setToolTip("Keep up with the present; off: stay at what is shown, the run goes on (Ctrl+F)")
        self.follow_button.setShortcut("Ctrl+F")
        self.log = QCheckBox("log |I|")
        self.log.setToolTip("The magnitude of the current on a logarithmic scale")
        self.auto = QCheckBox("auto y")
        self.auto.setToolTip("Ordinates follow the curves; off: set them with the mouse")
        self.readout = QLabel()
        self.readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        tools = QHBoxLayout()
        tools.addWidget(self.readout, 1)
        for tool in (self.log, self.auto, QLabel("Show"), self.span, self.follow_button):
            tools.addWidget(tool)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(tools)
        layout.addWidget(self.plot, 1)
        self._restore()
        self._connect()

    def _restore(self) -> None:
        value = self._settings.value(_SPAN, "")
        self.span.setCurrentIndex(max(0, self.span.findData(float(str(value)) if value else None)))
        self.log.setChecked(str(self._settings.value(_LOG, "false")) == "true")
        self.auto.setChecked(str(self._settings.value(_AUTO, "true")) == "true")
        self.plot.follow = self.span.currentData()
        self.plot.set_logarithmic(self.log.isChecked())
        self.plot.set_automatic(self.auto.isChecked())
        self.follow_button.setChecked(self.plot.following)

    def _connect(self) -> None:
        self.span.activated.connect(lambda _: self._take_span())
        self.log.toggled.connect(self._take_log)
        self.auto.toggled.connect(self._take_automatic)
        self.follow_button.clicked.connect(self._take_follow)
        self.plot.following_changed.connect(self.follow_button.setChecked)
        self.plot.pointed.connect(self.readout.setText)

    def _take_span(self) -> None:
        span = self.span.currentData()
        self._settings.setValue(_SPAN, "" if span is None else repr(span))
        self.plot.set_follow(span)

    def _take_log(self, wanted: bool) -> None:
        self._settings.setValue(_LOG, "true" if wanted else "false")
        self.plot.set_logarithmic(wanted)

    def _take_automatic(self, wanted: bool) -> None:
        self._settings.setValue(_AUTO, "true" if wanted else "false")
        self.plot.set_automatic(wanted)

    def _take_follow(self, wanted: bool) -> None:
        if wanted:
            self.plot.follow_again()
        else:
            self.plot.freeze()
