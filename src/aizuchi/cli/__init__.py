"""The command line: finds the command, runs it, and says in one line what went wrong."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from aizuchi.cli.failures import report
from aizuchi.cli.invocation import command_name
from aizuchi.cli.parsing import USAGE, Parser, Version, common_options

DESCRIPTION = """\
aizuchi is one AI assistant for Slack, Discord and the web. It says "I'm listening" at once, and
every message gets one answer, or a plain word why not, even if the server dies in the middle of it.
"""
EPILOG = """\
Begin with `{command} dev`, and open the address that it prints.
Settings are read from aizuchi.toml here and from the environment: docs/reference/settings.md.
"""


class Command(NamedTuple):
    """A command: the module that has it, imported on use, and what it is for."""

    module: str
    summary: str


COMMANDS = {
    "dev": Command("aizuchi.cli.dev", "run it here, and again whenever aizuchi.toml changes"),
    "serve": Command("aizuchi.cli.serve", "run it in production"),
    "worker": Command("aizuchi.cli.worker", "answer what functions on AWS take in, in a container"),
    "chat": Command("aizuchi.cli.chat", "talk to the assistant in this terminal"),
    "deploy": Command("aizuchi.cli.deploy", "bring it to AWS"),
    "status": Command("aizuchi.cli.status", "say how it is on AWS"),
    "logs": Command("aizuchi.cli.logs", "tell what became of each message on AWS"),
    "secrets": Command("aizuchi.cli.secrets", "bring changed secrets to AWS"),
    "destroy": Command("aizuchi.cli.destroy", "take it away from AWS"),
    "slack": Command("aizuchi.cli.slack", "connect it to a Slack workspace"),
    "discord": Command("aizuchi.cli.discord", "connect it to Discord"),
    "mcp": Command("aizuchi.cli.mcp", "look at the MCP servers whose tools it may use"),
    "trigger": Command("aizuchi.cli.trigger", "write to a platform that dev plays itself"),
    "why": Command("aizuchi.cli.why", "tell the life of one message, and the reasons"),
    "usage": Command("aizuchi.cli.usage", "print what was used, by day"),
    "export": Command("aizuchi.cli.export", "print all that a person said and was answered"),
    "token": Command("aizuchi.cli.token", "say who may use the web chat"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns 0 where it did what it was asked, 1 where not, 2 for a command that
    cannot be understood, 130 after Ctrl-C."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = parser_for(given).parse_args(given)
        if not options.command:
            parser_for([]).print_help()
            return 0
        return int(import_module(COMMANDS[options.command].module).run(options))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else USAGE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a traceback only with -v
        return report(error, verbose=_is_verbose(given))


def parser_for(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser, with the options of the one command that is given."""
    common = common_options()
    parser = Parser(
        prog=command_name(),
        description=DESCRIPTION,
        epilog=EPILOG.format(command=command_name()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
    )
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, command in COMMANDS.items():
        one = commands.add_parser(
            name,
            help=command.summary,
            parents=[common],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in arguments:  # one too many is imported where a value is called like a command
            import_module(command.module).add_to(one)
    return parser


def _is_verbose(arguments: Sequence[str]) -> bool:
    return "-v" in arguments or "--verbose" in arguments
