"""An installation that stands in an account of ministack's, whoever brought it up."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, NamedTuple

from tests.deploy.accounts import let_read
from tests.simulator.aws_house import Account

from aizuchi.attempt import cancel

LOOKS_S = 0.2
ENDPOINT = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"


class Installation(NamedTuple):
    """`stack` is what everything of it begins with. `said` is what was printed while it came up,
    `kept` what anybody can look at who may look at it: template or state, functions."""

    account: Account
    stack: str
    outputs: Mapping[str, str]
    said: str
    kept: str

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

    @property
    def token(self) -> str:
        """Of the web chat."""
        return self.secret("web-token")

    def secret(self, variable: str) -> str:
        said = self.account.client("ssm").get_parameter(
            Name=self.parameter(variable), WithDecryption=True
        )
        return str(said["Parameter"]["Value"])

    @property
    def sockets(self) -> str:
        """Where ministack has the WebSocket API, whose address it does not know."""
        api, stage = re.findall(r"//(\w+)\.execute-api\..*/(\w+)$", self.outputs["Sockets"])[0]
        return f"{self.account.address}/_aws/execute-api/{api}/{stage}"

    @contextmanager
    def as_ministack_can(self) -> Iterator[None]:
        """What streams says it as a whole, as ministack runs no wrapper, and who tells sockets
        finds them where it has them."""
        client, before = self.account.client("lambda"), self._environments()
        say_whole(client, self.stack)
        for name, variables in before.items():
            self._tell(name, {**variables, ENDPOINT: self.sockets})
        try:
            yield
        finally:
            for name, variables in before.items():
                self._tell(name, variables)
            say_whole(client, self.stack, "RESPONSE_STREAM")

    def _environments(self) -> Mapping[str, Mapping[str, str]]:
        client = self.account.client("lambda")
        names = (f"{self.stack}-{word}" for word in ("side", "socket", "stream", "worker"))
        said = (client.get_function_configuration(FunctionName=name) for name in names)
        return {each["FunctionName"]: each["Environment"]["Variables"] for each in said}

    def _tell(self, function: str, variables: Mapping[str, str]) -> None:
        self.account.client("lambda").update_function_configuration(
            FunctionName=function, Environment={"Variables": dict(variables)}
        )

    def waiting(self, queue: str) -> int:
        """How many messages stand in a queue, those included that somebody holds."""
        names = ("", "NotVisible", "Delayed")
        counts = [f"ApproximateNumberOfMessages{each}" for each in names]
        said = self.account.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[queue], AttributeNames=counts
        )
        return sum(int(said["Attributes"][each]) for each in counts)


def functions_of(account: Account, stack: str) -> str:
    """All that can be read of them."""
    every = account.client("lambda").list_functions()["Functions"]
    return json.dumps([each for each in every if each["FunctionName"].startswith(f"{stack}-")])


@asynccontextmanager
async def readable(account: Account, stack: str) -> AsyncIterator[None]:
    """While something is brought up, its roles may read secrets as soon as they are there."""
    letting = asyncio.create_task(_let_all_read(account, stack))
    try:
        yield
    finally:
        await cancel(letting)
    assert letting.cancelled()


async def _let_all_read(account: Account, stack: str) -> None:
    people, let = account.client("iam"), set[str]()
    while True:
        for role in roles_of(people, stack) - let:
            let_read(account, role)
            let.add(role)
        await asyncio.sleep(LOOKS_S)


@asynccontextmanager
async def whole(account: Account, stack: str) -> AsyncIterator[None]:
    """While something is brought up, what streams says it as a whole, as soon as it is there."""
    client = account.client("lambda")
    saying = asyncio.create_task(_say_whole_in_time(client, stack))
    try:
        yield
    finally:
        await cancel(saying)
    say_whole(client, stack, "RESPONSE_STREAM")


async def _say_whole_in_time(client: Any, stack: str) -> None:
    while True:
        with suppress(client.exceptions.ResourceNotFoundException):
            say_whole(client, stack)
        await asyncio.sleep(LOOKS_S)


def say_whole(client: Any, stack: str, mode: str = "BUFFERED") -> None:
    """Where a function may stream, ministack hands on what it returns as it is, head and all."""
    client.update_function_url_config(FunctionName=f"{stack}-stream", InvokeMode=mode)


def forbid(account: Account, stack: str) -> None:
    """Whoever deletes a role has to know all that it may."""
    people = account.client("iam")
    for role in roles_of(people, stack):
        people.delete_role_policy(RoleName=role, PolicyName="ministack")


def roles_of(people: Any, stack: str) -> set[str]:
    every = {each["RoleName"] for each in people.list_roles()["Roles"]}
    return {each for each in every if each.startswith(f"{stack}-")}
