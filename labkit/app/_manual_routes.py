"""Which crosspoints of a matrix may be closed together by hand."""

from collections import defaultdict

from labkit.core import Bench, Crosspoint, LimitExceeded


def check_routes(bench: Bench, closed: frozenset[Crosspoint]) -> None:
    """Raise LimitExceeded when crosspoints would join two terminals of the bench to each other.

    Two rows on one column, directly or over another row, put one source on another one or on ground.
    """
    carried = {} if bench.switch is None else {row: terminal for terminal, row in bench.switch.rows.items()}
    for rows in _joined_rows(closed):
        terminals = sorted(carried[row] for row in rows if row in carried)
        if len(terminals) > 1:
            columns = ", ".join(sorted({point.column for point in closed if point.row in rows}))
            raise LimitExceeded(
                f"{' and '.join(terminals)} would be shorted to each other by way of column {columns}",
                f"open the crosspoint of {terminals[0]} on that column first",
            )


def _joined_rows(closed: frozenset[Crosspoint]) -> list[frozenset[str]]:
    """Give the sets of rows that closed crosspoints join to each other."""
    groups: dict[str, set[str]] = {}
    on_column: dict[str, set[str]] = defaultdict(set)
    for point in closed:
        on_column[point.column].add(point.row)
    for rows in on_column.values():
        merged = set(rows).union(*(groups.get(row, set()) for row in rows))
        groups.update(dict.fromkeys(merged, merged))
    return [frozenset(group) for group in {id(group): group for group in groups.values()}.values()]
