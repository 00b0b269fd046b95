"""The SCPI side: whatever way a header is written reaches the same command, and nothing sent can break the parser."""

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim import Call, Command, CommandTable, ScpiError, ScpiInstrument, Station, World, definite_block
from labkit_sim.devices import Resistor

VOLTAGE = ":SOURce[1]:VOLTage[:LEVel][:IMMediate][:AMPLitude]"


class Parrot(ScpiInstrument):
    """Repeats what it understood."""

    heard: Any = None

    def _number(self, call: Call) -> None:
        self.heard = call.number(0, "V", -10, 10, 0.5)

    def _anything(self, call: Call) -> None:
        self.heard = tuple(call.arguments)

    def _block(self, call: Call) -> None:
        self.heard = call.block(0)

    def _text(self, call: Call) -> None:
        self.heard = call.string(0)

    def _channels(self, call: Call) -> None:
        self.heard = call.channels(0)

    def _numbers(self, call: Call) -> None:
        self.heard = list(call.numbers())

    def _switch(self, call: Call) -> None:
        self.heard = call.boolean(0)

    def _integer(self, call: Call) -> None:
        self.heard = call.integer(0, 0, 65535)

    def _line(self, call: Call) -> None:
        self.heard = (call.suffixes, call.choice(0, {"RISing": "up", "FALLing": "down"}))

    def _tell(self, call: Call) -> str:
        return str(self.heard)

    def _bytes(self, call: Call) -> bytes:
        return definite_block(bytes(range(256)))

    TABLE = ScpiInstrument.TABLE.extended(
        *ScpiInstrument.ERROR_COMMANDS,
        Command(VOLTAGE, _number, _tell),
        Command(":SOURce[1]:VOLTage:RANGe", _number, _tell),
        Command(":DIGital:LINE<n>:EDGE<n>", _line, _tell),
        Command(":DATA:BLOCk", _block, _bytes),
        Command(":DATA:TEXT", _text),
        Command(":DATA:LIST", _numbers, write_arguments=(1, 10_000)),
        Command(":DATA:SWITch", _switch),
        Command(":DATA:INTeger", _integer),
        Command(":DATA:ANY", _anything, write_arguments=(0, 5)),
        Command(":ROUTe", _channels),
    )


@pytest.fixture(name="parrot")
def _parrot() -> Parrot:
    return new_parrot()


def new_parrot() -> Parrot:
    return Parrot(Station(World(Resistor(1e6)), "parrot", "1234"))


def send(parrot: Parrot, message: str | bytes) -> None:
    parrot.receive(message if isinstance(message, bytes) else message.encode("latin-1"), end=True)


def ask(parrot: Parrot, message: str) -> str:
    send(parrot, message)
    assert parrot.output_ready(), f"no answer to {message}"
    answer, over = parrot.take(10_000, None)
    assert over
    assert answer.endswith(b"\n")
    return answer[:-1].decode("latin-1")


def errors(parrot: Parrot) -> list[int]:
    found = []
    while entry := parrot.errors.pop():
        found.append(entry.code)
    return found


@st.composite
def spellings(draw: st.DrawFn, keyword: str, suffix: str = "") -> str:
    """Short or long, each letter in either case."""
    form = draw(st.sampled_from([keyword, "".join(letter for letter in keyword if not letter.islower())]))
    letters = [draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in form]
    return "".join(letters) + draw(st.sampled_from(["", suffix]))


@st.composite
def voltage_headers(draw: st.DrawFn) -> str:
    words = [draw(spellings("SOURce", "1")), draw(spellings("VOLTage"))]
    words += [draw(spellings(word)) for word in ("LEVel", "IMMediate", "AMPLitude") if draw(st.booleans())]
    return draw(st.sampled_from(["", ":"])) + ":".join(words)


@given(voltage_headers(), st.floats(-10, 10), st.sampled_from([" ", "  ", "\t"]), st.sampled_from(["\n", "\r\n", ""]))
def test_every_spelling_of_a_header_reaches_the_same_command(header: str, value: float, gap: str, end: str) -> None:
    parrot = new_parrot()
    send(parrot, f"{header}{gap}{value!r}{end}")
    assert parrot.heard == value
    assert errors(parrot) == []
    assert ask(parrot, f"{header}?{end}") == str(value)


