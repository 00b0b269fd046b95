"""A methods section in sentences, made of what the run file says was done."""

import re
from collections.abc import Iterator, Mapping

import numpy as np

from labkit.core import (
    Bench,
    GroundedTerminal,
    Identity,
    Kind,
    LabkitError,
    Run,
    Sample,
    load_yaml,
    validate,
)
from labkit.metrics import Metric
from labkit.report._entry import ReportEntry
from labkit.report._notation import format_number

_EXECUTORS = {
    0: "by the instrument itself from its own memory",
    1: "into the instrument's buffer at a constant rate while the stimuli ran",
    2: "point by point, timed by the computer",
}
_SPACED = re.compile(r"\{(?P<kind>log|lin)space: \[(?P<first>.+), (?P<last>.+)\], points: (?P<points>\d+)\}")
_MICRO = re.compile(r"(?<=\d )u(?=[A-Za-z])")


def methods_text(entry: ReportEntry) -> list[str]:
    """Give the paragraphs of a methods section: sample and protocol, stimuli, acquisition, evaluation."""
    run = entry.run
    paragraphs = [
        [_protocol(run), _sample(run.sample), _parameters(run.description.parameters)],
        [*_stimuli(run), _temperatures(run)],
        list(_acquisition(run)),
        list(_evaluation(entry)),
    ]
    return [" ".join(filter(None, sentences)) for sentences in paragraphs if any(sentences)]


def bench_of(run: Run) -> Bench | None:
    """Read the bench out of a run; None where the text in the file is no bench of this version."""
    try:
        return validate(Bench, load_yaml(run.description.bench_text, "bench"))
    except LabkitError:
        return None


def instrument_of(run: Run, terminal: str) -> Identity | None:
    """Find the instrument that a terminal was on."""
    bench = bench_of(run)
    found = bench.terminals.get(terminal) if bench else None
    name = None if found is None or isinstance(found, GroundedTerminal) else found.instrument
    return next((identity for identity in run.instruments if identity.name == name), None)


def model_of(identity: Identity) -> str:
    """Give maker and model of an instrument from its answer to *IDN?.

    >>> model_of(Identity("smu", "keithley_2450", "", "KEITHLEY INSTRUMENTS,MODEL 2450,0450,1.7.12b"))
    'Keithley Instruments 2450'
    """
    maker, _, rest = identity.idn.partition(",")
    model = rest.partition(",")[0]
    words = [word.capitalize() if word.isupper() and len(word.strip(".")) > 2 else word for word in maker.split()]
    return " ".join([*words, model.strip().removeprefix("MODEL ")]).strip() or identity.driver


def _protocol(run: Run) -> str:
    said = run.description
    standard = f", standard protocol {said.implements}," if said.implements else ""
    bench = " on a virtual bench (simulated instruments and device)" if said.virtual else ""
    return f"{said.title}{standard} was run with labkit {said.labkit_version}{bench} on {run.started_at[:10]}."


def _sample(sample: Sample) -> str:
    geometry = [
        f"{name} {format_number(value, unit)}"
        for name, value, unit in (
            ("active area", sample.active_area, "m^2"),
            ("channel width", sample.channel_width, "m"),
            ("channel length", sample.channel_length, "m"),
            ("thickness", sample.thickness, "m"),
            ("gate capacitance", sample.gate_capacitance, "F/m^2"),
        )
        if value is not None
    ]
    kind = ", ".join(filter(None, [sample.material, sample.mechanism, *geometry]))
    surroundings = [
        format_number(sample.temperature, "K") if sample.temperature is not None else "",
        sample.atmosphere,
        f"{format_number(sample.relative_humidity, '%')} relative humidity"
        if sample.relative_humidity is not None
        else "",
        f"ambient light: {sample.ambient_light}" if sample.ambient_light else "",
    ]
    where = ", ".join(filter(None, surroundings))
    name = f"The device was {sample.name}, cell {sample.device}"
    history = f" Before the run: {sample.history}." if sample.history else ""
    return f"{name}{f' ({kind})' if kind else ''}{f', at {where}' if where else ''}.{history}"


def _parameters(parameters: Mapping[str, str]) -> str:
    if not parameters:
        return ""
    listed = ", ".join(f"{name.replace('_', ' ')} {_readable(value)}" for name, value in parameters.items())
    return f"Parameters: {listed}."


def _readable(value: str) -> str:
    """Write a parameter's text for readers: spaced lists in words, µ for u.

    >>> _readable("{logspace: [0.1 s, 20 s], points: 12}")
    '0.1 s to 20 s (12, logarithmic)'
    >>> _readable("100 uA")
    '100 µA'
    """
    spaced = _SPACED.fullmatch(value)
    if spaced:
        kind = "logarithmic" if spaced["kind"] == "log" else "linear"
        value = f"{spaced['first']} to {spaced['last']} ({spaced['points']}, {kind})"
    return _MICRO.sub("µ", value).replace("^2", "²").strip("[]")


