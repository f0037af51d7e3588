"""`aizuchi secrets`: the secrets of an installation on AWS."""

import argparse

from aizuchi.cli.aws import add_place, installation_of
from aizuchi.cli.common import load_settings
from aizuchi.cli.parsing import common_options
from aizuchi.deploy.aws.account import open_account
from aizuchi.deploy.aws.secrets import Vault, known_here, wanted

DESCRIPTION = """\
Brings the secrets that are set here (environment, aizuchi.toml) to SSM, encrypted. A changed secret
counts within five minutes, without a deployment; one that was not there before takes a deployment
(with Terraform: its variable).
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    add_place(verbs.add_parser("push", parents=[common_options()], help="bring them to AWS"))


def run(options: argparse.Namespace) -> int:
    installation = installation_of(options)
    here = known_here(load_settings(options))
    vault = Vault(open_account(options.region).client("ssm"), installation)
    written = wanted(here, vault.kept())
    vault.keep(written)
    for variable in sorted(written):
        print(f"{variable} → {installation.parameter(variable)}")
    if not written:
        print("All of them are there as they are here.")
    return 0
