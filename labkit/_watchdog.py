"""The process that makes a bench safe when its runner is killed; started by labkit.app.Watchdog.

It waits on its standard input, and imports the rest of labkit only when it is needed.
"""

import json
import os
import signal
import sys
from datetime import datetime

_PATIENCE = 60.0
"""How long an instrument that does not answer is tried again (s)."""


def main() -> None:
    """Read what to watch over, then wait for the word "safe" or for the end of the runner."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # meant for the runner, which then makes the bench safe itself
        if number := signal.Signals.__members__.get(name):
            signal.signal(number, signal.SIG_IGN)
    order = sys.stdin.readline()
    if not order.endswith("\n"):
        return
    sys.stdout.write("watching\n")
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on when the runner is gone
    if sys.stdin.read().strip() != "safe":
        told = json.loads(order)
        _Rescue(told["bench"], int(told["runner"]), told["log"]).go()


class _Rescue:
    """Makes a bench safe, given as the text that the runner had read, and writes a log of it."""

    def __init__(self, bench: str, runner: int, log: str) -> None:
        self._bench = bench
        self._runner = runner
        self._log = log

    def go(self) -> None:
        self._write(f"the runner (process {self._runner}) is gone without having made the bench safe")
        try:
            self._make_safe()
        except BaseException as error:  # nobody else is there to hear of it
            self._write(f"NOT CONFIRMED SAFE: the watchdog failed: {error!r}")
            raise

    def _make_safe(self) -> None:
        from labkit.core import Bench, load_yaml, validate
        from labkit.engine import rescue

        safe = True
        for found in rescue(validate(Bench, load_yaml(self._bench, "bench")), _PATIENCE):
            safe = safe and found.safe
            self._write(f"{found.instrument}: {'safe' if found.safe else 'NOT CONFIRMED SAFE'}: {found.detail}")
        self._write("the bench is safe" if safe else "look at the front panels and switch off by hand")

    def _write(self, line: str) -> None:
        stamp = datetime.now().astimezone().isoformat(timespec="milliseconds")
        with open(self._log, "a", encoding="utf-8") as file:
            file.write(f"{stamp} {line}\n")


if __name__ == "__main__":
    main()
