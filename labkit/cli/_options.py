"""Options that several verbs share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from labkit.app import Request

Function = TypeVar("Function", bound=Callable[..., None])

_REQUEST_OPTIONS = (
    click.argument("protocol"),
    click.option("--bench", "-b", default="bench.yaml", show_default=True, help="Bench file, or one of `labkit list`."),
    click.option("--sample", "-s", help="Sample file: what is measured."),
    click.option("--virtual", is_flag=True, help="Simulated copies of the instruments, wired to a device model."),
    click.option("--set", "set_name", help="A parameter set of the protocol, e.g. `demo` or `slow`."),
    click.option("--parameter", "-p", multiple=True, metavar="NAME=VALUE", help='E.g. -p width="50 ms". Repeatable.'),
    click.option("--parameters", "parameters_file", help="A YAML file of parameter values."),
    click.option("--seed", type=int, help="Seed of random orders and of the virtual device."),
    click.option(
        "--device",
        "devices",
        multiple=True,
        metavar="NAME",
        help="Device of the chip to go to; repeatable, or `all`.",
    ),
    click.option("--twin", help="Preset, or the file of a digital twin, in the place of the bench's virtual device."),
    click.option("--criteria", help="What a good device is (YAML), kept in the run file from before the first pulse."),
)


def request_options(function: Function) -> Function:
    """Add the argument and the options that make a Request."""
    for option in reversed(_REQUEST_OPTIONS):
        function = option(function)
    return function


def make_request(
    protocol: str,
    bench: str,
    sample: str | None,
    virtual: bool,
    set_name: str | None,
    parameter: tuple[str, ...],
    parameters_file: str | None,
    seed: int | None,
    devices: tuple[str, ...],
    twin: str | None,
    criteria: str | None,
) -> "Request":
    """Make a Request of what the command line gave; a twin means a virtual bench.

    Raises LabkitError for a parameter without `=`.
    """
    from labkit.app import Request
    from labkit.core import LabkitError

    values: dict[str, str] = {}
    for text in parameter:
        name, equals, value = text.partition("=")
        if not equals:
            raise LabkitError(f"-p {text!r} is not NAME=VALUE", 'write for example -p width="50 ms"')
        values[name.strip()] = value.strip()
    return Request(
        protocol,
        bench,
        sample,
        virtual or twin is not None,
        set_name,
        values,
        parameters_file,
        seed,
        devices,
        criteria,
        twin=twin,
    )
