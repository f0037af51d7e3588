"""`aizuchi status`: how an installation on AWS is."""

import argparse

from aizuchi.cli.aws import add_place, installation_of
from aizuchi.cli.findings import told
from aizuchi.deploy.aws.account import open_account
from aizuchi.deploy.aws.standing import findings

DESCRIPTION = """\
Says how an installation on AWS is: its functions, what waits in its queues, its table, the alarms.
It does not matter whether CloudFormation or Terraform has made it.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    add_place(parser)


def run(options: argparse.Namespace) -> int:
    return told(list(findings(open_account(options.region), installation_of(options))))
