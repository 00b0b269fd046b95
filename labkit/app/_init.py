"""Files to start from: a bench, a sample and a protocol, commented."""

from pathlib import Path

from labkit.app._documents import bench_folder
from labkit.core import LabkitError, read_text
from labkit.protocol import find_protocol, protocol_folder

SAMPLE = """\
# yaml-language-server: $schema=sample.schema.json
# What is measured. Everything but the name may be left out; what is given goes into the file and into the metrics.
schema_version: 1
name: chip-1
device: A1
description: ""
material: ""
mechanism: ""            # e.g. VCM, ECM, floating gate, heterojunction
# active_area: 0.0005 cm^2   # illuminated area within the channel: energies per area, responsivity
# channel_width: 1000 um
# channel_length: 50 um
# thickness: 300 nm
# polarity: n
# temperature: 296 K
# relative_humidity: 35 %
# atmosphere: N2
# ambient_light: dark box
# history: fresh; 10 min in the dark
# operator: A. Operator
"""


def start_folder(folder: Path, bench: str, protocol: str) -> tuple[Path, ...]:
    """Write `bench.yaml`, `sample.yaml`, a protocol and the editor schemas into a folder; gives what was written.

    Nothing is overwritten: raises LabkitError when one of the files is there.
    """
    source = find_protocol(protocol)
    texts = {
        "bench.yaml": read_text(bench_folder() / f"{bench}.yaml").replace("../bench.schema.json", "bench.schema.json"),
        "sample.yaml": SAMPLE,
        source.name: read_text(source),
    }
    for schema in sorted(protocol_folder().glob("*schema.json")):
        texts[schema.name] = read_text(schema)
    taken = [name for name in texts if (folder / name).exists() and not name.endswith("schema.json")]
    if taken:
        raise LabkitError(f"{folder} has {', '.join(taken)} already", "choose another folder, or move these files")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in texts)