def _stimuli(run: Run) -> Iterator[str]:
    pulses = run.rows(Kind.PULSE)
    for terminal, rows in pulses.groupby(pulses["terminal"].astype("str")):
        widths = (rows["end_requested"] - rows["begin_requested"]).to_numpy(np.float64)
        optical = run.description.terminals.get(str(terminal)) == "optical"
        levels = _values(rows["level_requested"].to_numpy(np.float64), "W/m^2" if optical else "V")
        if optical:
            yield (
                f"{len(rows)} light pulses of {_values(widths, 's')} at {levels} at the device plane came from"
                f" {_light(run, str(terminal))}."
            )
        else:
            yield f"{len(rows)} voltage pulses of {_values(widths, 's')} at {levels} were applied to {terminal}."
    ramps = run.rows(Kind.RAMP)
    if len(ramps):
        spans = (ramps["end_requested"] - ramps["begin_requested"]).to_numpy(np.float64)
        yield f"{len(ramps)} voltage ramps of {_values(spans, 's')} each were run."
    yield _loops(run)


def _temperatures(run: Run) -> str:
    rows = run.rows(Kind.TEMPERATURE)
    settled = rows[rows["end"] > rows["begin"]]
    if not len(settled):
        return ""
    terminal = str(settled["terminal"].iloc[0])
    setpoints = sorted(set(settled["level_requested"].to_numpy(np.float64)))
    limit = run.description.temperature_accuracy.get(terminal)
    identity = instrument_of(run, terminal)
    stage = f"a stage under a {model_of(identity)}" if identity else "a stage"
    known = f", known within {limit:.2g} K" if limit else ""
    return (
        f"The device was brought to {_listed(setpoints)} K on {stage}, {len(settled)} times in all, and its "
        f"temperature was measured while it was there{known}."
    )


def _listed(values: list[float]) -> str:
    return ", ".join(f"{each:.4g}" for each in values)


def _loops(run: Run) -> str:
    loops = [loop for loop in run.description.vocabulary.loops if (run.timeline[loop] >= 0).any()]
    if not loops:
        return ""
    turns = ", ".join(f"{loop.replace('_', ' ')} ({int(run.timeline[loop].max()) + 1} turns)" for loop in loops)
    random = [loop for loop in run.description.vocabulary.valued_loops if loop in loops and _out_of_order(run, loop)]
    order = f" The order of {' and '.join(random)} was random (seed {run.description.seed})." if random else ""
    return f"Loops: {turns}.{order}"


def _out_of_order(run: Run, loop: str) -> bool:
    turns = run.timeline.loc[run.timeline[loop] >= 0, loop]
    return not turns.drop_duplicates().is_monotonic_increasing


def _light(run: Run, terminal: str) -> str:
    identity = instrument_of(run, terminal)
    source = f"a {model_of(identity)}" if identity else "the light source"
    wavelength = run.description.wavelengths.get(terminal)
    relative = run.description.light_uncertainty.get(terminal)
    details = [
        f"{wavelength * 1e9:.4g} nm" if wavelength else "",
        f"standard uncertainty of the irradiance {format_number(relative, '%')}" if relative else "",
    ]
    listed = ", ".join(filter(None, details))
    return f"{source} ({listed})" if listed else source


def _acquisition(run: Run) -> Iterator[str]:
    for terminal, samples in run.traces.items():
        if not len(samples):
            continue
        identity = instrument_of(run, terminal)
        instrument = f" by a {model_of(identity)}" if identity else ""
        yield f"The current of {terminal} was measured{instrument}: {len(samples)} readings{_settings(run, terminal)}."
    if len(run.timeline):
        yield "Requested and delivered times and levels of each stimulus are in the run file."


def _settings(run: Run, terminal: str) -> str:
    rows = run.acquisitions[run.acquisitions["terminal"].astype("str") == terminal]
    if rows.empty:
        return ""
    executors = " and ".join(
        _EXECUTORS[code] for code in sorted(set(rows["executor"].astype(int))) if code in _EXECUTORS
    )
    told = [
        f"aperture {_values(rows['aperture'].to_numpy(np.float64), 's')}",
        f"fixed current range {_values(rows['current_range'].to_numpy(np.float64), 'A')}",
        f"current limit {_values(rows['compliance'].to_numpy(np.float64), 'A')}, read back",
    ]
    return f", {', '.join(told)}; taken {executors}"


def _evaluation(entry: ReportEntry) -> Iterator[str]:
    used = dict.fromkeys(result.metric for result in entry.results)
    for name in used:
        metric = entry.metrics.get(name)
        ids = dict.fromkeys(
            result.definition for result in entry.results if result.metric == name and result.definition
        )
        if metric is not None:
            yield f"{metric.title} ({', '.join(ids)}): {_definition(metric)}"
    if used:
        yield (
            "Uncertainties are standard uncertainties (k=1), intervals 95 %; a result with a fatal flag is withheld"
            " and replaced by a bound or the reason."
        )


def _definition(metric: Metric) -> str:
    return metric.formula.rstrip(". ") + "."


def _values(values: np.ndarray, unit: str) -> str:
    """List the distinct values when they are few, else their range."""
    distinct = sorted({float(f"{value:.6g}") for value in values if np.isfinite(value)})
    if not distinct:
        return "an unknown value"
    if len(distinct) <= 4:
        *most, last = (format_number(value, unit) for value in distinct)
        return f"{', '.join(most)} and {last}" if most else last
    return f"{format_number(distinct[0], unit)} to {format_number(distinct[-1], unit)} ({len(distinct)} values)"
