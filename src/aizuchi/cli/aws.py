"""What the commands for an installation on AWS have in common: which one, and where."""

import argparse
import re
import sys

from aizuchi.deploy.aws.installation import Installation
from aizuchi.errors import DeployError

STAGE = "which of several installations (prod)"
REGION = "where it is, for example eu-west-1 (otherwise AWS_REGION or the profile says it)"
NAMED = "what everything of it begins with (aizuchi)"
NAME = "aizuchi"


def add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage", default="prod", metavar="STAGE", help=STAGE)
    parser.add_argument("--region", default="", metavar="REGION", help=REGION)
    parser.add_argument("--name", default=NAME, metavar="NAME", help=NAMED)


def installation_of(options: argparse.Namespace) -> Installation:
    """
    Raises:
        DeployError: things on AWS cannot be called so.
    """
    for what, longest in (("name", 21), ("stage", 16)):
        value = getattr(options, what)
        if not re.fullmatch(r"[a-z][a-z0-9-]*", value) or len(value) > longest:
            raise DeployError(
                f'--{what} cannot be "{value}".',
                f"Use at most {longest} small letters, digits and -, with a letter first.",
            )
    return Installation(options.name, options.stage)


def place_of(installation: Installation) -> str:
    """The options that name it, for a command that a person is to type."""
    named = "" if installation.name == NAME else f" --name {installation.name}"
    return f"--stage {installation.stage}{named}"


def says_yes(question: str) -> bool:
    """Whether the person at the terminal agrees; without a terminal nobody does."""
    if not sys.stdin.isatty():
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        return False
