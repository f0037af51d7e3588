"""The WebSocket API, ours in simulated time: what its function is told, what clients are, and who
may write to them; and that our calls reach clients of an independent one, too."""

import asyncio
import io
import json
import time
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from tests.simulator.aws_house import Account
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from aizuchi.engines.aws.calling import Caller
from aizuchi.engines.aws.identity import identity_of
from aizuchi.engines.aws.wire import AwsWire
from aizuchi.simulator.aws import AWSTransport, FakeAWS, Fault, app_of
from aizuchi.simulator.aws.socket_api import IDLE_S, LONGEST_S
from aizuchi.testing import virtual_time
from aizuchi.testing.asgi_client import AsgiClient
from aizuchi.testing.asgi_socket import Socket


class House:
    """The API, its function, and what that was told; `status` is what it answers."""

    def __init__(self) -> None:
        self.aws = FakeAWS(virtual_time.clock)
        self.told: list[Mapping[str, Any]] = []
        self.status: int | None = 200
        self.aws.sockets.integrate(self._take)
        self.http = httpx2.AsyncClient(transport=AWSTransport(app_of(self.aws)))

    async def _take(self, event: Mapping[str, Any]) -> Mapping[str, Any] | None:
        self.told.append(event)
        return None if self.status is None else {"statusCode": self.status}

    def wire(self, **keys: str) -> AwsWire:
        environ = {**self.aws.environment(), **keys}
        identity = identity_of(environ, self.http, virtual_time.clock)
        caller = Caller(self.http, identity, "us-east-1", virtual_time.clock)
        return AwsWire(caller, self.aws.sockets_at)

    @asynccontextmanager
    async def socket(self, target: str = "/prod?ticket=t") -> AsyncIterator[Socket]:
        async with AsgiClient(app_of(self.aws)).connect(target) as socket:
            yield socket

    @property
    def name(self) -> str:
        return [*self.aws.sockets.held][-1]


async def test_its_function_is_told_of_a_life() -> None:
    house = House()
    async with house.socket() as socket:
        socket.send("hello")
        socket.send(b"\x00")
        await asyncio.sleep(1)
    await asyncio.sleep(1)
    opened, text, binary, closed = house.told
    assert opened["queryStringParameters"] == {"ticket": "t"}
    assert opened["headers"]["Host"] == "127.0.0.1:8765"
    assert (text["body"], text["isBase64Encoded"]) == ("hello", False)
    assert (binary["body"], binary["isBase64Encoded"]) == ("AA==", True)
    contexts = [event["requestContext"] for event in house.told]
    assert [each["routeKey"] for each in contexts] == [
        "$connect",
        "$default",
        "$default",
        "$disconnect",
    ]
    assert len({each["connectionId"] for each in contexts}) == 1
    assert "headers" not in text
    assert closed["requestContext"]["disconnectStatusCode"] == 1005


@pytest.mark.parametrize("status", [401, 403, 500, None])
async def test_a_function_that_does_not_say_200_opens_nothing(status: int | None) -> None:
    house = House()
    house.status = status
    async with house.socket() as socket:
        assert socket.closed
    assert house.aws.sockets.held == {}
    assert len(house.told) == 1


async def test_another_stage_is_not_there() -> None:
    house = House()
    async with house.socket("/other") as socket:
        assert socket.closed


async def test_a_client_hears_where_the_function_failed() -> None:
    house = House()
    async with house.socket() as socket:
        house.status = None
        socket.send("hello")
        said = await socket.frame()
    assert said and said["message"] == "Internal server error"


async def test_who_may_writes_to_a_client_and_hangs_up() -> None:
    house = House()
    async with house.socket() as socket:
        wire, name = house.wire(), house.name
        assert await wire.post(name, '{"a":"相槌"}') == "sent"
        assert await socket.frame() == {"a": "相槌"}
        await wire.hang_up(name)
        assert (await socket.close()).code == 1000
        assert await wire.post(name, "{}") == "gone"
    assert house.told[-1]["requestContext"]["disconnectStatusCode"] == 1000


@pytest.mark.parametrize(
    "keys", [{"AWS_SECRET_ACCESS_KEY": "wrong"}, {"AWS_ACCESS_KEY_ID": "AKIANOBODY"}]
)
async def test_who_may_not_is_refused(keys: dict[str, str]) -> None:
    house = House()
    async with house.socket() as socket:
        assert await house.wire(**keys).post(house.name, "{}") == "failed"
        unsigned = await house.http.post(f"{house.aws.sockets_at}/@connections/{house.name}")
        assert unsigned.status_code == 403
        assert not socket.closed


