"""Run the quick benchmarks one after another: `python -m benchmarks`.

Coverage and the window's memory over 500 runs have commands of their own.
"""

import subprocess
import sys
from pathlib import Path

QUICK = (
    "start_up",
    "points",
    "storage",
    "simulation",
    "arrays",
    "crossbar",
    "fits",
    "long_run",
    "chip",
    "efficiency",
    "gui_start",
    "gui_plot",
    "gui_efficiency",
)

for name in QUICK:
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=True)
