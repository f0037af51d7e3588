"""`aizuchi destroy`: take an installation away from AWS."""

import argparse

from aizuchi.cli.aws import add_place, installation_of, says_yes
from aizuchi.cli.invocation import command_name
from aizuchi.deploy.aws.account import open_account
from aizuchi.deploy.aws.destroying import destroy
from aizuchi.deploy.aws.stacks import Stacks

DESCRIPTION = """\
Deletes what `deploy aws` has made, and leaves nothing. It asks about the table, in which all that
people said is: kept, the next `deploy aws` goes on with it.
"""
DATA = "keep or delete the table, without asking"


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    add_place(parser)
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    parser.add_argument("--data", choices=("keep", "delete"), help=DATA)


def run(options: argparse.Namespace) -> int:
    installation, account = installation_of(options), open_account(options.region)
    where = f"{installation.stack} in {account.region}, account {account.id}"
    if not (options.yes or says_yes(f"Delete {where}?")):
        print(f"Nothing was deleted. {command_name()} destroy --yes --data keep deletes it.")
        return 1
    stacks = Stacks(account.client("cloudformation"))
    data = options.data == "delete" or (
        options.data is None and says_yes("Delete the table with every conversation, too?")
    )
    destroy(account, stacks, installation, print, data=data)
    if not data:
        print(f"The table {installation.stack} stays, if there was one. --data delete deletes it.")
    return 0
