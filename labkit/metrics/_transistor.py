"""M31: a field-effect transistor's mobility, threshold, swing, on/off ratio, hysteresis, leakage and output curves."""

from labkit.core import Result, Run
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._mobility import mobility, reliability, threshold
from labkit.metrics._output_lines import output_results
from labkit.metrics._transfer import NAME, Transfer
from labkit.metrics._transfer_levels import hysteresis, leakage, on_off, swing
from labkit.metrics._transistor_curves import output_curves, transfer_curves

_VALUES = (mobility, threshold, swing, on_off, reliability, hysteresis, leakage)


def _compute(run: Run) -> tuple[Result, ...]:
    transfer, output = transfer_curves(run), output_curves(run)
    if transfer is None and output is None:
        raise NotMeasured(
            "the run holds no transfer or output curve",
            "ramp the gate with the mark transfer, or the drain with the mark output (protocol P18)",
        )
    found: list[Result] = []
    if transfer is not None:
        curves = [Transfer(transfer, held, run.sample) for held in transfer.held]
        found += [value(each) for each in curves for value in _VALUES]
    found += output_results(output) if output is not None else ()
    return tuple(found)


TRANSISTOR = Metric(
    name=NAME,
    definition="M31/1",
    title="Field-effect transistor",
    unit="m^2/Vs",
    formula=(
        "μ_sat = (2L/WC_i)(∂√I_D/∂V_G)²;  μ_lin = (L/WC_iV_DS) ∂I_D/∂V_G;  r = (Δf/|V_G|max)/(∂f/∂V_G);  "
        "SS = (∂log₁₀I_D/∂V_G)⁻¹"
    ),
    description=(
        "Slopes over 30 % or more of the gate's range, never the peak. V_th by extrapolation (variant: constant "
        "current), SS over the decade that is surely the steepest (UNPHYS below the thermionic limit), reliability "
        "factor r, ΔV_th between the directions (DISTURB above a tenth of the sweep), gate leakage (LEAK above 1 %), "
        "low-V_DS linearity, R_on and λ. No mobility without C_i, W and L, and none for an ionic or ferroelectric gate "
        "whose C_i was not measured at the sweep's rate. KINK: gated contacts or contact resistance bend the curve."
    ),
    requires=(
        "ramps of the gate marked `transfer` with the drain sampled, or of the drain marked `output` (P18)",
        "channel_width, channel_length, gate_capacitance in the sample file",
    ),
    reference="metric standard M31; Choi 2018; Bittle 2016 (ncomms10908); Cheng 2022",
    compute=_compute,
)
