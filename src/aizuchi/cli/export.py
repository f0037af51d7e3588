"""`aizuchi export`: all that a person said and was answered, as JSON."""

import argparse
from datetime import UTC, datetime

from aizuchi.cli.common import load_settings
from aizuchi.cli.records import add_store, open_records
from aizuchi.errors import SettingsError
from aizuchi.history import handed_out
from aizuchi.settings.fields import nearest

DESCRIPTION = """\
Prints all that is stored of a person, as JSON: every message with its answer. It reads beside a
server that runs, or with --stage an installation on AWS. A person is named by surface,
workspace or server, and id, as in slack:T024BE7LH:U024BE7LR; without --person you get the list.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("--person", default="", metavar="PERSON", help="whose messages to print")
    add_store(parser)


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    with open_records(options, settings) as store:
        people = store.people()
        owned = store.export(options.person) if options.person else ()
    if not options.person:
        print("\n".join(people))
    elif owned or options.person in people:
        print(handed_out(options.person, owned, datetime.now(UTC)))
    else:
        raise _unknown(options.person, list(people))
    return 0


def _unknown(person: str, people: list[str]) -> SettingsError:
    near = nearest(person, people)
    mend = f'Did you mean "{near}"?' if near else "Without --person you get the list."
    return SettingsError(f'Nothing is stored of "{person}".', mend)
