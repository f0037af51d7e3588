"""`aizuchi deploy`: bring the assistant to AWS."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from aizuchi.cli.aws import add_place, installation_of, place_of, says_yes
from aizuchi.cli.chat_page import chat_lines
from aizuchi.cli.common import bot_files, load_settings
from aizuchi.cli.invocation import command_name
from aizuchi.cli.parsing import common_options
from aizuchi.deploy.aws import estimate
from aizuchi.deploy.aws.account import open_account
from aizuchi.deploy.aws.choices import chosen_of
from aizuchi.deploy.aws.deploying import Deployment, Plan, Wish, told
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.packages import build
from aizuchi.deploy.aws.stacks import Stacks, Standing
from aizuchi.deploy.aws.trying import Answer, Post, address_of, try_out, try_page
from aizuchi.deploy.cloudformation import printed
from aizuchi.deploy.stack import STACK
from aizuchi.deploy.stack.functions import WEB_TOKEN
from aizuchi.deploy.target import Target
from aizuchi.errors import DeployError
from aizuchi.settings import FILE_NAME, Settings

DESCRIPTION = """\
Brings the assistant to AWS: webhooks, queues, functions, table. It shows what would change and what
that costs, and does it when you say yes; what fails is taken back. Run it again after any change.

  pip install 'aizuchi[aws]'
  export AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…
  aizuchi deploy aws

docs/guides/aws.md says it step by step.
"""
WITHIN_S = 10.0


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    targets = parser.add_subparsers(dest="target", metavar="WHERE", required=True, title="where")
    to_aws = targets.add_parser("aws", parents=[common_options()], help="as a CloudFormation stack")
    add_place(to_aws)
    to_aws.add_argument("--yes", action="store_true", help="apply it without asking")
    to_aws.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="choose a parameter of the stack; it stays chosen",
    )
    to_aws.add_argument(
        "--package",
        metavar="FOLDER",
        help="only write the packages and the template there, as for Terraform",
    )


def run(options: argparse.Namespace) -> int:
    settings, installation = load_settings(options), installation_of(options)
    files = _files(options)
    chosen = chosen_of(options.set)
    if options.package:
        target = Target("x86_64" if chosen.get("Architecture") == "x86_64" else "arm64")
        return _package(settings, files, Path(options.package), target)
    with TemporaryDirectory() as folder:
        wish = Wish(installation, settings, chosen, files, Path(folder))
        return _deploy(wish, options.region, yes=options.yes)


def _files(options: argparse.Namespace) -> list[Path]:
    """What of the operator's own is packed; a function finds it by its name."""
    settings_file, bot_file = bot_files(options)
    if settings_file.name != FILE_NAME:
        raise DeployError(
            f"What is deployed reads its settings from {FILE_NAME}, not from {settings_file.name}.",
            f"Call it {FILE_NAME}, in a folder of its own if need be.",
        )
    return [file for file in (settings_file, bot_file) if file.is_file()]


def _package(settings: Settings, files: list[Path], folder: Path, target: Target) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    made = build(settings, files, folder, target)
    template = folder / "template.json"
    template.write_text(printed(STACK), "utf-8")
    for file in (*made, template):
        print(f"{file}  {file.stat().st_size / 1e6:.1f} MB")
    print(f'made for architecture = "{target.arch}", runtime = "python{target.python}"')
    return 0


def _deploy(wish: Wish, region: str, *, yes: bool) -> int:
    account = open_account(region)
    print(f"{wish.installation.stack} in {account.region}, account {account.id}")
    stacks = Stacks(account.client("cloudformation"))
    deployment = Deployment(account, stacks, wish, build)
    plan = deployment.plan(print)
    _show(plan)
    if not plan.is_empty and not (yes or says_yes("Apply this?")):
        deployment.forget(plan)
        print(f"Nothing was changed. {command_name()} deploy aws --yes applies it.")
        return 1
    standing = deployment.apply(plan, print)
    _tell(wish.installation, wish.settings, standing)
    made = "" if wish.settings.web.token else plan.secrets.get(WEB_TOKEN, "")
    print("\n".join(chat_lines(standing.outputs.get("Chat", ""), made, wish.installation)))
    return 0


def _show(plan: Plan) -> None:
    print("\n".join(told(plan)) or "Nothing is to be changed.")
    if not plan.is_empty:
        print("\n" + "\n".join(estimate.lines(plan.parameters)) + "\n")


def _tell(installation: Installation, settings: Settings, standing: Standing) -> None:
    base = standing.outputs["Address"]
    secrets = [secret.reveal() for secret in settings.slack.signing]
    for line in try_out(base, secrets[0] if secrets else "", post()):
        print(f"ok     {line}")
    if page := standing.outputs.get("Chat"):
        print(try_page(page, post()))
    print("\n".join(["", *next_steps(settings, base, installation)]))


def next_steps(settings: Settings, base: str, installation: Installation) -> list[str]:
    """What is left to be done by hand, for the surfaces that are on."""
    command, where = command_name(), place_of(installation)
    slack, discord = address_of(base, "Slack"), address_of(base, "Discord")
    steps = []
    if settings.slack.is_on:
        steps += [
            f"Slack's Request URL, for events, commands and interactivity: {slack}",
            f"  {command} slack manifest --url {base.rstrip('/')} prints the app's manifest.",
        ]
    if settings.discord.is_on:
        steps += [
            f"Discord's Interactions Endpoint URL: {discord}",
            f"  {command} discord sync tells Discord of the commands.",
        ]
    if not steps:
        steps = [
            "No platform is connected: set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN, or "
            "DISCORD_PUBLIC_KEY and DISCORD_BOT_TOKEN, and run this again."
        ]
    return [
        *steps,
        f"How it is: {command} status {where}. To take it away: {command} destroy {where}.",
    ]


def post() -> Post:
    """Sends a request; what cannot be reached is an answer like any other."""

    def send(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            got = httpx2.post(address, content=body, headers=dict(headers), timeout=WITHIN_S)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return Answer(0)
        return Answer(got.status_code, got.text)

    return send
