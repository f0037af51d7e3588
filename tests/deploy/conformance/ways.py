"""The two ways to bring an installation up and to take it away."""

import asyncio
import json
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from tests.deploy.accounts import environment_of
from tests.deploy.conformance.installations import (
    Installation,
    forbid,
    functions_of,
    readable,
    whole,
)
from tests.deploy.terraforms import Terraform, mirror
from tests.simulator.aws_house import REGION, Account

from aizuchi.deploy.target import HERE

ROOT = Path(__file__).parents[3]
MODULE = ROOT / "deploy" / "terraform" / "aws"
EXAMPLE = Path(__file__).parent / "example"
ARCH = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
"""ministack runs functions on this machine."""


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
        path = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
        own = {"AIZUCHI_HOME": str(folder / "home"), "PYTHONPATH": path}
        self._environment = {**os.environ, **environment_of(account), **environment, **own}

    async def run(self, *arguments: str, status: int = 0) -> str:
        """All that it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.deploy.conformance.at_ministack", *arguments),
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
            said = await self._deployed()
        client = self._account.client("cloudformation")
        template = client.get_template(StackName=self.stack)["TemplateBody"]
        (stack,) = client.describe_stacks(StackName=self.stack)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        kept = json.dumps([template, stack], default=str) + functions_of(self._account, self.stack)
        return Installation(self._account, self.stack, outputs, said, kept)

    async def run(self, *arguments: str) -> str:
        return await self._command.run(*arguments, "--stage", self._stage)

    async def changed(self) -> str:
        said = await self._deployed()
        return "" if "Nothing is to be changed." in said else said

    async def down(self, *, data: bool) -> None:
        await self.run("destroy", "--yes", "--data", "delete" if data else "keep")

    async def _deployed(self) -> str:
        architecture = f"Architecture={ARCH}"
        async with whole(self._account, self.stack):
            return await self.run("deploy", "aws", "--yes", "--set", architecture)


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
        said += await self._command.run("discord", "sync")
        every = json.loads(await self._terraform("output", "-json"))["every"]["value"]
        outputs = {pascal(name): str(value) for name, value in every.items()}
        state = (folder / "terraform.tfstate").read_text()
        kept = state + functions_of(self._account, self.stack)
        return Installation(self._account, self.stack, outputs, said, kept)

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


def pascal(name: str) -> str:
    return "".join(map(str.capitalize, name.split("_")))
