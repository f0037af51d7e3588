"""`aizuchi trigger`: somebody writes on a platform that `aizuchi dev` plays, and gets an answer."""

import argparse
from collections.abc import Mapping
from typing import Any

import httpx2

from aizuchi.cli.common import load_settings
from aizuchi.cli.invocation import command_name
from aizuchi.errors import ServerError, SettingsError
from aizuchi.settings import Settings
from aizuchi.settings.memo import Simulator, noted_simulator

DESCRIPTION = """\
Writes to the assistant that `aizuchi dev` runs, as a person on Slack would, and prints the
conversation as that person sees it. No account is needed: dev plays Slack itself.
"""
WHATS = ("slack.mention", "slack.dm", "slack.command", "slack.stop")
UNAUTHORIZED = 401
MARGIN_S = 10.0


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("what", metavar="WHAT", choices=WHATS, help=", ".join(WHATS))
    parser.add_argument("--text", default="", help="what is written")
    parser.add_argument("--who", default="ann", metavar="NAME", help="who writes it (ann)")
    parser.add_argument("--channel", default="general", metavar="NAME", help="where (general)")
    parser.add_argument("--thread", default="", metavar="TS", help="in which thread")
    parser.add_argument(
        "--command", dest="slash", default="/ask", metavar="/NAME", help="which command (/ask)"
    )
    parser.add_argument(
        "--times", type=int, default=1, metavar="N", help="deliver it so often, all at once"
    )
    parser.add_argument(
        "--bad-signature", action="store_true", help="sign it wrongly: it must be refused"
    )
    parser.add_argument(
        "--within", type=float, default=150.0, metavar="S", help="wait so many seconds (150)"
    )


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    seen = _ordered(_simulator(settings), options)
    for line in told(seen, bad_signature=options.bad_signature):
        print(line)
    return 0 if _is_well(seen, bad_signature=options.bad_signature) else 1


def _simulator(settings: Settings) -> Simulator:
    if settings.slack.is_on:
        raise SettingsError(
            "Slack is real here, so nothing is played.",
            "Write to the assistant in Slack, or take out SLACK_BOT_TOKEN and the other secrets.",
        )
    simulator = noted_simulator(settings.home)
    if simulator is None:
        raise _not_running()
    return simulator


def _ordered(simulator: Simulator, options: argparse.Namespace) -> Mapping[str, Any]:
    """What came of the order.

    Raises:
        ServerError: nobody takes it, or it cannot be done.
    """
    what = options.what.removeprefix("slack.")
    order = {
        name: getattr(options, name)
        for name in ("text", "who", "channel", "thread", "times", "bad_signature")
    }
    try:
        response = httpx2.post(
            f"{simulator.address}/control/{what}",
            json={**order, "command": options.slash, "within_s": options.within},
            headers={"authorization": f"Bearer {simulator.token}"},
            timeout=options.within + MARGIN_S,
            trust_env=False,
        )
        seen = dict(response.json())
    except (httpx2.TransportError, ValueError):
        raise _not_running() from None
    if error := seen.get("error"):
        raise ServerError(f"That cannot be done: {error}.", f"See {command_name()} trigger --help.")
    return seen


def _not_running() -> ServerError:
    return ServerError(
        "No aizuchi dev runs here that plays Slack.",
        f"Start it in another terminal: {command_name()} dev",
    )


def told(seen: Mapping[str, Any], *, bad_signature: bool = False) -> list[str]:
    """The conversation, then what a person should know besides."""
    notes = [*_delivered(seen), *_unanswered(seen, bad_signature=bad_signature)]
    notes += [f"WRONG  {finding}" for finding in seen["findings"]]
    if seen["quiet"] and seen["thread"]:
        notes.append(f"To go on in this thread: --thread {seen['thread']}")
    return [seen["transcript"], "", *notes]


def _delivered(seen: Mapping[str, Any]) -> list[str]:
    statuses = seen["statuses"]
    if statuses == [200]:
        return []
    times = "once" if len(statuses) == 1 else f"{len(statuses)} times"
    return [f"Delivered {times}; answered with {', '.join(map(str, statuses))}."]


def _unanswered(seen: Mapping[str, Any], *, bad_signature: bool) -> list[str]:
    if bad_signature and _is_well(seen, bad_signature=True):
        return ["Refused, as it has to be."]
    return [] if seen["quiet"] else ["It is not answered yet, or something is still under way."]


def _is_well(seen: Mapping[str, Any], *, bad_signature: bool) -> bool:
    if bad_signature:
        return set(seen["statuses"]) == {UNAUTHORIZED}
    return bool(seen["quiet"]) and not seen["findings"]
