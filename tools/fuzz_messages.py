"""Messages for tools/fuzz.py: nearly right ones, made of the commands that an instrument has, and spoiled ones."""

import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import labkit_sim
from labkit_sim import Command, ScpiInstrument
from labkit_sim.tsp import TspInstrument

Step = tuple[str, bytes] | tuple[str, float] | tuple[str]
"""("message", bytes), ("wait", s), ("read",), ("clear",), ("trigger",), ("poll",)."""


def words(text: str) -> tuple[str, ...]:
    """Split a list of words."""
    return tuple(text.split())


SERIAL_WORDS = {
    "thorlabs": words(
        "CC CC? BP BP? O O? A A? L L? ML ML? M M? SM SM? MB MB? N? S? V? H? HS? HN? CD? WL? FB? R? E? EEE -1 0 3"
    ),
    "line_multiplexer": words(
        "*IDN? ROUT:CLOS ROUT:OPEN ROUT:CLOS? ROUT:DEL ROUT:DEL? SYST:WDOG ALL 1,3 1,1;8,8 *RST *CLS SYST:ERR?"
    ),
}
NUMBERS = words(
    """0 1 -1 2 3 10 1e-3 1E-6 0.1 -5 100 1e3 1e9 -1e9 1e38 9.91E37 1e400 -1e400 nan NAN inf INF NINF 1e-400 .5 5. +
    - . e 1e 1e+ 0x10 #H1F #B101 #Q17 #Hzz 1_000 \u0661 1V 5mV 1uA 1MOHM 3kHz 20% 1PCT 1e5s 0.000001
    123456789012345678901234567890"""
)
WORDS = (
    *words(
        """ON OFF MIN MAX DEF MINimum MAXimum DEFault INF AUTO BEST FIX FIXED VOLT CURR SWE LIST PULS DC SIN SQU BUS IMM
        EXT TIM CONT ONCE NEXT NEV ASC REAL SRE SWAP NORM HIMP ZERO defbuffer1 "defbuffer1" 'CURR' "CURR:DC" "VOLT"
        "" \'\' "it's" "a""b" "unclosed (@1) (@1,2) (@1:3) (@10101) (@00248,01012) (@) (@1:999999999) (@a) (1) #0
        #15hello #9999999999 #3 #15he, A , ,, ; : \\ ~ ? ! @ ( ) [ ] { }"""
    ),
    "",
    " ",
    "\x00",
    "\xff",
)
CHARACTERS = "\x00\x07\t\r\x0b\x1b !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\x7f\x80\xa0\xff0123456789eEmuVA*?"
LUA_VALUES = words(
    "0 1 -1 2 3 10 1e-3 1e-6 0.1 1e9 -1e9 1e300 0/0 1/0 nil true false 'a' '1' {} {1,2,3} {nil} print _G"
)
LUA = """\
for i=1,3 do $ end
while true do end
repeat $ until true
local x = $
print($)
print($, $)
if $ then end
function f() $ end f()
f()
pcall(function() $ end)
print(pcall(function() return $ end))
error($)
delay($)
x = $
print(#$)
string.rep('x', $)
print(string.format('%d', $))
string.rep('a', 1e9)
t = {} for i=1,1e9 do t[i]=i end
coroutine.wrap(function() $ end)()
loadstring('$')()
printbuffer(1, $, $)
waitcomplete()
trigger.wait($)
setmetatable($, {__index=function(t,k) return $ end})
local function g() return g() end g()
local function h() return 1+h() end h()
print(next(_G, nil))
_G.print = nil
print = error
exit()
collectgarbage()
getmetatable('').__index = nil
string.gsub(string.rep('a',1000), '(a*)*b', '')
for k,v in pairs($) do end
loadscript s~$~endscript~s()
loadandrunscript~$~endscript
loadscript~endscript
endscript
abort
*trg
*OPC?
*RST""".splitlines()
"""Chunks of Lua: `$` stands for a value or another chunk, `~` for a new line."""


def make_case(draw: random.Random, make: Callable[[random.Random], str]) -> list[Step]:
    """Make a case: messages, some of them spoiled, with waits, reads, clears and triggers between them."""
    steps: list[Step] = []
    for _ in range(draw.randint(1, 10)):
        message = make(draw)
        for _ in range(draw.choice((0, 0, 0, 1, 1, 3))):
            message = spoiled(draw, message)
        steps.append(("message", message.encode("latin-1", "replace") + draw.choice((b"\n", b"\n", b"\r\n", b""))))
        if draw.random() < 0.5:
            steps.append(("wait", draw.choice((1e-4, 0.01, 0.3, 5.0))))
        steps += [("read",)] if draw.random() < 0.6 else []
        steps += [(draw.choice(("clear", "trigger", "poll")),)] if draw.random() < 0.1 else []
    return steps


def spoiled(draw: random.Random, message: str) -> str:
    """Change a message at one place."""
    at = draw.randint(0, len(message))
    end = min(len(message), at + draw.randint(0, 8))
    return draw.choice(
        (
            lambda: message[:at] + draw.choice(CHARACTERS) + message[at:],
            lambda: message[:at] + message[end:],
            lambda: message[:at] + draw.choice(WORDS) + message[end:],
            lambda: message[:at] + draw.choice(NUMBERS) + message[end:],
            lambda: message[:at],
            lambda: message[:end] + message[at:],
            lambda: message[:at] + draw.choice(CHARACTERS) * draw.choice((2, 100, 5000)) + message[at:],
            lambda: ";".join([message] * draw.randint(2, 30)),
        )
    )()


