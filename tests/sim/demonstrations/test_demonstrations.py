"""The demonstrations: what must come out where the truth is known, and that nothing but the seed makes a difference."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from labkit_sim.demonstrations import CROSSBAR_PRODUCT, CROSSBAR_READ, DENOISING, MOTION
from labkit_sim.demonstrations._timing import timing_window
from labkit_sim.devices import SecondOrderPreset, read_preset

from labkit.core import Demonstrated, Demonstration, DocumentError, LabkitError

Changed = Callable[..., Path]
QUICK = {
    "crossbar_read": ("sizes: [8, 32, 128]", "sizes: [4, 8]"),
    "crossbar_product": ("sizes: [7, 8, 16]", "sizes: [4]"),
    "denoising": ("seeds: 5", "seeds: 2"),
    "motion": ("videos: 100", "videos: 20"),
}


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """Write the document of a demonstration with parts of its text exchanged."""

    def write(demonstration: Demonstration, *pairs: tuple[str, str]) -> Path:
        text = demonstration.document.read_text(encoding="utf-8")
        for old, new in (QUICK[demonstration.name], *pairs):
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def column(found: Demonstrated, heading: str) -> list[str]:
    return [row[found.headings.index(heading)] for row in found.rows]


@pytest.mark.parametrize("demonstration", [CROSSBAR_PRODUCT, MOTION])
def test_a_seed_decides_everything(demonstration: Demonstration, changed: Changed) -> None:
    path = changed(demonstration)
    first, again, other = (demonstration.run(path, seed).rows for seed in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.parametrize("demonstration", [CROSSBAR_READ, CROSSBAR_PRODUCT, MOTION])
def test_the_published_and_the_caution_stand_beside_the_result(demonstration: Demonstration, changed: Changed) -> None:
    found = demonstration.run(changed(demonstration), None)
    assert {"published", "caution"} <= set(found.notes)
    assert all(len(row) == len(found.headings) for row in found.rows)


def test_transistors_keep_a_read_right_that_ohmic_cells_spoil(changed: Changed) -> None:
    found = CROSSBAR_READ.run(changed(CROSSBAR_READ), None)
    errors = dict(zip([row[:2] for row in found.rows], column(found, "off, V/2"), strict=True))
    assert float(errors["ohmic", "8 x 8"].removeprefix("x ")) > 100
    for kind in ("rectifying", "selector", "transistor"):
        assert abs(float(errors[kind, "8 x 8"].removesuffix("%"))) < 15


def test_a_product_is_exact_with_ideal_wires_and_no_converters(changed: Changed) -> None:
    found = CROSSBAR_PRODUCT.run(changed(CROSSBAR_PRODUCT), None)
    ideal = dict(zip(column(found, "DAC and ADC"), column(found, "error, ideal wires"), strict=True))
    assert ideal["none"] == "0.000%"
    assert float(ideal["4 bits"].removesuffix("%")) > float(ideal["8 bits"].removesuffix("%")) > 0


def test_a_car_without_disturbance_is_always_told(changed: Changed) -> None:
    found = MOTION.run(changed(MOTION), None)
    told = dict(zip(column(found, "disturbance"), column(found, "directions told"), strict=True))
    assert told["none"].startswith("100.0%")
    assert not told["strong"].startswith("100.0%")


def test_spikes_that_all_come_at_random_tell_nothing(changed: Changed) -> None:
    path = changed(
        MOTION, ("missing: 20 %, spurious: 20 %", "missing: 100 %, spurious: 30 %"), ("videos: 20", "videos: 100")
    )
    told = column(MOTION.run(path, None), "directions told")[-1]
    assert float(told.split("%")[0]) == pytest.approx(25, abs=6)


def test_the_window_of_timing_is_that_of_the_simulated_device() -> None:
    preset = read_preset("second_order_memristor")
    assert isinstance(preset, SecondOrderPreset)
    window = timing_window("second_order_memristor", 0.5, 0.2, 0.3)
    for delay in (0.3, 1.0, 4.0):
        forth = preset.parameters.pair_change(-0.5, 0.5, 0.2, delay, 0.3) - 0.3
        back = preset.parameters.pair_change(0.5, -0.5, 0.2, delay, 0.3) - 0.3
        found = window.change(np.array([delay, -delay, np.nan, 0.1]), 0.3)
        assert found == pytest.approx([forth, back, 0, 0], rel=1e-2, abs=1e-6)
    with pytest.raises(LabkitError, match="no memory of timing"):
        timing_window("halide_memristor", 0.5, 0.2)


def test_denoising_brings_images_nearer_to_the_clean_ones(changed: Changed) -> None:
    pytest.importorskip("sklearn")
    found = DENOISING.run(changed(DENOISING), None)
    errors = [float(error) for error in column(found, "rms error of a pixel")]
    assert errors[0] == 0
    assert errors[2] < errors[3] < errors[1]
    assert found.images["clean"].shape == (16, 40)


def test_a_crossbar_without_noise_or_defects_denoises_as_floating_point_does(changed: Changed) -> None:
    pytest.importorskip("sklearn")
    exact = (
        ("scatter: 5 %", "scatter: 0 %"),
        ("low: 1 uS", "low: 1 fS"),
        ("dac_bits: 8, adc_bits: 8", "dac_bits: 0, adc_bits: 0"),
        ("wires: {word_segment: 2 ohm, bit_segment: 2 ohm, word_contact: 50 ohm, bit_contact: 50 ohm}", "wires: {}"),
    )
    found = DENOISING.run(changed(DENOISING, *exact), None)
    np.testing.assert_allclose(found.images["denoised, crossbar"], found.images["denoised, floating point"], atol=1e-9)


def test_a_fault_of_the_document_is_told_at_its_line(changed: Changed) -> None:
    with pytest.raises(DocumentError, match="adc_bit"):
        DENOISING.run(changed(DENOISING, ("adc_bits", "adc_bit")), None)
