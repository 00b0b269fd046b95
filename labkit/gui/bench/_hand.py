"""One action by hand after the other, with its error at its place."""

from collections.abc import Callable
from typing import TypeVar

from labkit.app import ManualBench, RunAborted
from labkit.gui._workspace import Workspace
from labkit.gui.widgets import Banner

T = TypeVar("T")


class Hand:
    """Does what a panel asks for on the open bench; tells an error in the panel's banner and in the messages.

    `done` is called after each action, to look at the bench again.
    """

    def __init__(self, workspace: Workspace, banner: Banner, done: Callable[[], None]) -> None:
        self._workspace = workspace
        self._banner = banner
        self._done = done
        self.busy = 0

    def do(
        self,
        action: Callable[[ManualBench], T],
        then: Callable[[T], None] | None = None,
        label: str = "",
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Begin an action; `then` gets what it gave, `failed` is called when it gave an error."""
        self._banner.hide()
        self.busy += 1

        def over(result: T) -> None:
            self.busy -= 1
            if then is not None:
                then(result)
            self._done()

        def lost(error: Exception) -> None:
            self.busy -= 1
            if failed is not None:
                failed()
            self._tell(error)
            self._done()

        self._workspace.jobs.follow(self._workspace.workbench.by_hand(action), over, lost, label)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, RunAborted):
            self._banner.show_text("Ended: all outputs were switched off", gravity="warning")
        else:
            self._banner.show_error(error)
            self._workspace.messages.error(error)