def generator(firmware: str, instrument: Any) -> Callable[[random.Random], str]:
    """Give what makes messages in the language of an instrument, over its own commands."""
    if isinstance(instrument, TspInstrument):
        paths = tuple(shown_paths(instrument))
        return lambda draw: tsp_message(draw, paths)
    if isinstance(instrument, ScpiInstrument):
        commands = tuple(instrument.TABLE.commands)
        return lambda draw: scpi_message(draw, commands)
    known = SERIAL_WORDS["line_multiplexer" if firmware == "line_multiplexer" else "thorlabs"]
    return lambda draw: " ".join([draw.choice(known), *(argument(draw) for _ in range(draw.choice((0, 1, 2, 2, 3))))])


@cache
def known_words() -> tuple[str, ...]:
    """Give the words that stand in the firmware as strings, so that choices are met that few guesses would meet."""
    found: set[str] = set()
    for path in Path(labkit_sim.__file__).parent.rglob("*.py"):
        found.update(re.findall(r'"([A-Za-z][A-Za-z0-9:]{1,15})"', path.read_text("utf-8")))
    return tuple(sorted(found))


def argument(draw: random.Random) -> str:
    """Make a parameter, right or wrong."""
    if draw.random() < 0.03:
        return ",".join(str(draw.uniform(-10, 10)) for _ in range(draw.choice((50, 300, 3000))))
    if draw.random() < 0.3:
        return draw.choice(known_words())
    kinds = (draw.choice(NUMBERS), draw.choice(WORDS), f"{draw.uniform(-10, 10):g}", str(draw.randint(-3, 300)))
    return draw.choice(kinds)


_KEYWORD = re.compile(r"(\[)?(:?)(\*?[A-Za-z_]\w*?)(\[1\]|<n>)?(\])?(?=[:\[]|$)")


def scpi_header(draw: random.Random, pattern: str) -> str:
    """Write a pattern's header in one of the ways that it may be written."""
    header = ""
    for optional, colon, word, suffix, _ in _KEYWORD.findall(pattern):
        if optional and draw.random() < 0.6:
            continue
        short = "".join(letter for letter in word if not letter.islower())
        written = draw.choice((word, short, word.upper(), short.lower()))
        number = draw.choice(("", "", "1", "1", "2", "0", "9", "99999999999")) if suffix else ""
        header += colon + written + number
    return header


def scpi_message(draw: random.Random, commands: Sequence[Command]) -> str:
    """Make a message of one or a few commands, most of them with as many parameters as they take."""
    units = []
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        command = draw.choice(commands)
        asks = draw.random() < (0.3 if command.write else 0.95)
        fewest, most = command.query_arguments if asks else command.write_arguments
        count = draw.randint(fewest, min(most, fewest + 8)) if draw.random() < 0.85 else draw.choice((0, 1, 2, 3, 9))
        arguments = ",".join(argument(draw) for _ in range(count))
        units.append(f"{scpi_header(draw, command.pattern)}{'?' if asks else ''} {arguments}".rstrip())
    return ";".join(units)


WALK = """loadandrunscript
local function walk(path, value, depth)
  local shown = type(value) == "table" and getmetatable(value)
  if not shown or depth > 6 then return end
  local function name(k) return type(k) == "number" and path .. "[" .. k .. "]" or path .. "." .. tostring(k) end
  for k in pairs(shown.Getters or {}) do print("PATH", name(k)) end
  for k, v in pairs(shown.Objects or {}) do
    print("PATH", name(k))
    walk(name(k), v, depth + 1)
  end
end
for k, v in pairs(_G) do print("PATH", k) walk(k, v, 0) end
endscript
"""


def shown_paths(instrument: TspInstrument) -> list[str]:
    """Give the names that a TSP instrument shows, as a client finds them by introspection."""
    instrument.receive(WALK.encode(), True)
    world, text = instrument.world, ""
    for _ in range(10_000):
        world.advance_to(world.now + 10**8)
        if not (part := read_all(instrument).decode("latin-1")) and not instrument.at_work():
            break
        text += part
    return [line.partition("\t")[2] for line in text.splitlines() if line.startswith("PATH\t")] or ["print"]


def tsp_message(draw: random.Random, paths: Sequence[str]) -> str:
    """Make a chunk of Lua over the instrument's tables, or a script."""
    return "\n".join(tsp_chunk(draw, paths, 0) for _ in range(draw.choice((1, 1, 1, 2, 4))))


def tsp_chunk(draw: random.Random, paths: Sequence[str], depth: int) -> str:
    """Make one statement or expression."""

    def value() -> str:
        if depth < 3 and draw.random() < 0.3:
            return tsp_chunk(draw, paths, depth + 1)
        return draw.choice((draw.choice(LUA_VALUES), draw.choice(paths), f"{draw.uniform(-10, 10):g}"))

    kind = draw.random()
    if kind < 0.3:
        return f"{draw.choice(paths)} = {value()}"
    if kind < 0.5:
        return f"print({draw.choice(paths)})"
    if kind < 0.75:
        return f"{draw.choice(paths)}({', '.join(value() for _ in range(draw.choice((0, 1, 1, 2, 3, 5, 10))))})"
    return draw.choice(LUA).replace("~", "\n").replace("$", value())


def read_all(instrument: Any) -> bytes:
    """Take all answers that are ready."""
    found = b""
    while instrument.output_ready() and len(found) < 1 << 24:
        found += instrument.take(1 << 20, None)[0]
    return found
