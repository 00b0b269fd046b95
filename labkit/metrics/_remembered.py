"""What several metrics ask of the same run is worked out once."""

import weakref
from collections.abc import Callable, Hashable
from typing import Concatenate, ParamSpec, TypeVar

Source = TypeVar("Source")
Key = ParamSpec("Key")
Found = TypeVar("Found")


def remembered(
    function: Callable[Concatenate[Source, Key], Found],
) -> Callable[Concatenate[Source, Key], Found]:
    """Let a pure function answer at once when it is asked again about the object that it was asked about last.

    The object (a run, a table) must not change meanwhile; another object is another question, even if it is equal.
    Nothing is kept alive: the answers go with the object. What else the function takes must be hashable.
    """
    last: list[tuple[weakref.ref[Source], dict[Hashable, Found]]] = []

    def forget(dead: weakref.ref[Source]) -> None:
        last[:] = [each for each in last if each[0] is not dead]

    def answer(source: Source, /, *key: Key.args, **named: Key.kwargs) -> Found:
        answers = next((known for reference, known in last if reference() is source), None)
        if answers is None:
            answers = {}
            last[:] = [(weakref.ref(source, forget), answers)]
        place = key, tuple(sorted(named.items()))
        if place not in answers:
            answers[place] = function(source, *key, **named)
        return answers[place]

    return answer
