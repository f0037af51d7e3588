"""`aizuchi status`: how an installation on AWS is."""

import argparse
import os

from aizuchi.cli.aws import add_place, installation_of
from aizuchi.cli.findings import told
from aizuchi.deploy.aws.account import open_account
from aizuchi.deploy.aws.place import Notes, has_functions, has_table
from aizuchi.deploy.aws.standing import findings
from aizuchi.settings import home_of

DESCRIPTION = """\
Says how an installation on AWS is: its functions, what waits in its queues, its table, the alarms.
It does not matter whether CloudFormation or Terraform has made it.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    add_place(parser)


def run(options: argparse.Namespace) -> int:
    installation, account = installation_of(options), open_account(options.region)
    if not (has_functions(account, installation) or has_table(account, installation)):
        raise Notes(home_of(os.environ), installation).nowhere(account)
    return told(list(findings(account, installation)))
