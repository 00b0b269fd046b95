"""Events of a run on their way from the thread of the bench to the window."""

from collections import deque

from labkit.core import Event


class EventFeed:
    """A subscriber that keeps events until the window takes them: the run never waits for a painter."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()

    def __call__(self, event: Event) -> None:
        """Keep an event; called in the thread of the bench."""
        self._events.append(event)

    def drain(self) -> list[Event]:
        """Take all events that have come, in their order; called in the thread of the window."""
        taken: list[Event] = []
        while self._events:
            taken.append(self._events.popleft())
        return taken
