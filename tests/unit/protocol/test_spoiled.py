"""However a protocol is spoiled, labkit compiles it or says what is wrong, where; it never fails otherwise."""

import copy
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labkit.core import DocumentError
from labkit.protocol import compile_program, preview, protocol_folder, protocol_from_text, protocol_names, vocabulary

SOUND = [yaml.safe_load((protocol_folder() / f"{name}.yaml").read_text()) for name in protocol_names()]
JUNK: list[Any] = [
    *("0 V", "-1 s", "1 s", "1e305 s", "1e-300 V/s", "1e-290 Hz", "$width", "$nope", "$reading_step", "10", "light"),
    *("3 sigma", "", "a b", "drain", "(1", "$width ** 2", 5, -3, 0, 2.5, 10**400, None, True, [], {}),
    *(["1 s", "2 V"], {"logspace": ["1 s", "2 s"], "points": 3}, {"wait": "1 s"}, {"relax": {}}),
]
WORDS = ["steps", "pulse", "wait", "foo", "terminal", "as", "count", "order", "reference", "every", "period", "read"]


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, value in inner for found in paths(value, (*path, key)))]


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    document = copy.deepcopy(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(document)[1:]))
        around = document
        for key in path[:-1]:
            around = around[key]
        match draw(st.sampled_from(["replace", "replace", "delete", "rename"])):
            case "replace":
                around[path[-1]] = copy.deepcopy(draw(st.sampled_from(JUNK)))
            case "delete":
                del around[path[-1]]
            case "rename" if isinstance(around, dict):
                around[draw(st.sampled_from(WORDS))] = around.pop(path[-1])
    return yaml.safe_dump(document, sort_keys=False)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(spoiled())
def test_a_spoiled_protocol_compiles_or_is_refused_at_a_place(text: str) -> None:
    try:
        program = compile_program(protocol_from_text(text, "spoiled.yaml"))
    except DocumentError as error:
        program, problems = None, error.problems
    if program is None:
        assert problems
        lines = text.count("\n") + 1
        assert all(1 <= problem.line <= lines and problem.message for problem in problems)
        return
    preview(program)
    assert vocabulary(program).terminals == tuple(program.terminals)
