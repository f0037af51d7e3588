"""The function as Lambda runs it: the real client of its Runtime API, frozen between requests."""

import json
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.aws.cloud import Cloud
from tests.aws.gateways import http_api
from tests.aws.lines import Caller, place, reply
from tests.discord import payloads as discord
from tests.slack import payloads as slack

from aizuchi.events import HttpRequest
from aizuchi.simulator.aws import Fault
from aizuchi.testing.lambda_ import Function, Spec, gateway_of, running
from aizuchi.testing.lambda_.events import Form

pytestmark = pytest.mark.real_time

HANDLER = "aizuchi.hosts.aws_lambda.ingress.handler"
IN_SSM = {"SLACK_SIGNING_SECRET": "ssm:/slack", "DISCORD_PUBLIC_KEY": "ssm:/discord"}


@pytest.fixture
def spec(cloud: Cloud, tmp_path: Path) -> Spec:
    cloud.aws.ssm.put("/slack", slack.SECRET)
    cloud.aws.ssm.put("/discord", discord.PUBLIC_KEY)
    return Spec(HANDLER, tmp_path, {**cloud.environ, **IN_SSM})


def mention(text: str = f"<@{slack.BOT}> Is it raining?") -> HttpRequest:
    return slack.signed(slack.as_json(slack.envelope(slack.mention(text))), time.time())


def slash() -> HttpRequest:
    return slack.signed(slack.as_form(slack.command()), time.time())


def command() -> HttpRequest:
    return discord.signed(discord.as_json(discord.command()), time.time())


async def ask(function: Function, request: HttpRequest, form: Form = "v2") -> Any:
    """What the function answers; returns when it is frozen again."""
    outcome = await function.invoke(json.dumps(http_api(request, time.time(), form)).encode())
    assert outcome.is_good, outcome.payload
    return outcome.json()


@pytest.mark.parametrize("form", ["v1", "v2", "url"])
async def test_what_platforms_send_stands_in_the_queues(
    cloud: Cloud, spec: Spec, form: Form
) -> None:
    async with running(spec) as function:
        answers = [
            await ask(function, request, form) for request in (mention(), slash(), command())
        ]
        assert len(function.environments) == 1
    assert [answer["statusCode"] for answer in answers] == [200, 200, 200]
    assert [answer["body"] for answer in answers] == ["", "", '{"type":5}']
    assert [message.surface for message in cloud.queued()] == ["slack", "slack", "discord"]
    assert len(cloud.records()) == 3
    assert cloud.calls("SSM.GetParameters") == 1, "once for all that this environment is asked"


async def test_over_http_the_answer_is_the_functions(cloud: Cloud, spec: Spec) -> None:
    asked = command()
    async with running(spec) as function:
        transport = httpx2.ASGITransport(gateway_of(function))
        async with httpx2.AsyncClient(transport=transport, timeout=30) as client:
            url = f"http://bot.test{asked.path}"
            answer = await client.post(url, headers=[*asked.headers], content=asked.body)
    assert (answer.status_code, answer.json()) == (200, {"type": 5})
    assert answer.headers["content-type"].startswith("application/json")
    assert len(cloud.queued()) == 1


async def test_what_was_not_signed_reaches_no_queue(cloud: Cloud, spec: Spec) -> None:
    async with running(spec) as function:
        forged = mention()._replace(body=b"{}")
        assert (await ask(function, forged))["statusCode"] == 401
    assert cloud.calls() == 0


async def test_connections_that_end_while_it_is_frozen_lose_nothing(
    cloud: Cloud, spec: Spec
) -> None:
    heard: list[bytes] = []

    def once(caller: Caller) -> None:
        """One call to each connection, whose end nobody awake sees."""
        heard.append(caller.heard())
        caller.say(reply(b'{"MessageId":"1"}'))

    with place(once) as there:
        environ = {**spec.environ, "AWS_ENDPOINT_URL": there.address}
        elsewhere = spec._replace(environ={**environ, "SLACK_SIGNING_SECRET": slack.SECRET})
        async with running(elsewhere) as function:
            statuses = [(await ask(function, mention()))["statusCode"] for _ in range(3)]
            log = function.log
    assert statuses == [200, 200, 200]
    assert sum(b"MessageGroupId" in request for request in heard) == 3
    assert "no guardian" not in log


async def test_trouble_is_one_line_of_json_in_its_log(cloud: Cloud, spec: Spec) -> None:
    cloud.goes_wrong(Fault(error="AccessDeniedException"))
    async with running(spec) as function:
        refused = await ask(function, slash())
        log = function.log
    (line,) = [line for line in log.splitlines() if line.startswith("{")]
    assert json.loads(refused["body"])["response_type"] == "ephemeral"
    assert "AccessDeniedException" in json.loads(line)["message"]
    assert slack.SECRET not in log


async def test_a_function_that_cannot_start_says_what_it_needs(spec: Spec) -> None:
    lacking = spec._replace(environ={**spec.environ, "AIZUCHI__AWS__TURNS": ""})
    async with running(lacking) as function:
        outcome = await function.invoke(b"{}")
        assert not outcome.is_good
        assert "AIZUCHI__AWS__TURNS" in json.dumps(outcome.json())