@given(st.sampled_from(["SOU:VOLT", "SOURC:VOLT", "SOUR2:VOLT", "SOUR:VOLT1", "SOUR:VOLT:LEV:LEV", "VOLT", "SOUR"]))
def test_other_headers_are_undefined(header: str) -> None:
    parrot = new_parrot()
    send(parrot, f"{header} 1")
    assert errors(parrot) in ([-113], [-114])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1.5E-3", -1.5e-3),
        ("100 mV", 0.1),
        ("100MV", 0.1),
        ("5uV", 5e-6),
        (".5", 0.5),
        ("1.E0", 1),
        ("MIN", -10),
        ("maximum", 10),
        ("Def", 0.5),
    ],
)
def test_numbers_with_units_and_names(parrot: Parrot, text: str, value: float) -> None:
    send(parrot, f"SOUR:VOLT {text}")
    assert parrot.heard == pytest.approx(value)
    assert errors(parrot) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("SOUR:VOLT", -109),
        ("SOUR:VOLT 1,2", -108),
        ("SOUR:VOLT? 1,2", -108),
        ("SOUR:VOLT 11", -222),
        ("SOUR:VOLT 1 A", -131),
        ("SOUR:VOLT abc", -104),
        ("SOUR:VOLT nan", -104),
        ("SOUR:VOLT 1_0", -104),
        ("SOUR:VOLT,1", -103),
        ("SOUR::VOLT 1", -102),
        ("SOUR:VOLT\x07 1", -101),
        ("DATA:TEXT abc", -104),
        ('DATA:TEXT "abc', -151),
        ("DATA:LIST 1,x", -104),
        ("DATA:BLOC 5", -104),
        ("DATA:INT 1 V", -138),
        ("DATA:INT #HXY", -104),
        ("DIG:LINE1:EDGE UP", -224),
        ("ROUT (@1:2:3)", -171),
        ("ROUT 1", -171),
        ("*IDN 1", -113),
        ("NOSUCH?", -113),
    ],
)
def test_mistakes_have_the_codes_of_scpi_99(parrot: Parrot, message: str, code: int) -> None:
    send(parrot, message)
    assert errors(parrot) == [code]
    assert not parrot.output_ready()


def test_a_semicolon_goes_on_at_the_same_level_and_a_colon_starts_at_the_root(parrot: Parrot) -> None:
    send(parrot, ":SOUR:VOLT:LEV:IMM 1;RANG 2")
    assert errors(parrot) == [-113], "IMM stands one level below RANG"
    send(parrot, ":SOUR:VOLT:RANG 1;RANG 2;*ESE 4;RANG 3;:SOUR:VOLT 4")
    assert errors(parrot) == []
    assert parrot.heard == 4
    assert ask(parrot, "SOUR:VOLT:RANG?;RANG?;:SOUR:VOLT?;*ESE?") == "4.0;4.0;4.0;4"


def test_a_command_error_ends_its_message_and_an_execution_error_only_its_command(parrot: Parrot) -> None:
    send(parrot, "SOUR:VOLT 1;NOSUCH;:SOUR:VOLT 2")
    assert parrot.heard == 1
    send(parrot, ":SOUR:VOLT 99;:SOUR:VOLT 2")
    assert parrot.heard == 2
    assert errors(parrot) == [-113, -222]


def test_numeric_suffixes_arrive_as_numbers(parrot: Parrot) -> None:
    send(parrot, "DIG:LINE3:EDGE ris")
    assert parrot.heard == ((3, 1), "up")
    send(parrot, "DIGITAL:LINE:EDGE12 'FALLing'")
    assert parrot.heard == ((1, 12), "down")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30))
def test_strings_come_back_in_either_quotes(text: str) -> None:
    parrot = new_parrot()
    for quote in "\"'":
        send(parrot, f"DATA:TEXT {quote}{text.replace(quote, quote * 2)}{quote}")
        assert parrot.heard == text
    assert errors(parrot) == []


