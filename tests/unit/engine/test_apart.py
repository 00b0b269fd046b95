"""Pulses of several terminals that take turns are pulses and waits; what overlaps stays on one time base."""

from labkit.core import Nanoseconds
from labkit.engine._apart import one_after_another
from labkit.protocol import Pulse, Repeat, Together, Wait

MS = 1_000_000


def pulse(terminal: str, width: int = 10 * MS) -> Pulse:
    return Pulse(terminal, 0.5, Nanoseconds(width), mark=terminal)


def together(*starts: tuple[int, Pulse]) -> Together:
    duration = max(start + one.width for start, one in starts)
    return Together(tuple((Nanoseconds(start), one) for start, one in starts), Nanoseconds(duration))


def test_turns_become_pulses_and_waits_of_the_same_length() -> None:
    pair = together((0, pulse("bottom")), (50 * MS, pulse("top")))
    assert one_after_another([pair]) == (pulse("bottom"), Wait(Nanoseconds(40 * MS)), pulse("top"))


def test_loops_are_kept_as_loops() -> None:
    pair = together((0, pulse("bottom")), (10 * MS, pulse("top")))
    (loop,) = one_after_another([Repeat("pairing", 60, (pair,))])
    assert loop == Repeat("pairing", 60, (pulse("bottom"), pulse("top")))


def test_what_overlaps_and_what_is_of_one_terminal_stays_together() -> None:
    overlap = together((0, pulse("bottom")), (5 * MS, pulse("top")))
    burst = together((0, pulse("top")), (20 * MS, pulse("top")))
    assert one_after_another([overlap, burst]) == (overlap, burst)
