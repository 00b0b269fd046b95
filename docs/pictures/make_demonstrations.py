"""Draw the pictures of the vision demonstrations, and print their tables.

    python docs/pictures/make_demonstrations.py [--runs FOLDER]

Run files that lie in the folder already are taken as they are; the others are made, the 32 x 32 one in some minutes.
"""

import argparse
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from labkit.app import Request, demonstrate, run_request, write_demonstrated
from labkit.core import Curve, Demonstrated, FloatArray, Result
from labkit.report import format_conditions, format_estimate
from labkit.storage import read_results, read_run

HERE = Path(__file__).parent
SIMULATED = ("crossbar_read", "crossbar_product", "denoising", "motion")
RUNS = {
    "weights": Request("array_weights", "demo_array_32x32", virtual=True),
    "colours": Request(
        "array_image_colours", "demo_array", virtual=True, parameters={"frames": "1", "frame_wait": "1 s"}
    ),
    "signs": Request("array_image_signs", "demo_array_ambipolar", virtual=True),
    "adaptation": Request("adaptation", "demo_adaptation", virtual=True, parameters={"repeats": "1"}),
}
PIXEL = "I_px"
LETTER = ("#...#", ".#.#.", "..#..", ".#.#.", "#...#")
INSTANTS = np.linspace(2, 58, 29)


def main() -> None:
    """Make what is missing and draw everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, help="folder of the run files; without it they are thrown away")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = options.runs or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        for name, request in RUNS.items():
            path = folder / f"{name}.h5"
            results = read_results(path) if path.exists() else run_request(request, path).results
            tell(name, results)
            shown = adapted(path) if name == "adaptation" else pictured(name, results)
            write_demonstrated(shown, HERE / f"vision_{name}.svg")
    for name in SIMULATED:
        found = demonstrate(name)
        for row in (found.headings, *found.rows):
            print(" | ".join(row))
        write_demonstrated(found, HERE / f"vision_{name}.svg")


def tell(name: str, results: Sequence[Result]) -> None:
    """Print the values over the array."""
    print(f"\n{name}")
    for result in results:
        if result.symbol != PIXEL and not result.device and result.estimate is not None:
            print(f"{result.symbol:<12}{format_conditions(result.at):<50}{format_estimate(result.estimate)}")


def pictured(name: str, results: Sequence[Result]) -> Demonstrated:
    """Give the maps of what the light did to the pixels, image by image, and the curves over the exposures."""
    images: dict[str, FloatArray] = {}
    keys = list(dict.fromkeys(tuple(sorted(condition(result).items())) for result in results if result.symbol == PIXEL))
    for key in keys:
        own = [result for result in results if result.symbol == PIXEL and condition(result) == dict(key)]
        told = {name: value for name, value in key if any(dict(other).get(name) != value for other in keys)}
        images[f"{format_conditions(told) or 'image'}, ΔI (nA)"] = 1e9 * drawn(own)
    return Demonstrated(name, (), (), {}, chosen(images), tuple(curves(results)))


def adapted(path: Path) -> Demonstrated:
    """Put the letter X together from one pixel that was shown every irradiance in turn, as a stepped scanner does.

    The X before a dim and before a bright surround at the begin and the end of the light, and its contrast over time.
    """
    run = read_run(path)
    pulses = run.timeline[run.timeline["mark"] == "adaptation"]
    trace = run.traces["drain"]
    letter = np.array([[mark == "#" for mark in row] for row in LETTER])
    images, contrasts = {}, []
    for gate, own in pulses.groupby("gate_value"):
        lit = {}
        for pulse in own.itertuples():
            since = trace.time - pulse.begin
            seen = (since > 1) & (since < 59)
            lit[round(pulse.irradiance_value, 3)] = np.interp(INSTANTS, since[seen], trace.current[seen])
        dim, middle, bright = (lit[level] for level in sorted(lit))
        for name, surround in (("dim", dim), ("bright", bright)):
            contrast = (middle - surround) / (middle + surround)
            contrasts.append(
                Curve(f"{name}, gate {gate:g} V", INSTANTS, contrast, "time", "s", "contrast of the X", "1")
            )
            print(f"{name}, gate {gate:g} V: contrast {contrast[0]:.3f} at 2 s, {contrast[-1]:.3f} at 58 s")
            if gate == -10:
                for k in (0, -1):
                    images[f"{name}, {INSTANTS[k]:g} s (nA)"] = 1e9 * np.where(letter, middle[k], surround[k])
    return Demonstrated("adaptation", (), (), {}, images, tuple(contrasts))


def condition(result: Result) -> Mapping[str, float]:
    """Give which image a result is of."""
    return {name: value for name, value in result.at.items() if name in ("wavelength", "exposure")}


def drawn(pixels: Sequence[Result]) -> FloatArray:
    """Lay the pixels' changes from the dark out by the rows and columns in their names; dead ones stay empty."""
    places = [tuple(map(int, re.findall(r"\d+", result.device))) for result in pixels]
    image = np.full((max(row for row, _ in places), max(column for _, column in places)), np.nan)
    for (row, column), result in zip(places, pixels, strict=True):
        if "change" in result.variants:
            image[row - 1, column - 1] = result.variants["change"].value
    return image


def chosen(images: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Take all where they are few, else the first and the last ones of two halves."""
    if len(images) <= 5:
        return images
    names, half = list(images), len(images) // 2
    return {names[k]: images[names[k]] for k in (0, half - 1, half, len(names) - 1)}


def curves(results: Sequence[Result]) -> list[Curve]:
    """Give similarity and contrast over the exposures, where there are several."""
    found = []
    for symbol in ("r", "C_M"):
        own = [each for each in results if each.symbol == symbol and "exposure" in each.at and each.estimate]
        if len(own) > 1:
            x = np.array([each.at["exposure"] for each in own])
            y = np.array([each.estimate.value for each in own if each.estimate])
            found.append(Curve(symbol, x, y, "exposures", "1", "r, C_M", "1"))
    return found


if __name__ == "__main__":
    main()
