"""`labkit plan`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labkit.cli._options import make_request, request_options

if TYPE_CHECKING:
    from labkit.engine import Plan


@click.command("plan")
@request_options
@click.option("--picture", type=click.Path(path_type=Path), help="Draw the time-line: .svg, .png or .pdf.")
@click.option(
    "--schematic", is_flag=True, help="The picture is not to scale: short pulses can be seen beside long waits."
)
@click.option("--explain", "explained", is_flag=True, help="Also say why: what executes a block, what limits it.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def command(picture: Path | None, schematic: bool, explained: bool, as_json: bool, **options: Any) -> None:
    r"""Show what running PROTOCOL on a bench would do: blocks, who keeps the time, estimates, refusals.

    Nothing is connected; capabilities come from the data sheets. Exit code 3 when the bench refuses something.

    \b
    Examples:
      labkit plan ltp_ltd --bench demo_memristor              (refused: 100 us on a 2450)
      labkit plan ltp_ltd --bench demo_memristor --set slow --picture plan.svg
      labkit plan retention --bench demo_memristor --picture plan.svg --schematic
      labkit plan epsc_optical --bench keithley_2636b_optical --explain
    """
    from labkit.app import explain_request, plan_request, plan_summary

    request = make_request(**options)
    plan = plan_request(request)
    if as_json:
        click.echo(json.dumps(plan_summary(plan), indent=1))
    else:
        _print(plan)
    for sentence in explain_request(request) if explained else ():
        click.echo(f"why: {sentence}")
    if picture is not None:
        from labkit.protocol import preview
        from labkit.report import draw_timeline

        shown = preview(plan.program, outer_rounds=1 if schematic else None)
        draw_timeline(shown, picture, plan.program.title, to_scale=not schematic)
        click.echo(f"picture   {picture}")
    if plan.refusals:
        raise click.exceptions.Exit(3)


def _print(plan: "Plan") -> None:
    from labkit.app import plan_lines

    click.secho(f"{plan.program.title} on {plan.bench}", bold=True)
    for name, value in plan.program.parameters.items():
        click.echo(f"  {name} = {value}")
    for refusal in plan.refusals:
        click.secho(f"refused: {refusal.place}: {refusal.message}", fg="red")
        click.echo(f"  remedy: {refusal.remedy}")
    if plan.refusals:
        return
    for line in plan_lines(plan):
        click.echo(f"  {line}")
    _print_estimates(plan)
    for remark in plan.remarks:
        click.secho(f"note: {remark}", dim=True)


def _print_estimates(plan: "Plan") -> None:
    from labkit.app import longest_if
    from labkit.core import format_quantity

    estimates = plan.estimates
    duration = format_quantity(estimates.duration, "s")
    if estimates.longest > 1.001 * estimates.duration:
        duration += f", at most {format_quantity(estimates.longest, 's')} if {longest_if(plan)}"
    click.echo(f"duration  {duration}")
    click.echo(f"pulses    {estimates.pulses}")
    click.echo(f"samples   {estimates.samples} at most, {estimates.bytes / 1e6:.3g} MB")
    for name, charge in estimates.charge.items():
        energy = format_quantity(estimates.energy[name], "J", 3)
        click.echo(f"{name:<9} at most {format_quantity(charge, 'C', 3)} and {energy} (by compliance)")
    for name, dose in estimates.dose.items():
        click.echo(f"{name:<9} {dose * 0.1:.3g} mJ/cm^2, {estimates.photons.get(name, 0) * 1e-4:.3g} photons/cm^2")
