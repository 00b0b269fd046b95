"""Time to an answer: `labkit --help` against `python -c pass`, interleaved cold processes.

    python benchmarks/start_up.py [--rounds 15]

The processes run without PYTHONDONTWRITEBYTECODE: where it is set each of them would compile everything anew.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._cold import cold_ratios

TARGET = 6.0
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "labkit --help": [sys.executable, "-m", "labkit", "--help"],
    "labkit run --help": [sys.executable, "-m", "labkit", "run", "--help"],
}
BASELINE = "python -c pass"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    cases = {name: partial(seconds, command) for name, command in COMMANDS.items()}
    ratios = cold_ratios(cases, BASELINE, options.rounds)
    print(f"target for labkit --help: at most {TARGET:g}")
    print(json.dumps({"benchmark": "start_up", "ratios": ratios}))


if __name__ == "__main__":
    main()
