"""`aizuchi deploy`: bring the assistant to AWS."""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from aizuchi.cli.aws import add_place, installation_of, place_of, says_yes
from aizuchi.cli.chat_page import chat_lines
from aizuchi.cli.common import bot_files, config_file, load_settings
from aizuchi.cli.connecting import connected, told_of
from aizuchi.cli.discord import asker
from aizuchi.cli.invocation import command_name
from aizuchi.cli.parsing import common_options
from aizuchi.deploy.aws import estimate, readiness
from aizuchi.deploy.aws.account import Account, open_account
from aizuchi.deploy.aws.choices import chosen_of
from aizuchi.deploy.aws.deploying import Deployment, Plan, Wish, told
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.packages import build
from aizuchi.deploy.aws.place import Notes
from aizuchi.deploy.aws.references import check as check_references
from aizuchi.deploy.aws.stacks import Stacks, Standing
from aizuchi.deploy.aws.trying import Answer, Post, try_out, try_page
from aizuchi.deploy.cloudformation import printed
from aizuchi.deploy.stack import STACK
from aizuchi.deploy.stack.functions import WEB_TOKEN
from aizuchi.deploy.target import Target
from aizuchi.errors import DeployError
from aizuchi.settings import FILE_NAME, Settings, references
from aizuchi.settings.parameters import Parameters, reader_by, unread

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
    began, installation = time.monotonic(), installation_of(options)
    settings = load_settings(options, Parameters(unread))
    files, chosen = _files(options), chosen_of(options.set)
    check_references(references(config_file(options)), installation)
    if options.package:
        target = Target("x86_64" if chosen.get("Architecture") == "x86_64" else "arm64")
        return _package(settings, files, Path(options.package), target)
    account = open_account(options.region)
    Notes(settings.home, installation).check(account)
    settings = load_settings(options, Parameters(reader_by(account.client("ssm"))))
    with TemporaryDirectory() as folder:
        wish = Wish(installation, settings, chosen, files, Path(folder))
        return _deploy(account, wish, yes=options.yes, watch=Watch(began))


class Watch:
    """Measures how long it takes, but for what a person takes to say yes."""

    def __init__(self, began: float) -> None:
        self._began = began

    def says_yes(self, question: str) -> bool:
        asked = time.monotonic()
        said = says_yes(question)
        self._began += time.monotonic() - asked
        return said

    def __str__(self) -> str:
        minutes, seconds = divmod(round(time.monotonic() - self._began), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


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


def _deploy(account: Account, wish: Wish, *, yes: bool, watch: Watch) -> int:
    print(f"{wish.installation.stack} in {account.region}, account {account.id}")
    stacks = Stacks(account.client("cloudformation"))
    deployment = Deployment(account, stacks, wish, build)
    plan = deployment.plan(print)
    _show(plan, wish.settings)
    if not (plan.is_empty or yes or _agrees(deployment, plan, watch)):
        print(f"Nothing was changed. {command_name()} deploy aws --yes applies it.")
        return 1
    standing = deployment.apply(plan, print)
    Notes(wish.settings.home, wish.installation).keep(account)
    status = _tell(wish, standing, watch)
    made = "" if wish.settings.web.token else plan.secrets.get(WEB_TOKEN, "")
    print("\n".join(chat_lines(standing.outputs.get("Chat", ""), made, wish.installation)))
    print(last_words(wish.installation))
    return status


def _agrees(deployment: Deployment, plan: Plan, watch: Watch) -> bool:
    """Whether the plan is to be applied; one that nobody wants is taken away."""
    agreed = False
    try:
        agreed = watch.says_yes("Apply this?")
    finally:
        if not agreed:
            deployment.forget(plan)
    return agreed


def _show(plan: Plan, settings: Settings) -> None:
    print("\n".join(told(plan)) or "Nothing is to be changed.")
    if not plan.is_empty:
        print("\n" + "\n".join(estimate.lines(plan.parameters)) + "\n")
    in_container, has_page = (
        plan.parameters[name] == value for name, value in (("Worker", "Container"), ("Web", "yes"))
    )
    for note in readiness.notes(settings, in_container=in_container, has_page=has_page):
        print(f"Note: {note}")


def _tell(wish: Wish, standing: Standing, watch: Watch) -> int:
    """Whether it answers, and what is still to be done by hand."""
    settings, base = wish.settings, standing.outputs["Address"]
    secrets = [secret.reveal() for secret in settings.slack.signing]
    for line in try_out(base, secrets[0] if secrets else "", post()):
        print(f"ok     {line}")
    print(f"ok     from the start to the first answer it took {watch}")
    if page := standing.outputs.get("Chat"):
        print(try_page(page, post()))
    return told_of(list(connected(settings, base, wish.installation, asker(settings))))


def last_words(installation: Installation) -> str:
    command, where = command_name(), place_of(installation)
    return (
        f"How it is: {command} status {where}. What becomes of messages: {command} logs -f {where}."
        f"\nTo take it away: {command} destroy {where}."
    )


def post() -> Post:
    """Sends a request; what cannot be reached is an answer like any other."""

    def send(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            got = httpx2.post(address, content=body, headers=dict(headers), timeout=WITHIN_S)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return Answer(0)
        return Answer(got.status_code, got.text)

    return send
