"""`aizuchi destroy`: take an installation away from AWS."""

import argparse
import os

from aizuchi.cli.aws import add_place, installation_of, says_yes
from aizuchi.cli.invocation import command_name
from aizuchi.deploy.aws.account import Account, open_account
from aizuchi.deploy.aws.destroying import destroy
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.place import Notes, has_functions, size_of_table
from aizuchi.deploy.aws.secrets import Vault
from aizuchi.deploy.aws.stacks import Stacks
from aizuchi.errors import DeployError
from aizuchi.settings import home_of

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
    stacks = Stacks(account.client("cloudformation"))
    notes, size = Notes(home_of(os.environ), installation), size_of_table(account, installation)
    _check(account, stacks, installation, notes, has_table=bool(size))
    where = f"{installation.stack} in {account.region}, account {account.id}"
    if not (options.yes or says_yes(f"Delete {where}?")):
        print(f"Nothing was deleted. {command_name()} destroy --yes --data keep deletes it.")
        return 1
    data = not size or _may_delete(options.data, f"{installation.stack} ({size})")
    destroy(account, stacks, installation, print, data=data)
    notes.forget()
    if not data:
        print(f"The table {installation.stack} stays. --data delete deletes it.")
    return 0


def _may_delete(chosen: str | None, table: str) -> bool:
    if chosen:
        return chosen == "delete"
    return says_yes(f"Delete the table {table} with every conversation, too?")


def _check(
    account: Account, stacks: Stacks, installation: Installation, notes: Notes, *, has_table: bool
) -> None:
    """
    Raises:
        DeployError: there is nothing, or nothing that is ours to delete.
    """
    names = (installation.stack, installation.code_stack)
    if any(stacks.look(name).status != "ABSENT" for name in names):
        return
    if has_functions(account, installation):
        raise DeployError(
            f"{installation.stack} is there, but no stack of CloudFormation's made it.",
            "Take it away as it was made: terraform destroy.",
        )
    if not (has_table or Vault(account.client("ssm"), installation).kept()):
        raise notes.nowhere(account)
