"""Bench efficiency of each shipped protocol on the virtual benches, as a table, with the reason for each loss.

    python benchmarks/efficiency.py

The time that the protocol itself asks for over the time that the bench was occupied, on the virtual clock:
deterministic, 1 at best.
"""

import json
import tempfile
from pathlib import Path

from labkit.app import Request, run_request
from labkit.core import PlanRefused

CASES = (
    ("epsc_optical", None, "demo_optical"),
    ("ppf_optical", "demo", "demo_optical"),
    ("ppf_optical", None, "demo_optical"),
    ("ltp_ltd", None, "demo_memristor"),
    ("ltp_ltd", "slow", "demo_memristor"),
    ("iv_hysteresis", None, "demo_memristor"),
    ("retention", None, "demo_memristor"),
    ("retention_optical", None, "demo_transistor"),
)


def main() -> None:
    told = []
    print(f"{'protocol':<20}{'set':<8}{'bench':<18}{'demanded s':>12}{'occupied s':>12}{'efficiency':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (protocol, set_name, bench) in enumerate(CASES):
            request = Request(protocol, bench, virtual=True, set_name=set_name)
            line = f"{protocol:<20}{set_name or '':<8}{bench:<18}"
            try:
                finished = run_request(request, Path(folder) / f"{number}.h5").finished
            except PlanRefused as refused:
                print(f"{line}refused: {refused.message.splitlines()[0].split(': ', 1)[1]}")
                continue
            print(f"{line}{finished.demanded:>12.1f}{finished.occupied:>12.1f}{finished.efficiency:>12.4f}")
            told.append({"protocol": protocol, "set": set_name, "bench": bench, "efficiency": finished.efficiency})
    print(json.dumps({"benchmark": "efficiency", "cases": told}))


if __name__ == "__main__":
    main()