@given(st.binary(max_size=400), st.booleans())
def test_block_data_may_hold_every_byte(data: bytes, indefinite: bool) -> None:
    parrot = new_parrot()
    if indefinite:
        send(parrot, b"DATA:BLOCK #0" + data)
    else:
        parrot.receive(b"*ESE 1;:DATA:BLOCK " + definite_block(data)[:4], end=False)
        parrot.receive(definite_block(data)[4:] + b";*ESE 2\r\n*ESE 3\n", end=False)
        assert ask(parrot, "*ESE?") == "3"
    assert parrot.heard == data
    assert errors(parrot) == []


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_numeric_lists(values: list[float]) -> None:
    parrot = new_parrot()
    send(parrot, "DATA:LIST " + ", ".join(map(repr, values)))
    assert parrot.heard == values


def test_channel_lists_booleans_and_other_bases(parrot: Parrot) -> None:
    for message, heard in {
        "ROUT (@1,3:5, 12)": [1, 3, 4, 5, 12],
        "ROUT (@5:3)": [5, 4, 3],
        "DATA:SWIT ON": True,
        "DATA:SWIT 0": False,
        "DATA:SWIT 2.6": True,
        "DATA:INT #HFF": 255,
        "DATA:INT #b101": 5,
        "DATA:INT 2.6": 3,
        "DATA:ANY a, (@1,2), 'x,y;z' ,5": ("a", "(@1,2)", "'x,y;z'", "5"),
        "DATA:ANY": (),
    }.items():
        send(parrot, message)
        assert parrot.heard == heard, message
    assert errors(parrot) == []


printable = st.text(string.printable, max_size=60).map(str.encode)
fragments = st.lists(
    st.sampled_from(
        [b"SOUR:", b"VOLT", b"?", b";", b":", b" ", b"\n", b"#", b"#15", b"'", b'"', b"(@", b"1", b",", b"*"]
    )
).map(b"".join)


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=60) | printable | fragments, max_size=5), st.booleans())
def test_no_bytes_break_the_parser(pieces: list[bytes], end: bool) -> None:
    parrot = new_parrot()
    for piece in pieces:
        parrot.receive(piece, end=end)
    parrot.device_clear()
    assert ask(parrot, "*IDN?") == "labkit,SCPI,1234,1.0"


def test_commands_may_arrive_in_pieces(parrot: Parrot) -> None:
    for byte in b"SOUR:VOLT 0.25;:SOUR:VOLT?\n":
        assert not parrot.output_ready()
        parrot.receive(bytes([byte]), end=False)
    assert parrot.take(100, None) == (b"0.25\n", True)


def test_the_queue_overflows_into_its_last_place(parrot: Parrot) -> None:
    for _ in range(Parrot.ERROR_DEPTH + 5):
        send(parrot, "NOSUCH")
    assert errors(parrot) == [-113] * (Parrot.ERROR_DEPTH - 1) + [-350]
    assert ask(parrot, "SYST:ERR?") == '0,"No error"'


def test_an_answer_that_is_not_fetched_is_lost_with_an_error(parrot: Parrot) -> None:
    send(parrot, "*IDN?")
    assert ask(parrot, "SYST:ERR?") == '-410,"Query INTERRUPTED"'
    parrot.unanswered()
    assert errors(parrot) == [-420]


def test_ambiguous_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="same header"):
        CommandTable([Command(":A[:B]:C"), Command(":A:C")])
    with pytest.raises(ValueError, match="cannot read"):
        CommandTable([Command(":A[:B:C")])


def test_status_byte_follows_errors_answers_and_enabled_events(parrot: Parrot) -> None:
    assert ask(parrot, "*ESR?") == "128", "power on"
    send(parrot, "*ESE 32;*SRE 32;NOSUCH")
    assert parrot.status_byte() == 4 | 32 | 64
    assert parrot.serial_poll() == 4 | 32 | 64
    assert parrot.serial_poll() == 4 | 32, "a poll clears the request"
    assert ask(parrot, "*STB?") == str(4 | 32 | 64), "the summary stays"
    send(parrot, "*IDN?")
    assert parrot.status_byte() & 16
    send(parrot, "*CLS")
    assert parrot.status_byte() == 0


def test_scpi_error_knows_its_text() -> None:
    assert ScpiError(-222).message == "Data out of range"
