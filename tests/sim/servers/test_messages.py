"""What clients send in pieces arrives as messages, whatever the pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labkit_sim._scpi_data import message_end
from labkit_sim.servers._messages import LONGEST_MESSAGE, InputOverrun, MessageStream, script_end

MESSAGES = st.lists(
    st.sampled_from(
        [b"*IDN?\n", b":SOUR:LIST:VOLT 0,1,2\r\n", b"\n", b":DATA #15a\nb;c\n", b'DISP "it;\'s"\n', b"\xe9\n"]
    ),
    max_size=6,
)


@given(messages=MESSAGES, cuts=st.lists(st.integers(1, 30), max_size=10))
def test_pieces_do_not_matter(messages: list[bytes], cuts: list[int]) -> None:
    stream, sent, arrived = MessageStream(message_end), b"".join(messages), []
    for cut in cuts:
        arrived += stream.feed(sent[:cut])
        sent = sent[cut:]
    arrived += stream.feed(sent)
    assert arrived == messages


def test_what_is_not_complete_is_kept_back() -> None:
    stream = MessageStream(message_end)
    assert list(stream.feed(b":OUTP")) == []
    assert list(stream.feed(b" ON\n")) == [b":OUTP ON\n"]


def test_a_message_without_end_is_dropped_up_to_the_next_line() -> None:
    stream = MessageStream(message_end)
    with pytest.raises(InputOverrun):
        list(stream.feed(b"A" * (LONGEST_MESSAGE + 1)))
    assert list(stream.feed(b"AAAA")) == []
    assert list(stream.feed(b"AAAA\n*IDN?\n")) == [b"*IDN?\n"]


def test_a_tsp_script_is_one_message() -> None:
    stream = MessageStream(script_end)
    script = b"loadandrunscript\r\nprint(1)\nprint('endscript')\r\nendscript\r\n"
    assert list(stream.feed(script[:30])) == []
    assert list(stream.feed(script[30:] + b"print(2)\n")) == [script, b"print(2)\n"]
