"""What a place of the time-line means, in words."""

from labkit.app import Course, Seen, look, seen_at
from labkit.core import Nanoseconds, format_quantity, seconds
from labkit.gui.plan._time_axis import exact_time

_SAME = 1e-6


def words_of(course: Course, lane: int | None, time: int) -> str:
    """Say what happens at a time (ns) in a lane, or in the blocks where `lane` is None."""
    block = seen_at(course.blocks, time)
    about_block = _block_words(block) if block is not None else ""
    if lane is None or lane >= len(course.lanes):
        return about_block
    found = course.lanes[lane]
    seen = seen_at(found.course, time)
    if seen is None:
        level = float(look(found.course, time, time + 1, 1).level[0])
        return f"{found.terminal} held at {_level(level, found.unit)} at {exact_time(time)}\n{about_block}".rstrip()
    parts = [_title(seen, found.terminal), _level_words(seen, found.unit), *_time_words(seen)]
    if seen.rounds:
        parts.append(", ".join(seen.rounds))
    if seen.happening.note:
        parts.append(seen.happening.note)
    return "\n".join(part for part in (*parts, about_block) if part)


def _title(seen: Seen, terminal: str) -> str:
    mark = f" “{seen.happening.mark}”" if seen.happening.mark else ""
    return f"{seen.happening.kind}{mark} on {terminal}"


def _level_words(seen: Seen, unit: str) -> str:
    asked, level = seen.happening.level_asked, seen.happening.level
    text = _level(asked, unit)
    if abs(level - asked) <= _SAME * max(abs(level), abs(asked)):
        return text
    return f"{text} asked, {_level(level, unit, 6)} delivered"


def _level(level: float, unit: str, digits: int = 4) -> str:
    return format_quantity(level, unit, digits).replace("^2", "²")


def _time_words(seen: Seen) -> list[str]:
    asked, width = seen.end_asked - seen.begin_asked, seen.end - seen.begin
    long = f"{_length(asked)} long" if asked == width else f"{_length(asked)} asked, {_length(width)} delivered"
    begins = f"begins at {exact_time(seen.begin_asked)}"
    late = seen.begin - seen.begin_asked
    return [long, f"{begins}, delivered {_length(late)} later" if late > 0 else begins]


def _block_words(seen: Seen) -> str:
    line = f" (line {seen.happening.line})" if seen.happening.line else ""
    who = f"{seen.happening.kind}: " if seen.happening.kind else ""
    rounds = f"; {', '.join(seen.rounds)}" if seen.rounds else ""
    return f"block {who}{seen.happening.mark}, {_length(seen.end - seen.begin)}{line}{rounds}"


def _length(time: int) -> str:
    return format_quantity(seconds(Nanoseconds(time)), "s", 6)
