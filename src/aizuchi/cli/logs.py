"""`aizuchi logs`: what became of each message on AWS, from the logs of all functions."""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from aizuchi.cli.aws import add_place, installation_of
from aizuchi.cli.common import is_verbose
from aizuchi.cli.references import reference_of
from aizuchi.deploy.aws.account import open_account
from aizuchi.deploy.aws.logs import Logs
from aizuchi.deploy.aws.timeline import Line, Timeline, grouped
from aizuchi.errors import DeployError
from aizuchi.surfaces.terminal.render import clean

DESCRIPTION = """\
Tells from the logs of all functions what became of each message: one timeline a message, named by
the id of its turn, and what is about none. No log has a word of what was said, and no secret.
`aizuchi why ID --stage STAGE` tells of one message more closely.
"""
SINCE, TURN = "how far to look back: 30s, 10m, 2h, 3d (10m)", "only this message: an id or a link"
FOLLOW = "go on with what comes, until Ctrl-C"
EVERY_S = 2.0
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
BOLD, FAINT, RED, YELLOW, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[0m"
LEVELS = {"ERROR": RED, "CRITICAL": RED, "WARNING": YELLOW}
NO_MESSAGE = "(of no message)"

pause = time.sleep


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("-f", "--follow", action="store_true", help=FOLLOW)
    parser.add_argument("--since", default="10m", metavar="TIME", help=SINCE)
    parser.add_argument("--turn", default="", metavar="ID", help=TURN)
    add_place(parser)


def run(options: argparse.Namespace) -> int:
    installation, back_s = installation_of(options), seconds_of(options.since)
    reference = reference_of(options.turn) if options.turn else None
    logs = Logs(open_account(options.region), installation, time.time() - back_s)
    timeline = Timeline()
    teller = Teller(sys.stdout, in_colour=_in_colour(sys.stdout), closely=is_verbose(options))
    while True:
        lines = timeline.read(logs.more())
        teller.tell(line for line in lines if not reference or reference.means(line.turn))
        if not options.follow:
            break
        pause(EVERY_S)
    if not teller.has_told:
        sys.stderr.write(f"Nothing in the last {options.since}. --since 1d looks further back.\n")
    return 0


def seconds_of(text: str) -> float:
    """
    Raises:
        DeployError: it is no length of time.
    """
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found:
        raise DeployError(f'--since: "{text}" is no length of time.', "Write 30s, 10m, 2h or 3d.")
    return int(found[1]) * float(UNITS[found[2]])


def _in_colour(out: TextIO) -> bool:
    return out.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


class Teller:
    """Writes lines below the message that they are about. `closely`: with all that there is."""

    def __init__(self, out: TextIO, *, in_colour: bool, closely: bool = False) -> None:
        self._out, self._in_colour, self._closely = out, in_colour, closely
        self._turn: str | None = None

    @property
    def has_told(self) -> bool:
        return self._turn is not None

    def tell(self, lines: Iterable[Line]) -> None:
        for turn, told in grouped(lines).items():
            if turn != self._turn:
                space = "\n" if self.has_told else ""
                self._out.write(f"{space}{self._painted(clean(turn) or NO_MESSAGE, BOLD)}\n")
                self._turn = turn
            for line in told:
                self._out.write(self._line(line))
        self._out.flush()

    def _line(self, line: Line) -> str:
        at = datetime.fromtimestamp(line.at).astimezone().isoformat(" ", "milliseconds")[:23]
        head = self._painted(f"  {at}  {line.word:<8}", FAINT)
        what = self._painted(clean(line.what), LEVELS.get(line.level, ""))
        more = clean(line.more).splitlines() if self._closely else []
        return "".join([f"{head}{what}\n", *(f"    {each}\n" for each in more)])

    def _painted(self, text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if self._in_colour and colour else text
