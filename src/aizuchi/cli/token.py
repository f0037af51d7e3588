"""`aizuchi token`: who may use the web chat."""

import argparse

from aizuchi.cli.common import address_with, load_settings
from aizuchi.cli.parsing import common_options
from aizuchi.errors import SettingsError
from aizuchi.settings import Settings
from aizuchi.settings.home import prepare
from aizuchi.surfaces.web.tokens import OWNER, named, new_token, parse, remove_token

DESCRIPTION = """\
Every person who uses the web chat has a token. Yours is made at the first start.
What you change counts at once, also in a server that runs.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    common = [common_options()]
    new = verbs.add_parser("new", parents=common, help="make a token for a person, print it once")
    new.add_argument("name", metavar="NAME", help="what the person is called")
    verbs.add_parser("list", parents=common, help="print who has a token")
    remove = verbs.add_parser("remove", parents=common, help="take a person's token away")
    remove.add_argument("name", metavar="NAME", help="whose token it is")


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    match options.verb:
        case "new":
            prepare(settings.home)
            print(_told(settings, options.name, new_token(settings.home, options.name)))
        case "list":
            print("\n".join(names(settings)))
        case "remove":
            if not remove_token(settings.home, options.name):
                raise _no_such(settings, options.name)
            print(f"{options.name} has no token any more.")
    return 0


def _told(settings: Settings, name: str, token: str) -> str:
    return (
        f"{address_with(settings, token)}\n"
        f"This opens the chat as {name}, and is not shown again. "
        f"A program sends it as Authorization: Bearer {token}"
    )


def names(settings: Settings) -> list[str]:
    """Everybody who has a token."""
    given = parse(settings.web.token.reveal())
    return sorted({*(given or {OWNER}), *named(settings.home)})


def _no_such(settings: Settings, name: str) -> SettingsError:
    return SettingsError(f'There is no token of "{name}" here.', _why(settings, name))


def _why(settings: Settings, name: str) -> str:
    if name in parse(settings.web.token.reveal()):
        return "It comes from AIZUCHI_WEB_TOKEN: take it out there."
    if name == OWNER:
        return "The owner's is in web-token: delete that file, and the next start makes a new one."
    return f"People who have one: {', '.join(names(settings))}."
