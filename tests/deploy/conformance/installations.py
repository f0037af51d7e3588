"""Installations that stand in an account, whoever brought them up, and the two ways to do that."""

import asyncio
import json
import os
import platform
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.deploy.accounts import environment_of, let_read
from tests.deploy.terraforms import Terraform, mirror
from tests.simulator.aws_house import REGION, Account

from aizuchi.attempt import cancel
from aizuchi.deploy.target import HERE

ROOT = Path(__file__).parents[3]
MODULE = ROOT / "deploy" / "terraform" / "aws"
EXAMPLE = Path(__file__).parent / "example"
ARCH = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
"""ministack runs functions on this machine."""

LOOKS_S = 0.2


class Installation(NamedTuple):
    """`stack` is what everything of it begins with; `told` is all that whoever brought it up could
    read: what was printed, the template or the state, the functions' environment."""

    account: Account
    stack: str
    outputs: Mapping[str, str]
    told: str

    @property
    def log(self) -> str:
        """All that its functions wrote."""
        client = self.account.client("logs")
        pages = client.get_paginator("filter_log_events")
        groups = client.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{self.stack}-")
        return "\n".join(
            event["message"]
            for group in groups["logGroups"]
            for page in pages.paginate(logGroupName=group["logGroupName"])
            for event in page["events"]
        )

    def parameter(self, variable: str) -> str:
        """Where SSM keeps the value of a variable."""
        return f"/{self.stack.replace('-', '/')}/{variable}"

    def waiting(self, queue: str) -> int:
        """How many messages stand in a queue, those included that somebody holds."""
        names = ("", "NotVisible", "Delayed")
        counts = [f"ApproximateNumberOfMessages{each}" for each in names]
        said = self.account.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[queue], AttributeNames=counts
        )
        return sum(int(said["Attributes"][each]) for each in counts)


class Way(Protocol):
    """How one is brought up and taken away."""

    stack: str

    async def up(self, *, on_kept_data: bool = False) -> Installation:
        """`on_kept_data`: a table is there, which one before it has left."""
        ...

    async def run(self, *arguments: str) -> str:
        """What the operator's command says of it."""
        ...

    async def changed(self) -> str:
        """What doing it once more would change."""
        ...

    async def down(self, *, data: bool) -> None:
        """Takes it away, with what people said or without."""
        ...


