"""An array of memristors does what each of them would do alone."""

import numpy as np
import pytest
from labkit_sim.devices import Drive, Memristor, MemristorArray, MemristorPreset, Segment, Stimulus, read_preset


def cells(name: str, count: int, variation: float = 0.3) -> list[Memristor]:
    preset = read_preset(name)
    assert isinstance(preset, MemristorPreset)
    made = [preset.build_cell(seed, variation) for seed in range(count)]
    assert all(isinstance(cell, Memristor) for cell in made)
    return [cell for cell in made if isinstance(cell, Memristor)]


def segments(*levels: tuple[float, float, float]) -> list[Segment]:
    return [(Stimulus({"top": Drive(voltage, limit)}), duration) for voltage, limit, duration in levels]


CASES = {
    "halide_memristor": segments((0.5, 1e-3, 0.1), (0.1, 1e-3, 1.0), (-0.5, 1e-3, 0.1), (0.1, 1e-3, 1.0)),
    "filamentary_memristor": segments((0.6, 2e-4, 1e-3), (0.1, 2e-4, 0.5), (-0.8, 2e-3, 1e-3), (0.1, 2e-4, 0.5)),
    "worn_memristor": segments((0.5, 1e-3, 0.1), (0.1, 1e-3, 1.0), (-0.5, 1e-3, 0.1), (0.1, 1e-3, 1.0)),
}


@pytest.mark.parametrize("name", CASES)
def test_each_does_what_it_would_do_alone(name: str) -> None:
    together, alone = cells(name, 6), cells(name, 6)
    for device in (together[2], alone[2]):  # one is in the midst of a write
        device.advance(*CASES[name][0])
    array = MemristorArray(together)
    edges = np.hstack([array.train(CASES[name], 5), array.train(CASES[name], 4)[:, 1:]])
    for device, own in zip(alone, edges, strict=True):
        expected = [device.conductance]
        for place in range(9 * 4):
            device.advance(*CASES[name][place % 4])
            expected.append(device.conductance)
        assert own == pytest.approx(expected, rel=1e-9)
    array.give_back()
    assert [device.conductance for device in together] == pytest.approx(array.conductances, rel=1e-12)
    for one, other in zip(together, alone, strict=True):  # and they go on alike
        for segment in CASES[name]:
            one.advance(*segment)
            other.advance(*segment)
            assert one.conductance == pytest.approx(other.conductance, rel=1e-9)


def test_cells_of_one_chip_differ() -> None:
    conductances = MemristorArray(cells("halide_memristor", 50)).conductances
    assert np.std(np.log(conductances), ddof=1) == pytest.approx(0.29, abs=0.1)


def test_memristors_of_other_populations_make_no_array() -> None:
    with pytest.raises(ValueError, match="as many populations"):
        MemristorArray([cells("halide_memristor", 1)[0], cells("filamentary_memristor", 1)[0]])


@pytest.mark.parametrize("variations", [(0.2, 0.2, 0.2), (0.1, 0.2, 0.0)])
def test_one_stream_of_an_array_scatters_as_streams_of_their_own_do(variations: tuple[float, ...]) -> None:
    base = cells("halide_memristor", 1)[0].parameters
    pulse = segments((0.5, 1e-3, 0.001), (0.1, 1e-3, 1e-3))
    made = [Memristor(base.model_copy(update={"variation": each}), seed) for seed, each in enumerate(variations)]
    scatter = []
    for array in (MemristorArray(made), MemristorArray(made, seed=3), MemristorArray(made, seed=3)):
        steps = np.diff(array.train(pulse, 2000)[:, ::2], axis=1)
        scatter.append(np.std(np.diff(steps, axis=1), axis=1) / np.mean(np.abs(steps), axis=1))
    assert scatter[1] == pytest.approx(scatter[0], rel=0.1)
    assert scatter[2].tolist() == scatter[1].tolist()


def test_only_the_ends_that_are_asked_for_are_kept() -> None:
    whole, part = MemristorArray(cells("halide_memristor", 3)), MemristorArray(cells("halide_memristor", 3))
    edges = whole.train(CASES["halide_memristor"], 4)
    kept = part.train(CASES["halide_memristor"], 4, keep=[1, 3])
    assert kept.tolist() == edges[:, ::2].tolist()
    assert part.conductances.tolist() == whole.conductances.tolist()
    with pytest.raises(ValueError, match="one segment or more"):
        part.train(CASES["halide_memristor"], 1, keep=[])
