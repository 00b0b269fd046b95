"""Compile the sketch of the line multiplexer for this machine and hold it to the transcript of its documentation.

A few lines of C++ stand for the Arduino: a serial port, pins, a chain of shift registers, a clock that `delay` moves.
What the relays are driven to is compared with what the sketch says of them. It needs g++, which not every machine that
runs the tests has, and so it is no test.
Usage: python tools/check_sketch.py
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
SKETCH = REFERENCE / "line_multiplexer" / "line_multiplexer.ino"
PAGE = REFERENCE / "line-multiplexer.md"

BOARD = r"""
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <iostream>
#include <string>
enum { LOW, HIGH, OUTPUT, MSBFIRST };
static unsigned long now = 0;
static bool pins[80];
static std::deque<uint8_t> registers(8, 0xFF);
static uint8_t latched[8];
static std::deque<char> input;
static void pinMode(int, int) {}
static unsigned long millis() { return now; }
static void delay(unsigned long time) { now += time; }
static void digitalWrite(int pin, int level) {
  if (pin == 10 && level && !pins[pin])
    for (int k = 0; k < 8; k++) latched[k] = registers[k];
  pins[pin] = level;
}
static void shiftOut(int, int, int, uint8_t byte) { registers.push_front(byte); registers.pop_back(); }
struct Port {
  void begin(unsigned long) {}
  int available() { return (int)input.size(); }
  int read() { char letter = input.front(); input.pop_front(); return letter; }
  void print(const char *text) { std::cout << text; }
  void print(char letter) { std::cout << letter; }
  void print(unsigned long number) { std::cout << number; }
};
static Port Serial;
"""

MAIN = r"""
int main() {
  setup();
  std::string text;
  while (std::getline(std::cin, text)) {
    if (text.rfind("!wait ", 0) == 0) { now += std::stoul(text.substr(6)); loop(); continue; }
    if (text == "!relays") {
      std::string found;
      for (int k = 0; k < 64; k++) {
        bool on = SHIFT_REGISTERS ? (latched[k / 8] >> (k % 8)) & 1 : pins[4 + k];
        if (on) found += ";" + std::to_string(k / 8 + 1) + "," + std::to_string(k % 8 + 1);
      }
      std::cout << (found.empty() ? "NONE" : found.substr(1)) << std::endl;
      continue;
    }
    input.insert(input.end(), text.begin(), text.end());
    input.push_back('\n');
    loop();
    std::cout.flush();
  }
}
"""

WATCHDOG = [
    ("SYST:WDOG 0.2", "OK"),
    ("ROUT:CLOS 1,1", "OK"),
    ("!wait 150", None),
    ("ROUT:CLOS?", "1,1"),
    ("!wait 150", None),
    ("!relays", "1,1"),
    ("!wait 100", None),
    ("!relays", "NONE"),
    ("SYST:ERR?", "1 Watchdog opened all relays"),
    ("SYST:ERR?", "0 No error"),
    ("ROUT:CLOS " + "1,2;" * 70 + "1,2", "ERR -363 Input buffer overrun"),
    ("*IDN?", "labkit,MUX8x8,0001,1.0"),
]
"""What the page's transcript cannot show because it has no clock, or no room."""


def transcript() -> list[tuple[str, str | None]]:
    """Give the lines of the page's transcript with their answers."""
    return [(line, answer) for line, answer in re.findall(r"^> (.*)\n< (.*)$", PAGE.read_text(encoding="utf-8"), re.M)]


def compiled(folder: Path, registers: int) -> Path:
    """Compile the sketch, with shift registers or without."""
    program = folder / f"sketch{registers}"
    sketch = SKETCH.read_text(encoding="utf-8").replace(
        "#define SHIFT_REGISTERS 1", f"#define SHIFT_REGISTERS {registers}"
    )
    source = program.with_suffix(".cpp")
    source.write_text(BOARD + sketch + MAIN, encoding="utf-8")
    command = [
        "g++",
        "-std=c++11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-unused-function",
        "-o",
        str(program),
        str(source),
    ]
    subprocess.run(command, check=True)
    return program


def main() -> int:
    """Run the sketch in both forms; give 1 when an answer or a relay is wrong."""
    steps: list[tuple[str, str | None]] = []
    for line, answer in [*transcript(), *WATCHDOG]:
        steps.append((line, answer))
        if line == "ROUT:CLOS?":
            steps.append(("!relays", answer))
    expected = [(line, answer) for line, answer in steps if answer is not None]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for registers in (1, 0):
            program = compiled(Path(folder), registers)
            said = "".join(f"{line}\n" for line, _ in steps)
            output = subprocess.run([str(program)], input=said, capture_output=True, text=True, check=True, timeout=10)
            answers = output.stdout.splitlines()
            if len(answers) != len(expected):
                print(f"{len(answers)} answers to {len(expected)} lines")
                wrong += 1
            for (line, answer), found in zip(expected, answers, strict=False):
                if found != answer:
                    print(f"> {line}\n< {found}\n  expected {answer}")
                    wrong += 1
    print(f"{len(expected)} lines in two forms: {wrong or 'nothing'} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
