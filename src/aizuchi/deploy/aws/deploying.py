"""Brings an installation to what its settings say: planned, shown, and on yes applied."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from aizuchi.deploy import cloudformation
from aizuchi.deploy.aws import choices, readiness
from aizuchi.deploy.aws.account import Account, refusals_told
from aizuchi.deploy.aws.bucket import Bucket
from aizuchi.deploy.aws.concurrency import check_reserved
from aizuchi.deploy.aws.events import Say
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.packages import Build
from aizuchi.deploy.aws.references import named_in_ssm
from aizuchi.deploy.aws.secrets import Vault, known_here, wanted
from aizuchi.deploy.aws.stacks import ChangeSet, Stacks, Standing
from aizuchi.deploy.stack import STACK
from aizuchi.deploy.stack.functions import SECRETS
from aizuchi.deploy.target import Target
from aizuchi.errors import DeployError
from aizuchi.settings import Settings

AT_ONCE_BYTES = 51_200
"""CloudFormation takes no longer template in a request."""

SIGNS = {"Add": "+", "Modify": "~", "Remove": "-"}


class Wish(NamedTuple):
    """What is to be deployed; `files` are the operator's own, `folder` is for the packages."""

    installation: Installation
    settings: Settings
    chosen: Mapping[str, str]
    files: Sequence[Path]
    folder: Path


class Plan(NamedTuple):
    """What a deployment would do. `secrets` are to be written, by variable."""

    changes: ChangeSet
    secrets: Mapping[str, str]
    before: Mapping[str, str]
    parameters: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        return not (self.changes.id or self.secrets)


class Deployment:
    def __init__(self, account: Account, stacks: Stacks, wish: Wish, build: Build) -> None:
        self._account, self._stacks, self._wish = account, stacks, wish
        self._stack = wish.installation.stack
        self._vault = Vault(account.client("ssm"), wish.installation)
        self._bucket = Bucket(account, stacks, wish.installation)
        self._build = build

    def plan(self, say: Say) -> Plan:
        """Makes the packages and a change set; nothing is applied. A template that is too long to
        be sent needs the bucket, which is then made, or taken away with the plan.

        Raises:
            DeployError: what is wished cannot be.
        """
        before = self._stacks.look(self._stack).parameters
        secrets, parameters = self._settled(before)
        check_reserved(self._account, parameters, before)
        parameters = {**parameters, **self._packed(parameters["Architecture"])}
        try:
            changes = self._stacks.plan(self._stack, self._template(say), parameters)
        except (DeployError, KeyboardInterrupt):
            self._bucket.unmake()
            raise
        return Plan(changes, secrets, before, parameters)

    def _settled(self, before: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The secrets that are to be written, and the values of all parameters."""
        wish, chosen, elsewhere = self._wish, self._chosen(), named_in_ssm(self._wish.settings)
        kept = {**self._vault.kept(), **elsewhere}
        has_web = choices.has_web(wish.settings, chosen, before)
        secrets = wanted(known_here(wish.settings), kept, web=has_web)
        names = [*kept, *secrets]
        readiness.check(wish.settings, names)
        values = choices.settled(wish.installation, wish.settings, chosen, before, names)
        return secrets, {**values, **{SECRETS[each]: name for each, name in elsewhere.items()}}

    def _packed(self, architecture: str) -> Mapping[str, str]:
        """The parameters that say where the packages, made now, are to be found."""
        target = Target("arm64" if architecture == "arm64" else "x86_64")
        wish = self._wish
        self._packages = self._build(wish.settings, wish.files, wish.folder, target)
        runtime = f"python{target.python}"
        return {"CodeBucket": self._bucket.name, "Runtime": runtime, **self._packages.keys}

    def _template(self, say: Say) -> Mapping[str, str]:
        text = cloudformation.printed(STACK)
        if len(text.encode()) <= AT_ONCE_BYTES:
            return {"TemplateBody": text}
        file = self._wish.folder / "template.json"
        file.write_text(text, "utf-8")
        self._bucket.make(say)
        return {"TemplateURL": self._bucket.keep(file)}

    def _chosen(self) -> Mapping[str, str]:
        """A table that an installation before has left is used again."""
        is_new = not self._stacks.look(self._stack).is_there
        if is_new and "MakeTable" not in self._wish.chosen and self._has_table(self._stack):
            return {**self._wish.chosen, "MakeTable": "no"}
        return self._wish.chosen

    def _has_table(self, name: str) -> bool:
        client = self._account.client("dynamodb")
        with refusals_told():
            try:
                client.describe_table(TableName=name)
            except client.exceptions.ResourceNotFoundException:
                return False
        return True

    def forget(self, plan: Plan) -> None:
        self._stacks.forget(self._stack, plan.changes)
        self._bucket.unmake()

    def apply(self, plan: Plan, say: Say) -> Standing:
        """
        Raises:
            DeployError: it failed, what had been done is taken back, and what to do.
        """
        try:
            self._bucket.make(say)
            for file in self._packages:
                self._bucket.keep(file)
            self._vault.keep(plan.secrets)
        except (DeployError, KeyboardInterrupt):
            self.forget(plan)
            raise
        if not plan.changes.id:
            return self._stacks.look(self._stack)
        say("CloudFormation is at work:")
        return self._stacks.apply(self._stack, plan.changes, say)


def told(plan: Plan) -> list[str]:
    """What would be done, line by line; a value of a secret is never in it."""
    changed = [
        f"  ~ {name}: {plan.before[name] or '(none)'} → {value or '(none)'}"
        for name, value in sorted(plan.parameters.items())
        if name in plan.before and plan.before[name] != value
    ]
    secrets = [f"  + {variable} (encrypted, in SSM)" for variable in sorted(plan.secrets)]
    parts = {"Settings": changed, "Secrets": secrets, "Resources": _resources(plan.changes)}
    return [line for head, lines in parts.items() if lines for line in (f"{head}:", *lines)]


def _resources(changes: ChangeSet) -> list[str]:
    order = {"Remove": 0, "Modify": 1, "Add": 2}
    ordered = sorted(changes.changes, key=lambda each: (order[each.action], each.kind, each.name))
    return [
        f"  {SIGNS[each.action]} {each.name} ({each.kind.removeprefix('AWS::')})"
        + (f": {', '.join(each.properties)}" if each.properties else "")
        + (" – made anew, what is in it goes" if each.replaces == "True" else "")
        for each in ordered
    ]
