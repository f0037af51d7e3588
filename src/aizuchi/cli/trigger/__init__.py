"""`aizuchi trigger`: somebody writes on a platform that `aizuchi dev` plays, and gets an answer."""

import argparse
from base64 import b64encode
from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import httpx2

from aizuchi.cli.common import load_settings
from aizuchi.cli.invocation import command_name
from aizuchi.cli.trigger.platforms import PLATFORMS, WHATS, Platform
from aizuchi.cli.trigger.telling import is_well, told
from aizuchi.errors import ServerError, SettingsError
from aizuchi.settings import Settings
from aizuchi.settings.memo import Simulator, noted_simulator

DESCRIPTION = """\
Writes to the assistant that `aizuchi dev` runs, as a person on Slack or Discord would, and prints
the conversation as that person sees it. No account is needed: dev plays both itself.
"""
MARGIN_S = 10.0


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("what", metavar="WHAT", choices=WHATS, help=", ".join(WHATS))
    parser.add_argument("--text", default="", help="what is written")
    parser.add_argument("--who", default="ann", metavar="NAME", help="who writes it (ann)")
    parser.add_argument("--channel", default="general", metavar="NAME", help="where (general)")
    parser.add_argument("--thread", default="", metavar="TS", help="in which thread, on Slack")
    parser.add_argument("--guild", default="", metavar="NAME", help="in which server, on Discord")
    parser.add_argument("--label", default="", metavar="LABEL", help="which button, on Discord")
    parser.add_argument(
        "--command", default="/ask", metavar="/NAME", dest="slash", help="which command (/ask)"
    )
    parser.add_argument("--file", default="", metavar="PATH", help="what is attached to it")
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
    name, _, what = options.what.partition(".")
    platform = PLATFORMS[name]
    seen = _ordered(platform, _simulator(platform, settings), what, options)
    print(told(seen, bad_signature=options.bad_signature))
    return 0 if is_well(seen, bad_signature=options.bad_signature) else 1


def _simulator(platform: Platform, settings: Settings) -> Simulator:
    if platform.is_real(settings):
        raise SettingsError(
            f"{platform.title} is real here, so nothing is played.",
            f"Write to the assistant in {platform.title}, or take out {platform.token} and the "
            "other secrets.",
        )
    simulator = noted_simulator(settings.home, platform.name)
    if simulator is None:
        raise _not_running(platform)
    return simulator


def _ordered(
    platform: Platform, simulator: Simulator, what: str, options: argparse.Namespace
) -> Mapping[str, Any]:
    """What came of the order.

    Raises:
        ServerError: nobody takes it, or it cannot be done.
    """
    try:
        response = httpx2.post(
            f"{simulator.address}/control/{what}",
            json=_order(platform, options),
            headers={"authorization": f"Bearer {simulator.token}"},
            timeout=options.within + MARGIN_S,
            trust_env=False,
        )
        seen = dict(response.json())
    except (httpx2.TransportError, ValueError):
        raise _not_running(platform) from None
    if error := seen.get("error"):
        raise ServerError(f"That cannot be done: {error}.", f"See {command_name()} trigger --help.")
    return seen


def _order(platform: Platform, options: argparse.Namespace) -> dict[str, Any]:
    """What the platform takes of the options; the others it knows nothing of."""
    given = {**vars(options), "command": options.slash, "file": _file(options.file)}
    return {"within_s": options.within, **{name: given[name] for name in platform.takes}}


def _file(path: str) -> Mapping[str, str]:
    """A file as it goes with the order.

    Raises:
        SettingsError: it cannot be read.
    """
    if not path:
        return {}
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", "Name a file.") from None
    kind = guess_type(path)[0] or "application/octet-stream"
    return {"name": Path(path).name, "type": kind, "content": b64encode(content).decode()}


def _not_running(platform: Platform) -> ServerError:
    return ServerError(
        f"No aizuchi dev runs here that plays {platform.title}.",
        f"Start it in another terminal: {command_name()} dev",
    )
