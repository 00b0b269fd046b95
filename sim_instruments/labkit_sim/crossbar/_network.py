"""The nodes of a crossbar: which are one, which are held at a voltage, and which conductances join them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from labkit.core import FloatArray, IntArray
from labkit_sim.crossbar._wires import Bias, Wires


class _Pattern(NamedTuple):
    """Which conductances count (`kept`), to which entries they go, and the entries' rows column by column."""

    kept: npt.NDArray[np.bool_]
    places: IntArray
    rows: IntArray
    begins: IntArray


@dataclass(frozen=True)
class Network:
    """A network of nodes; `words` and `bits` (word lines x bit lines) name those that the cells lie between.

    Wires join `begins` and `ends` with `conductances` (S). The nodes `held` are at the voltages of the lines `held_by`
    (word lines first, then bit lines), or at 0 V where that is -1; all others are `free`.
    """

    words: IntArray
    bits: IntArray
    begins: IntArray
    ends: IntArray
    conductances: FloatArray
    size: int
    held: IntArray
    held_by: IntArray
    free: IntArray

    def start(self, bias: Bias) -> FloatArray:
        """Give the potentials (V) of the nodes that are held, and a first guess of the others.

        Every line is put to its source's voltage, the floating ones to the mean of the driven ones.
        """
        levels = np.concatenate([bias.words, bias.bits, [0.0]])
        driven = levels[:-1][~np.isnan(levels[:-1])]
        found = np.full(self.size, float(np.mean(driven)) if len(driven) else 0.0)
        for nodes, along in ((self.words, bias.words[:, None]), (self.bits, bias.bits[None, :])):
            level = np.broadcast_to(along, nodes.shape)
            known = ~np.isnan(level)
            found[nodes[known]] = level[known]
        found[self.held] = levels[self.held_by]
        return found

    def laid_out(self, words: FloatArray, bits: FloatArray) -> FloatArray:
        """Give a potential (V) to every node from those at the crossings."""
        found = np.zeros(self.size)
        found[self.words], found[self.bits] = words, bits
        return found

    def laplacian(self, cells: FloatArray) -> sparse.csc_matrix:
        """Give the matrix of the free nodes' currents over their potentials (S) for slopes of the cells (S)."""
        values = np.concatenate([self.conductances, cells.ravel()])
        pattern = self._pattern
        entries = np.concatenate([values, values, -values, -values])[pattern.kept]
        count = len(self.free)
        data = np.bincount(pattern.places, entries, len(pattern.rows))
        return sparse.csc_matrix((data, pattern.rows, pattern.begins), shape=(count, count))

    @cached_property
    def _pattern(self) -> "_Pattern":
        """Where the entries of the laplacian lie; the same for all conductances."""
        first = np.concatenate([self.begins, self.words.ravel()])
        second = np.concatenate([self.ends, self.bits.ravel()])
        number = np.full(self.size, -1)
        number[self.free] = np.arange(len(self.free))
        rows = number[np.concatenate([first, second, first, second])]
        columns = number[np.concatenate([first, second, second, first])]
        kept = (rows >= 0) & (columns >= 0)
        keys, places = np.unique(columns[kept] * len(self.free) + rows[kept], return_inverse=True)
        begins = np.searchsorted(keys, np.arange(len(self.free) + 1) * len(self.free))
        return _Pattern(kept, places.reshape(-1), keys % max(len(self.free), 1), begins)

    def imbalance(self, potentials: FloatArray, cells: FloatArray) -> FloatArray:
        """Give what flows away from each free node (A) with currents of the cells (A): 0 where charge is conserved."""
        through = (potentials[self.begins] - potentials[self.ends]) * self.conductances
        flows = np.concatenate([through, cells.ravel()])
        away = np.bincount(np.concatenate([self.begins, self.words.ravel()]), flows, self.size)
        towards = np.bincount(np.concatenate([self.ends, self.bits.ravel()]), flows, self.size)
        return np.asarray((away - towards)[self.free], float)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of one direction: nodes along each (lines x crossings), the number of the first, sources (V, NaN: none).

    `contacts` (ohm) stand between each line and its source.
    """

    nodes: IntArray
    first: int
    segment: float
    levels: FloatArray
    contacts: FloatArray
    ends: tuple[int, ...]


def network(wires: Wires, bias: Bias, conducts: FloatArray) -> Network:
    """Lay out the nodes of a crossbar, or remember how; `conducts` is above 0 where a cell joins its lines.

    Of the bias it only matters which lines float, and the resistances. A wire without resistance is one node, and so is
    a driven end without contact resistance with its source. Parts that nothing drives are put to 0 V: no current tells
    where they are.
    """
    floating = np.isnan(np.concatenate([bias.words, bias.bits]))
    words, bits = conducts.shape
    contacts = np.concatenate(
        [
            _contacts(wires.word_contact, bias.word_resistances, words),
            _contacts(wires.bit_contact, bias.bit_resistances, bits),
        ]
    )
    return _laid_out(wires, (words, bits), floating.tobytes(), contacts.tobytes(), (conducts > 0).tobytes())


@lru_cache(16)
def _laid_out(wires: Wires, shape: tuple[int, int], floating: bytes, contacts: bytes, joined: bytes) -> Network:
    levels = np.where(np.frombuffer(floating, np.bool_), np.nan, 0.0)
    resistances, words = np.frombuffer(contacts), shape[0]
    bias = Bias(levels[:words], levels[words:], resistances[:words], resistances[words:])
    return _new_network(wires, bias, np.frombuffer(joined, np.bool_).reshape(shape).astype(float))


def _new_network(wires: Wires, bias: Bias, conducts: FloatArray) -> Network:
    """Lay out the nodes; the resistances of the bias are those of the contacts too."""
    word_lines, bit_lines = conducts.shape
    words = _line_nodes(word_lines, bit_lines, wires.word_segment, 0)
    bits = _line_nodes(bit_lines, word_lines, wires.bit_segment, int(words.max()) + 1)
    far = (0, -1)
    word_contacts, bit_contacts = (_contacts(0.0, each, 0) for each in (bias.word_resistances, bias.bit_resistances))
    directions = (
        _Lines(words, 0, wires.word_segment, bias.words, word_contacts, far if wires.both_ends else (0,)),
        _Lines(bits, word_lines, wires.bit_segment, bias.bits, bit_contacts, far if wires.both_ends else (-1,)),
    )
    joined = [_segments(lines) for lines in directions]
    held: dict[int, int] = {}
    count = int(bits.max()) + 1
    for lines in directions:
        driven = np.flatnonzero(~np.isnan(lines.levels))
        behind = lines.contacts[driven] > 0
        for end in lines.ends:
            ends = lines.nodes[driven, end]
            sources = ends.copy()
            sources[behind] = count + np.arange(np.sum(behind))
            count += int(np.sum(behind))
            joined.append((sources[behind], ends[behind], 1 / lines.contacts[driven[behind]]))
            held.update(zip(sources.tolist(), (lines.first + driven).tolist(), strict=True))
    begins, ends, conductances = (np.concatenate([part[k] for part in joined]) for k in range(3))
    nothing = np.empty(0, np.int64)
    paths = Network(words, bits.T, begins, ends, conductances, count, nothing, nothing, nothing)
    held |= dict.fromkeys(_adrift(paths, conducts, list(held)), -1)
    order = np.array(list(held), np.int64)
    by = np.array(list(held.values()), np.int64)
    return replace(paths, held=order, held_by=by, free=np.setdiff1d(np.arange(count), order))


def _contacts(contact: float, sources: FloatArray | None, lines: int) -> FloatArray:
    return np.full(lines, float(contact)) if sources is None else contact + sources


def _line_nodes(lines: int, crossings: int, segment: float, first: int) -> IntArray:
    """Give the nodes along each line, lines x crossings."""
    if segment == 0:
        return np.repeat(first + np.arange(lines)[:, None], crossings, axis=1)
    return first + np.arange(lines * crossings).reshape(lines, crossings)


def _segments(lines: _Lines) -> tuple[IntArray, IntArray, FloatArray]:
    if lines.segment == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    begins, ends = lines.nodes[:, :-1].ravel(), lines.nodes[:, 1:].ravel()
    return begins, ends, np.full(len(begins), 1 / lines.segment)


def _adrift(paths: Network, conducts: FloatArray, held: Sequence[int]) -> list[int]:
    """Give a node of each part that has no path to a source."""
    closed = conducts.ravel() > 0
    begins = np.concatenate([paths.begins, paths.words.ravel()[closed]])
    ends = np.concatenate([paths.ends, paths.bits.ravel()[closed]])
    graph = sparse.coo_matrix((np.ones(len(begins)), (begins, ends)), shape=(paths.size, paths.size))
    parts, part = csgraph.connected_components(graph, directed=False)
    driven = set(part[held].tolist())
    return [int(np.argmax(part == each)) for each in range(parts) if each not in driven]
