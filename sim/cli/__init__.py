"""The command ``unweave``: stdout is the result, stderr the progress and the errors.

The module of a command is imported when the command is used, so that
``unweave --help`` stays fast.
"""

import os
import re
import sys
from collections.abc import Sequence
from csv import DictReader
from importlib import import_module
from importlib.resources import files
from typing import Annotated, Any

import typer
from typer import Option
from typer.core import TyperGroup

from sim._version import __version__
from sim.cli.terminal import cleaned, configure_log, explain, say

_LINES = files("sim.cli").joinpath("commands.csv").read_text(encoding="utf-8").splitlines()
#: Commands in the order of the help: name, module (and name in it, if another), one line of help.
COMMANDS = {row["name"]: (row["module"], row["help"]) for row in DictReader(_LINES)}

_HELP = files("sim.cli").joinpath("help.txt").read_text(encoding="utf-8")


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called; the help needs only :data:`COMMANDS`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # stand-ins with name and help only; spelling suggestions read the names
        self.commands = {name: typer.core.TyperCommand(name, help=help) for name, (_, help) in COMMANDS.items()}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the command's module and return the command."""
        return load(cmd_name) if cmd_name in self.commands else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands into the help without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.commands])


def load(name: str) -> Any:
    """Import a command or group, on an application of its own."""
    app = _application()
    app.callback()(lambda: None)
    module, _, attribute = COMMANDS[name][0].partition(":")
    found = getattr(import_module(module), attribute or name)
    if isinstance(found, typer.Typer):
        app.add_typer(found)
    else:
        app.command(name)(found)
    group: Any = typer.main.get_group(app)
    command = group.commands.get(name)
    _keep_examples(command)
    return command


def _keep_examples(command: Any) -> None:
    r"""Keep the lines of every paragraph of examples: click joins lines unless ``\b`` stands above them."""
    command.help = re.sub(r"^For example:$", "\b\nExamples:", command.help or "", flags=re.M)
    for one in getattr(command, "commands", {}).values():
        _keep_examples(one)


def _application(**settings: Any) -> typer.Typer:
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        **settings,
    )


app = _application(cls=LazyGroup, help=_HELP)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"unweave {__version__}")
        raise typer.Exit


@app.callback(help=_HELP)
def root(
    version: Annotated[bool, Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
    verbose: Annotated[int, Option("--verbose", "-v", count=True, help="Say more while working; -vv for details.")] = 0,
) -> None:
    """Set up logging for every command."""
    configure_log(verbose)


def call(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors become messages of one screen on stderr."""
    with cleaned():
        try:
            result = app(args=arguments, prog_name="unweave", standalone_mode=False)
            sys.stdout.flush()
        except BaseException as error:
            code, message = explain(error)
            if message:
                say(message)
            return code
    return result if isinstance(result, int) else 0


def main() -> None:
    """Entry point of the command ``unweave``."""
    code = call()
    try:
        sys.stdout.flush()
    except OSError:  # said already; the interpreter would try once more when it ends, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
