"""Long work beside the window: it runs in a thread, its outcome comes back into the thread of the window."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

T = TypeVar("T")

_THREADS = 2


class Jobs(QObject):
    """Runs functions in threads of their own and tells the window what they gave.

    `failed` is told every error that no caller took; `busy_changed` the labels of what is going on.
    """

    failed = Signal(object)
    busy_changed = Signal(object)
    _over = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = ThreadPoolExecutor(_THREADS, "labkit-gui")
        self._going: list[str] = []
        self._closed = False
        self._over.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        function: Callable[[], T],
        then: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        label: str = "",
    ) -> Future[T]:
        """Run `function` in a thread, then `then` with what it gave in the thread of the window, or `failed`."""
        return self.follow(self._threads.submit(function), then, failed, label)

    def follow(
        self,
        future: Future[T],
        then: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        label: str = "",
    ) -> Future[T]:
        """Wait in the same way for what something else has begun."""
        if label:
            self._going.append(label)
            self.busy_changed.emit(tuple(self._going))
        future.add_done_callback(lambda done: self._over.emit((done, then, failed, label)))
        return future

    def close(self) -> None:
        """Begin nothing more, and tell nothing more: those who asked are going."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _finish(self, what: tuple[Future[Any], Any, Any, str]) -> None:
        future, then, failed, label = what
        if label:
            self._going.remove(label)
            self.busy_changed.emit(tuple(self._going))
        if future.cancelled() or self._closed:
            return
        error = future.exception()
        if error is None:
            if then is not None:
                then(future.result())
        elif failed is not None:
            failed(error)
        else:
            self.failed.emit(error)
