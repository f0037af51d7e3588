"""How arguments are read: the options that every command has, and errors in one line."""

import argparse
import sys
from typing import NoReturn

USAGE = 2


def common_options() -> "Parser":
    """What every command understands, before its name or after it."""
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--config", metavar="FILE", help="read settings from FILE, not from aizuchi.toml here"
    )
    common.add_argument(
        "-v", "--verbose", action="store_true", help="say more, and show where an error comes from"
    )
    return common


class Parser(argparse.ArgumentParser):
    """Says what it did not understand in one line."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}\n  See {self.prog} --help.\n")
        raise SystemExit(USAGE)


class Version(argparse.Action):
    """Prints the version, which costs 40 ms to find."""

    def __call__(self, *_arguments: object, **_options: object) -> NoReturn:
        from importlib.metadata import version

        print(f"aizuchi {version('aizuchi')}")
        raise SystemExit(0)
