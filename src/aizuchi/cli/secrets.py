"""`aizuchi secrets`: the secrets of an installation on AWS."""

import argparse

from aizuchi.cli.aws import add_place, installation_of
from aizuchi.cli.chat_page import chat_lines, opened_by
from aizuchi.cli.common import load_settings
from aizuchi.cli.parsing import common_options
from aizuchi.deploy.aws.account import Account, open_account
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.secrets import Vault, known_here, wanted
from aizuchi.deploy.aws.standing import page_of
from aizuchi.deploy.stack.functions import WEB_TOKEN
from aizuchi.errors import DeployError
from aizuchi.settings import Settings

DESCRIPTION = """\
push brings the secrets that are set here (environment, aizuchi.toml) to SSM, encrypted, and makes
those that nobody has to think of. A changed secret counts within five minutes, without a
deployment; one that was not there before takes a deployment (with Terraform: its variable).
chat prints the address of the web chat, with the token that lets you in.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    add_place(verbs.add_parser("push", parents=[common_options()], help="bring them to AWS"))
    add_place(verbs.add_parser("chat", help="print the address that opens the web chat"))


def run(options: argparse.Namespace) -> int:
    installation, account = installation_of(options), open_account(options.region)
    vault = Vault(account.client("ssm"), installation)
    if options.verb == "push":
        _push(load_settings(options), account, installation, vault)
    else:
        _chat(account, installation, vault)
    return 0


def _push(settings: Settings, account: Account, installation: Installation, vault: Vault) -> None:
    here = known_here(settings)
    written = wanted(here, vault.kept(), web=True)
    vault.keep(written)
    for variable in sorted(written):
        print(f"{variable} → {installation.parameter(variable)}")
    if not written:
        print("All of them are there as they are here.")
    if WEB_TOKEN in written and WEB_TOKEN not in here:
        page = page_of(account, installation)
        print("\n".join(chat_lines(page, written[WEB_TOKEN], installation)))


def _chat(account: Account, installation: Installation, vault: Vault) -> None:
    page, token = page_of(account, installation), vault.kept().get(WEB_TOKEN, "")
    if not page:
        raise DeployError(
            f"{installation.stack} has no web chat.",
            'aizuchi deploy aws --set Web=yes makes it (with Terraform: web = "yes").',
        )
    if not token:
        raise DeployError(
            f"There is no token in {installation.parameter(WEB_TOKEN)}.",
            "aizuchi secrets push makes one.",
        )
    print("\n".join(opened_by(page, token)))
