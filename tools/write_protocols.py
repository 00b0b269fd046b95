"""Write docs/reference/protocols: a page for every protocol, from its file and from plans on the shipped benches.

Usage: .venv/bin/python tools/write_protocols.py [--pictures]
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from labkit.app import Request, bench_names, load_bench, plan_request
from labkit.core import LabkitError, format_quantity
from labkit.engine import Plan
from labkit.metrics import load_metric, load_set_metric, set_metric_names
from labkit.protocol import Document, Program, compile_program, load_protocol, preview, protocol_names
from labkit.report import draw_timeline, format_duration

FOLDER = Path(__file__).parent.parent / "docs" / "reference" / "protocols"
HEADING = """# The protocols

One page for each protocol that comes with labkit, written by `make reference` from the protocol's file and from its
plans on the shipped benches. `labkit new protocol MY_NAME --from NAME` starts one of your own from one of them.

| standard | protocol | | metrics |
|---|---|---|---|
"""
_DEFAULT = "default"


def main() -> None:
    """Write all pages, and the pictures where they are asked for."""
    FOLDER.mkdir(exist_ok=True)
    for name in protocol_names():
        (FOLDER / f"{name}.md").write_text(protocol_page(name), encoding="utf-8")
        if "--pictures" in sys.argv:
            program = compile_program(load_protocol(name))
            draw_timeline(preview(program, outer_rounds=1), FOLDER / f"{name}.svg", to_scale=False)
    (FOLDER / "README.md").write_text(index_page(), encoding="utf-8")


def index_page() -> str:
    """Give the list of protocols as Markdown, in the order of the standard."""
    documents = sorted((load_protocol(name).document for name in protocol_names()), key=lambda each: each.implements)
    rows = [
        f"| {each.implements} | [`{each.name}`]({each.name}.md) | {each.title} | {', '.join(each.metrics)} |"
        for each in documents
    ]
    return HEADING + "\n".join(rows) + "\n"


def protocol_page(name: str) -> str:
    """Give the page of a protocol as Markdown.

    Raises LabkitError for a protocol that there is not.
    """
    document = load_protocol(name).document
    programs = {each: _program(name, each) for each in (_DEFAULT, *document.sets)}
    parts = [
        f"# {document.title}: `{name}`\n",
        f"Implements {document.implements} of the metric standard. {document.description}\n",
        f"![Time-line of {name}, not to scale]({name}.svg)\n",
        "## What it yields\n",
        *_metrics(document),
        "\n## Parameters\n",
        *_parameters(document, programs),
        "\n## What it asks of the bench\n",
        *_demands(programs[_DEFAULT]),
        "",
        *_benches(name, document, programs),
    ]
    if document.references:
        parts += ["\n## Where the defaults come from\n", *(f"- {each}" for each in document.references)]
    return "\n".join(parts) + "\n"


def _program(name: str, set_name: str) -> Program:
    return compile_program(load_protocol(name), {}, None if set_name == _DEFAULT else set_name)


def _metrics(document: Document) -> Iterator[str]:
    for name in document.metrics:
        metric = load_set_metric(name) if name in set_metric_names() else load_metric(name)
        anchor = re.sub(r"[^\w\- ]", "", f"{metric.title} {name}".lower()).replace(" ", "-")
        yield f"- [{metric.title}](../metrics.md#{anchor}), `{metric.definition}`"


def _parameters(document: Document, programs: Mapping[str, Program]) -> Iterator[str]:
    sets = [name for name in programs if name != _DEFAULT]
    yield f"| parameter | default |{''.join(f' set `{name}` |' for name in sets)} |"
    yield "|---" * (3 + len(sets)) + "|"
    for name, declared in document.parameters.items():
        value = programs[_DEFAULT].parameters[name]
        others = [programs[each].parameters[name] for each in sets]
        cells = "".join(f" {other if other != value else ''} |" for other in others)
        yield f"| `{name}` | {value} |{cells} {declared.description} |"


def _demands(program: Program) -> Iterator[str]:
    yield "| terminal | kind | compliance | largest current |"
    yield "|---|---|---|---|"
    for name, terminal in program.terminals.items():
        limits = [
            "" if limit is None else format_quantity(limit, "A")
            for limit in (terminal.compliance, terminal.current_range)
        ]
        yield f"| `{name}` | {terminal.kind} | {' | '.join(limits)} |"


def _benches(name: str, document: Document, programs: Mapping[str, Program]) -> Iterator[str]:
    yield "On the benches that come with labkit, planned from data sheets alone:\n"
    yield "| bench | parameters | |"
    yield "|---|---|---|"
    without = []
    for bench in bench_names():
        if missing := set(document.terminals) - set(load_bench(bench).bench.terminals):
            without.append(f"`{bench}` (no {', '.join(sorted(missing))})")
            continue
        for each in programs:
            yield f"| `{bench}` | {each} | {_verdict(name, bench, each)} |"
    if without:
        yield f"\nIt cannot be wired to {', '.join(without)}."


def _verdict(name: str, bench: str, set_name: str) -> str:
    try:
        plan = plan_request(_request(name, bench, set_name))
    except LabkitError as error:
        return f"refused: {error.message}; {error.remedy}"
    return _told(plan)


def _request(name: str, bench: str, set_name: str) -> Request:
    switch = load_bench(bench).bench.switch
    devices = () if switch is None else tuple(switch.wiring())[:1]
    return Request(name, bench, virtual=True, set_name=None if set_name == _DEFAULT else set_name, devices=devices)


def _told(plan: Plan) -> str:
    if plan.refusals:
        refusal = plan.refusals[0]
        more = f" (and {len(plan.refusals) - 1} more)" if len(plan.refusals) > 1 else ""
        return f"refused: {refusal.message}{more}; remedy: {refusal.remedy}"
    return f"delivered in {format_duration(float(f'{plan.estimates.duration:.3g}'))}"


if __name__ == "__main__":
    main()
