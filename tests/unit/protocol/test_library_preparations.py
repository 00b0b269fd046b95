"""What the protocols of the library do before what they measure."""

from labkit.core import nanoseconds
from labkit.protocol import Instruction, Pulse, Read, Wait, compile_program, load_protocol, walk


def until_first_read(parameters: dict[str, str]) -> list[Instruction]:
    """Give what a cycle of `ltp_ltd` begins with, up to its first read."""
    found: list[Instruction] = []
    for step in walk(compile_program(load_protocol("ltp_ltd"), parameters).instructions):
        if isinstance(step, Pulse | Read | Wait):
            found.append(step)
        if isinstance(step, Read):
            break
    return found


def test_depression_is_the_erase_of_the_cycles_unless_another_is_asked_for() -> None:
    (read,) = until_first_read({})
    assert isinstance(read, Read)


def test_a_device_that_moves_evenly_is_erased_and_lifted_and_read_after_the_delay() -> None:
    asked = {"erase_pulses": "3", "lift_pulses": "2", "read_delay": "5 ms", "settling": "1 ms"}
    *before, read = until_first_read(asked)
    assert [step.mark for step in before if isinstance(step, Pulse)] == ["erase", "lift"]
    assert isinstance(read, Read)
    assert before[-1] == Wait(nanoseconds(4e-3), before[-1].line)
    assert read.delay == nanoseconds(1e-3)
