"""The first line of a report: did the run end well, and what can be quoted from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from labkit.core import Flag, Result, Run, Warned

Mood = Literal["good", "doubt", "bad"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence, and how it is meant."""

    mood: Mood
    sentence: str


def verdict(run: Run, results: Sequence[Result]) -> Verdict:
    """Judge a run with its results."""
    outcome = run.finished.outcome if run.finished else "cut off"
    withheld = [result for result in results if not result.reportable]
    doubted = [result for result in results if result.reportable and result.flags]
    parts = [_outcome(run, outcome), _count(results, withheld), _doubts(doubted), _warnings(run)]
    sentence = " ".join(part for part in parts if part)
    if outcome != "complete" or (results and len(withheld) == len(results)):
        return Verdict("bad", sentence)
    return Verdict("doubt" if withheld or doubted or _troubles(run) else "good", sentence)


def _outcome(run: Run, outcome: str) -> str:
    if outcome == "complete":
        return "The run is complete."
    reason = run.finished.message if run.finished else "the file holds what was measured until then"
    words = {"aborted": "The run was stopped", "failed": "The run failed", "cut off": "The run was cut off"}
    return f"{words.get(outcome, outcome)}{': ' + reason if reason else ''}."


def _count(results: Sequence[Result], withheld: Sequence[Result]) -> str:
    if not results:
        return "No metric was computed."
    good = len(results) - len(withheld)
    names = _names(withheld)
    if not withheld:
        return f"All {good} results can be reported." if good > 1 else "The result can be reported."
    return f"{good} of {len(results)} results can be reported; withheld: {names}."


def _doubts(doubted: Sequence[Result]) -> str:
    if not doubted:
        return ""
    flags = sorted({flag for result in doubted for flag in result.flags}, key=list(Flag).index)
    return f"{len(doubted)} with a reservation ({', '.join(flag.value for flag in flags)})."


def _warnings(run: Run) -> str:
    count = len(_troubles(run))
    return f"{count} warning{'s' if count > 1 else ''} during the run." if count else ""


def _names(results: Sequence[Result]) -> str:
    return ", ".join(
        dict.fromkeys(f"{result.symbol} ({', '.join(result.flags) or result.reason})" for result in results)
    )


def _troubles(run: Run) -> list[Warned]:
    """Give the warnings that ask for something; remarks of the plan come without a remedy."""
    return [warning for warning in run.warnings if warning.remedy]