class Command:
    """The command of an operator: a process in a folder of theirs."""

    def __init__(self, folder: Path, account: Account, environment: Mapping[str, str]) -> None:
        self.folder, self.given = folder, environment
        own = {"AIZUCHI_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
        self._environment = {**os.environ, **environment_of(account), **environment, **own}

    async def run(self, *arguments: str, status: int = 0) -> str:
        """All that it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.deploy.conformance.localhost", *arguments),
            cwd=self.folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode()
        assert process.returncode == status, said
        return said


class CloudFormation:
    """`aizuchi deploy aws`."""

    def __init__(self, account: Account, command: Command, stage: str) -> None:
        self._account, self._command, self.stack = account, command, f"aizuchi-{stage}"
        self._stage = stage

    async def up(self, *, on_kept_data: bool = False) -> Installation:
        async with readable(self._account, self.stack):
            said = await self.run(*self._deploy)
        client = self._account.client("cloudformation")
        template = client.get_template(StackName=self.stack)["TemplateBody"]
        (stack,) = client.describe_stacks(StackName=self.stack)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        kept = json.dumps([template, stack], default=str)
        return installation_of(self._account, self.stack, outputs, said + kept)

    async def run(self, *arguments: str) -> str:
        return await self._command.run(*arguments, "--stage", self._stage)

    async def changed(self) -> str:
        said = await self.run(*self._deploy)
        return "" if "Nothing is to be changed." in said else said

    async def down(self, *, data: bool) -> None:
        await self.run("destroy", "--yes", "--data", "delete" if data else "keep")

    @property
    def _deploy(self) -> tuple[str, ...]:
        return ("deploy", "aws", "--yes", "--set", f"Architecture={ARCH}")


HALF_TOLD = {"aws_cloudwatch_metric_alarm"}
"""Of an alarm ministack says only half of what it was told, in this provider's protocol."""


class Terraformed:
    """`terraform apply` of the module's example, with packages and secrets by `aizuchi`."""

    def __init__(self, account: Account, command: Command, stage: str) -> None:
        self._account, self._command, self.stack = account, command, f"aizuchi-{stage}"
        self._stage = stage
        module = command.folder / "module"
        shutil.copytree(MODULE, module, ignore=shutil.ignore_patterns(".terraform*"))
        shutil.copytree(EXAMPLE, module / "example", dirs_exist_ok=True)
        self.terraform = Terraform(module / "example", mirror())
        self.terraform.environment |= {**environment_of(account), "TF_VAR_region": REGION}

    async def up(self, *, on_kept_data: bool = False) -> Installation:
        folder = self.terraform.folder
        said = await self.run("secrets", "push")
        packing = ("--package", str(folder / "dist"), "--set", f"Architecture={ARCH}")
        said += await self.run("deploy", "aws", *packing)
        self._choose(make_table="no" if on_kept_data else "yes")
        said += await self._terraform("init", "-no-color")
        async with readable(self._account, self.stack):
            said += await self._terraform("apply", "-auto-approve", "-no-color")
        every = json.loads(await self._terraform("output", "-json"))["every"]["value"]
        outputs = {pascal(name): str(value) for name, value in every.items()}
        state = (folder / "terraform.tfstate").read_text()
        return installation_of(self._account, self.stack, outputs, said + state)

    async def run(self, *arguments: str) -> str:
        return await self._command.run(*arguments, "--stage", self._stage)

    async def changed(self) -> str:
        kinds = await self.planned()
        return ", ".join(sorted(kinds ^ HALF_TOLD))

    async def planned(self, *chosen: str) -> set[str]:
        """The kinds of resources that a plan would touch."""
        variables = (f"-var={each}" for each in chosen)
        await self._terraform("plan", "-out=again", "-no-color", *variables)
        planned = json.loads(await self._terraform("show", "-json", "again"))
        return {
            each["type"]
            for each in planned["resource_changes"]
            if each["change"]["actions"] != ["no-op"]
        }

    async def down(self, *, data: bool) -> None:
        if not data:
            await self._terraform("state", "rm", "module.assistant.aws_dynamodb_table.table")
        forbid(self._account, self.stack)
        await self._terraform("destroy", "-auto-approve", "-no-color")
        await self.run("destroy", "--yes", "--data", "delete" if data else "keep")

    async def _terraform(self, *arguments: str) -> str:
        return await asyncio.to_thread(self.terraform.run, *arguments)

    def _choose(self, **more: str) -> None:
        """Of the example what is otherwise here: `example/` says where that goes."""
        given = self._command.given
        chosen = {
            "stage": self._stage,
            "architecture": ARCH,
            "runtime": f"python{HERE}",
            "model": given["AIZUCHI_MODEL"],
            "openai_base_url": given["OPENAI_BASE_URL"],
            "discord_app_id": given["DISCORD_APP_ID"],
            **more,
        }
        self.terraform.environment["TF_VAR_chosen"] = json.dumps(chosen)


def installation_of(
    account: Account, stack: str, outputs: Mapping[str, str], told: str
) -> Installation:
    every = account.client("lambda").list_functions()["Functions"]
    shown = [each for each in every if each["FunctionName"].startswith(f"{stack}-")]
    return Installation(account, stack, outputs, told + json.dumps(shown, default=str))


def pascal(name: str) -> str:
    return "".join(map(str.capitalize, name.split("_")))


@asynccontextmanager
async def readable(account: Account, stack: str) -> AsyncIterator[None]:
    """While something is brought up, its roles may read secrets as soon as they are there."""
    letting = asyncio.create_task(_let_all_read(account, stack))
    try:
        yield
    finally:
        await cancel(letting)


async def _let_all_read(account: Account, stack: str) -> None:
    let: set[str] = set()
    while True:
        for role in roles_of(account, stack) - let:
            let_read(account, role)
            let.add(role)
        await asyncio.sleep(LOOKS_S)


def forbid(account: Account, stack: str) -> None:
    """Whoever deletes a role has to know all that it may."""
    people = account.client("iam")
    for role in roles_of(account, stack):
        people.delete_role_policy(RoleName=role, PolicyName="ministack")


def roles_of(account: Account, stack: str) -> set[str]:
    every = {each["RoleName"] for each in account.client("iam").list_roles()["Roles"]}
    return {each for each in every if each.startswith(f"{stack}-")}
