"""Whatever is sent, the instrument puts errors into its queue and answers the next message."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_VOCABULARY = """
print ( ) = == { } [ ] , . .. ; 1 -1 1e400 nil true 'x' "y" function end while do for in local return #t -- [[ ]]
relay.rule relay.close relay.overlapped errorqueue.next trigger.timer[1] digio.trigger[2].mode format.data
status.standard.enable script.new script.delete localnode.prompts delay waitcomplete timer.reset pcall error
coroutine.wrap coroutine.yield setmetatable getmetatable(relay) _G string.rep loadstring unpack userstring.add
*IDN? *TRG *CLS *ESE *SRE loadscript loadandrunscript endscript abort dataqueue.add printnumber reset() \x00 \xff
"""
_WORDS = st.sampled_from(_VOCABULARY.split())
_MESSAGES = st.lists(_WORDS, max_size=12).map(" ".join) | st.text(st.characters(max_codepoint=255), max_size=60)


@given(st.lists(_MESSAGES, max_size=6))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text(terminal: Any, messages: list[str]) -> None:
    instrument = terminal.instrument
    for message in messages:
        instrument.receive(message.encode("latin-1") + b"\n", True)
        terminal.world.advance_to(terminal.world.now + 10_000_000)
    instrument.device_clear()
    while instrument.output_ready():
        instrument.take(1 << 20, None)
    instrument.receive(b"*IDN?\n", True)
    assert instrument.output_ready()


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(terminal: Any, data: bytes, end: bool) -> None:
    terminal.instrument.receive(data, end)
    terminal.world.advance_to(terminal.world.now + 10_000_000)
    terminal.instrument.device_clear()
    terminal.instrument.receive(b"*IDN?\n", True)
    assert terminal.instrument.output_ready()
