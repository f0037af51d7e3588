"""`aizuchi slack`: connect the assistant to a workspace."""

import argparse
import json
from collections.abc import Callable, Mapping

import httpx2

from aizuchi.cli.common import load_settings
from aizuchi.cli.findings import told
from aizuchi.cli.parsing import common_options
from aizuchi.settings import Settings
from aizuchi.surfaces.slack.manifest import manifest
from aizuchi.surfaces.slack.setup import Reply, check

DESCRIPTION = """\
Connects the assistant to a Slack workspace.

  1. Print the manifest; at https://api.slack.com/apps create an app from it.
  2. Install the app there, and set SLACK_BOT_TOKEN and SLACK_APP_TOKEN.
  3. Start the server, and check.

docs/guides/slack.md says it step by step.
"""
URL = "the public address of the server, for HTTP instead of Socket Mode"
WITHIN_S = 10.0


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    common = [common_options()]
    printed = verbs.add_parser("manifest", parents=common, help="print the app manifest, as JSON")
    printed.add_argument("--url", default="", metavar="URL", help=URL)
    printed.add_argument(
        "--socket", action="store_true", help="Socket Mode, also where there is a URL"
    )
    checked = verbs.add_parser("check", parents=common, help="say what is well, and how to mend")
    checked.add_argument("--url", default="", metavar="URL", help=URL)


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    match options.verb:
        case "manifest":
            wanted = manifest(settings, options.url, socket=options.socket)
            print(json.dumps(wanted, indent=2, ensure_ascii=False))
            return 0
        case _:
            return told(check(settings, asker(settings), options.url))


def asker(settings: Settings) -> Callable[[str, str, Mapping[str, str]], Reply]:
    """Calls Slack's web API, once; what cannot be reached is an error like any other."""
    base = settings.slack.api_base.rstrip("/")

    def ask(method: str, token: str, arguments: Mapping[str, str]) -> Reply:
        headers = {"authorization": f"Bearer {token}"}
        try:
            got = httpx2.post(
                f"{base}/{method}", data=dict(arguments), headers=headers, timeout=WITHIN_S
            )
            body = got.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            return Reply({"ok": False, "error": "unreachable"})
        scopes = got.headers.get("x-oauth-scopes", "").split(",")
        named = [scope.strip() for scope in scopes if scope.strip()]
        return Reply(body if isinstance(body, dict) else {}, named)

    return ask
