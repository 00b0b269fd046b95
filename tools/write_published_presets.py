"""Write the presets of the published devices: `python tools/write_published_presets.py [REFERENCE ...]`."""

import sys
from pathlib import Path

from labkit_sim.published import calibrated, write_preset

from labkit.core import LabkitError
from labkit.literature import published_devices

FOLDER = Path(__file__).resolve().parents[1] / "sim_instruments" / "labkit_sim" / "devices" / "presets" / "published"


def main(references: list[int]) -> int:
    """Calibrate and write all, or those of some references; tell those for which no family fits."""
    missing = 0
    FOLDER.mkdir(exist_ok=True)
    for device in published_devices():
        if references and device.reference.number not in references:
            continue
        try:
            print(write_preset(device, calibrated(device), FOLDER).name)
        except LabkitError as error:
            missing += 1
            print(f"{device.name}: {error.message}")
    return missing


if __name__ == "__main__":
    sys.exit(main([int(text) for text in sys.argv[1:]]))