async def test_what_is_larger_than_a_frame_closes_and_a_message_may_not_be_larger_at_all() -> None:
    house = House()
    async with house.socket() as socket:
        assert await house.wire().post(house.name, "x" * (128 * 1024 + 1)) == "too_large"
        assert not socket.closed
        assert await house.wire().post(house.name, f'"{"x" * (32 * 1024 - 2)}"') == "sent"
        assert await house.wire().post(house.name, "x" * (32 * 1024 + 1)) == "too_large"
        with pytest.raises(ValueError, match="sequence"):
            await socket.frame()
        assert (await socket.close()).code == 1009


@pytest.mark.parametrize("fault", [Fault(status=429), Fault(status=500), Fault(lost="reply")])
async def test_trouble_that_passes_is_outwaited(fault: Fault) -> None:
    house = House()
    async with house.socket():
        house.aws.faults.order(fault, "Sockets.PostToConnection", times=2)
        assert await house.wire().post(house.name, "{}") == "sent"
        house.aws.faults.order(fault, "Sockets.PostToConnection", times=100)
        begin = virtual_time.clock()
        assert await house.wire().post(house.name, "{}") == "failed"
        assert virtual_time.clock() - begin < 8


async def test_who_is_idle_is_cut_after_ten_minutes_and_anybody_after_two_hours() -> None:
    house = House()
    async with house.socket() as idle:
        begin = virtual_time.clock()
        assert (await idle.close()).code == 1001
        assert virtual_time.clock() - begin == IDLE_S
    async with house.socket() as busy:
        begin = virtual_time.clock()
        while not busy.closed:
            busy.send("still here")
            await asyncio.sleep(IDLE_S / 2)
        assert virtual_time.clock() - begin <= LONGEST_S + IDLE_S / 2
        assert busy.closed.code == 1001
    async with house.socket() as soon:
        house.aws.advance(IDLE_S)
        await asyncio.sleep(0.1)
        assert soon.closed and soon.closed.code == 1001


SAYS_WHO_IT_IS = """
def handler(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["connectionId"]}
"""


@pytest.mark.real_time
async def test_our_signed_calls_reach_the_sockets_of_ministack(their_account: Account) -> None:
    api_id = await asyncio.to_thread(websocket_api, their_account)
    base = f"{their_account.address}/_aws/execute-api/{api_id}/prod"
    environ = {
        "AWS_ACCESS_KEY_ID": their_account.key_id,
        "AWS_SECRET_ACCESS_KEY": their_account.secret,
    }
    async with (
        httpx2.AsyncClient(trust_env=False) as http,
        connect(base.replace("http", "ws", 1), proxy=None) as socket,
    ):
        identity = identity_of(environ, http, time.time)
        wire = AwsWire(Caller(http, identity, "us-east-1", time.time), base)
        await socket.send("who am I?")
        name = str(await socket.recv())
        frame = json.dumps({"text": "相槌", "sequence": 0})
        assert await wire.post(name, frame) == "sent"
        assert await socket.recv() == frame
        stranger = {**environ, "AWS_SECRET_ACCESS_KEY": "wrong"}
        theirs = AwsWire(
            Caller(http, identity_of(stranger, http, time.time), "us-east-1", time.time), base
        )
        assert await theirs.post(name, frame) == "failed"
        await wire.hang_up(name)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert await wire.post(name, frame) == "gone"


def websocket_api(account: Account) -> str:
    """A WebSocket API whose function tells each socket its name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", SAYS_WHO_IT_IS)
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
    role = account.client("iam").create_role(
        RoleName="socket", AssumeRolePolicyDocument=json.dumps(trust)
    )
    function = account.client("lambda").create_function(
        FunctionName="socket",
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": archive.getvalue()},
    )
    gateway = account.client("apigatewayv2")
    api: str = gateway.create_api(
        Name="socket", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.type"
    )["ApiId"]
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function["FunctionArn"]
    )
    for route in ("$connect", "$default", "$disconnect"):
        target = f"integrations/{integration['IntegrationId']}"
        gateway.create_route(ApiId=api, RouteKey=route, Target=target)
    gateway.create_stage(ApiId=api, StageName="prod", AutoDeploy=True)
    return api
