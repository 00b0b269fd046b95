"""`labkit safe`."""

import json

import click


@click.command("safe")
@click.argument("bench", default="bench.yaml")
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds to go on trying an instrument that does not answer.",
)
@click.option("--virtual", is_flag=True, help="The simulated copies of the instruments.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(bench: str, patience: float, virtual: bool, as_json: bool) -> None:
    """Make every instrument of BENCH (a file, or a name of `labkit list benches`) safe, and confirm it.

    Lights and generators off, sources off, relays open last. Sources are reset, so their outputs go off at once,
    without a ramp. Nothing else may be running on the bench. Exit code 1 if something could not be confirmed.
    """
    from labkit.app import load_bench, make_safe

    told = []
    for found in make_safe(load_bench(bench), patience, virtual):
        told.append(found)
        if not as_json:
            words = "" if found.safe else "NOT CONFIRMED SAFE: "
            click.secho(f"{found.instrument}: {words}{found.detail}", fg=None if found.safe else "red")
    if as_json:
        click.echo(json.dumps([{"instrument": f.instrument, "safe": f.safe, "detail": f.detail} for f in told]))
    if not all(found.safe for found in told):
        click.secho("look at the front panels and switch off by hand", fg="red", bold=True, err=True)
        raise click.exceptions.Exit(1)
