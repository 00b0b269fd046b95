"""`labkit check`."""

import json

import click


@click.command("check")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
def command(files: tuple[str, ...], as_json: bool) -> None:
    r"""Check FILES: protocols, benches, samples. Every fault of a file is told at once, as file:line:column.

    \b
    Example:
      labkit check my_protocol.yaml bench.yaml
    """
    from labkit.app import checked

    found = checked(files)
    if as_json:
        told = [
            {"file": p.file, "line": p.line, "column": p.column, "message": p.message, "path": p.path}
            for problems in found.values()
            for p in problems
        ]
        click.echo(json.dumps(told, indent=1))
    else:
        for name, problems in found.items():
            for problem in problems:
                click.echo(str(problem))
            if not problems:
                click.secho(f"{name}: right", fg="green")
    if any(found.values()):
        raise click.exceptions.Exit(2)
