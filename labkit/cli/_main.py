"""The `labkit` command. Verbs are imported on use, so that help answers at once."""

import importlib
import sys

import click

from labkit import __version__

COMMANDS = {
    "run": ("labkit.cli._run", "Run a protocol on a bench, real or virtual, into a run file with metrics."),
    "gui": ("labkit.cli._gui", "Open the bench in a window: choose, plan, run, look, report."),
    "plan": ("labkit.cli._plan", "Show what a run would do, before anything happens."),
    "check": ("labkit.cli._check", "Check protocol, bench and sample files; tells every fault with its line."),
    "analyse": ("labkit.cli._analyse", "Compute the metrics of a run file again."),
    "import": ("labkit.cli._import", "Make run files of data that labkit did not measure."),
    "report": ("labkit.cli._report", "Make a report of run files: .html, .pdf, .xlsx, .csv, .md or .tex."),
    "figures": ("labkit.cli._figures", "Draw the figures of run files for a paper: SVG, PDF or PNG."),
    "compare": ("labkit.cli._compare", "Compare two sets of run files number by number."),
    "population": ("labkit.cli._population", "Tell what many devices come to: yield, variation, uniformity, scaling."),
    "fit": ("labkit.cli._fit", "Fit a family of devices to run files: a digital twin to rehearse on."),
    "export": ("labkit.cli._export", "Write a measured synapse for NeuroSim, aihwkit or CrossSim, and check it."),
    "literature": ("labkit.cli._literature", "Search the published devices; each number says how sure it is."),
    "accuracy": ("labkit.cli._accuracy", "Simulate what a network recognises with the measured synapse, with caution."),
    "demonstrate": ("labkit.cli._demonstrate", "Run a demonstration of the field on simulated crossbars and synapses."),
    "list": ("labkit.cli._list", "List protocols, benches, presets, drivers and metrics."),
    "benchmark": ("labkit.cli._benchmark", "Check the whole chain against virtual devices of published numbers."),
    "ledger": ("labkit.cli._ledger", "Tell what each device has gone through for life."),
    "bench": ("labkit.cli._bench", "Find the instruments of a bench; test them with all outputs off."),
    "safe": ("labkit.cli._safe", "Switch every output of a bench off, by hand, and confirm it."),
    "serve": ("labkit.cli._serve", "Let the simulated instruments of a bench answer on the network."),
    "new": ("labkit.cli._new", "Begin a protocol or a metric of your own."),
    "init": ("labkit.cli._init", "Write a commented bench, sample and protocol to start from."),
}

EPILOG = """\b
Start here:
  labkit run ppf_optical --bench demo_optical --virtual --set demo --report ppf.html
  labkit init my-lab            then edit my-lab/bench.yaml
  labkit plan my-lab/ppf_optical.yaml --bench my-lab/bench.yaml

\b
Exit codes: 0 done, 1 the run or the analysis failed, 2 the command or a file is wrong,
3 the plan was refused, 130 stopped by Ctrl-C or SIGTERM (the bench was made safe)."""


class LazyGroup(click.Group):
    """A group whose verbs are named in COMMANDS; help needs no import of theirs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs in the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        if command.help:  # click's mark for text that keeps its lines, which the raw docstrings spell out
            command.help = command.help.replace("\\b\n", "\b\n")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs' help from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="labkit")
def labkit() -> None:
    """Pulse protocols for synaptic devices: one declared protocol and one declared formula per metric.

    A protocol (YAML) runs on the instruments of a bench, or with --virtual on simulated copies of them. The run file
    (HDF5) holds raw traces, requested and delivered pulses, and the metrics with their uncertainties.
    """


def main() -> None:
    """Run the command line; errors of labkit are told in plain words, with their exit code."""
    try:
        sys.exit(labkit(standalone_mode=False))  # click gives the code of an Exit back
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        sys.exit(_tell(error))


def _tell(error: Exception) -> int:
    from labkit.core import DocumentError, LabkitError, PlanRefused
    from labkit.engine import RunAborted

    if not isinstance(error, LabkitError):
        raise error
    click.echo(f"{click.style('error:', fg='red', bold=True)} {error.message}", err=True)
    if error.remedy:
        click.echo(f"{click.style('remedy:', fg='green')} {error.remedy}", err=True)
    if isinstance(error, RunAborted):
        return 130
    if isinstance(error, PlanRefused):
        return 3
    return 2 if isinstance(error, DocumentError) else 1
