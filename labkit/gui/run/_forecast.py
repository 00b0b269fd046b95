"""How long runs take on the wall, learned from those that are over."""

from labkit.app import Foreseen, Request

_Key = tuple[str, str, float | None]


class Forecast:
    """Times of runs. What `relax` waits is not in a plan: a protocol that was run once tells it for the next time."""

    def __init__(self) -> None:
        self._learned: dict[_Key, float] = {}
        self._latest: float | None = None

    def learn(self, request: Request, pace: float | None, foreseen: Foreseen, took: float) -> None:
        """Take how long (s on the wall) a run took; `pace` in seconds of a virtual bench per second of the wall."""
        if foreseen.duration > 0:
            per_second = took / foreseen.duration
            self._learned[_key(request, pace)] = per_second
            if request.virtual and pace is None:
                self._latest = per_second

    def takes(self, request: Request, pace: float | None, foreseen: Foreseen) -> float | None:
        """Give how long (s on the wall) a run will take; None where nothing tells how fast the machine is."""
        known = self._learned.get(_key(request, pace))
        if known is None:
            known = 1.0 if not request.virtual else self._latest if pace is None else 1.0 / pace
        return None if known is None else known * foreseen.duration


def _key(request: Request, pace: float | None) -> _Key:
    return request.protocol, "virtual" if request.virtual else "real", pace if request.virtual else 1.0
