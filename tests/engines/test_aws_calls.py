"""Calls of AWS: whom they are made as, what is asked again, and what the errors say."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from aizuchi.engines.aws.calling import Caller, Refused, Service
from aizuchi.engines.aws.identity import identity_of
from aizuchi.errors import SettingsError, StoreUnavailable
from aizuchi.testing import virtual_time

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "secret"}
TASK = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1"}
SERVICE = Service("dynamodb", "DynamoDB_20120810", "https://dynamodb.test")
Answer = Callable[[httpx2.Request], httpx2.Response]


def client(answer: Answer) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


def caller(answer: Answer, environ: Mapping[str, str] = KEYS) -> Caller:
    http = client(answer)
    identity = identity_of(environ, http, virtual_time.clock)
    return Caller(http, identity, "eu-west-1", virtual_time.clock, lambda: 0.5)


def error(code: str, status: int = 400, **more: Any) -> httpx2.Response:
    kind = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}
    return httpx2.Response(status, content=json.dumps(kind))


class Answers:
    """One after the other; what was asked is kept."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


OK = httpx2.Response(200, content=b'{"Item":{}}')


async def test_a_call_is_signed_and_names_its_operation() -> None:
    answers = Answers(OK)
    assert await caller(answers).call(SERVICE, "GetItem", {"TableName": "t"}) == {"Item": {}}
    (request,) = answers.asked
    assert request.headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA1/")
    assert json.loads(request.content) == {"TableName": "t"}


@pytest.mark.parametrize(
    "trouble",
    [
        httpx2.RemoteProtocolError("a connection that went stale in a freeze"),
        httpx2.ReadTimeout("nothing came"),
        error("ProvisionedThroughputExceededException"),
        error("TransactionConflictException"),
        error("InternalServerError", 500),
        httpx2.Response(503, content=b"<html>"),
        error(
            "TransactionCanceledException",
            CancellationReasons=[{"Code": "None"}, {"Code": "TransactionConflict"}],
        ),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
async def test_what_passes_is_asked_again(trouble: httpx2.Response | Exception) -> None:
    answers = Answers(trouble, trouble, OK)
    assert await caller(answers).call(SERVICE, "PutItem", {}) == {"Item": {}}
    assert len({request.content for request in answers.asked}) == 1


async def test_a_connection_that_went_stale_is_no_reason_to_wait() -> None:
    answers = Answers(httpx2.RemoteProtocolError("gone"), OK)
    began = virtual_time.clock()
    await caller(answers).call(SERVICE, "PutItem", {})
    assert virtual_time.clock() == began


@pytest.mark.parametrize(
    "reasons",
    [["ConditionalCheckFailed", "None"], ["ConditionalCheckFailed", "TransactionConflict"]],
)
async def test_a_condition_that_did_not_hold_is_told(reasons: list[str]) -> None:
    coded = [{"Code": code} for code in reasons]
    answers = Answers(error("TransactionCanceledException", CancellationReasons=coded))
    with pytest.raises(Refused, match="TransactionCanceledException"):
        await caller(answers).call(SERVICE, "TransactWriteItems", {})


async def test_what_does_not_pass_within_its_time_is_unavailable() -> None:
    answers = Answers(*[error("ThrottlingException")] * 100)
    began = virtual_time.clock()
    with pytest.raises(StoreUnavailable, match="ThrottlingException"):
        await caller(answers).call(SERVICE, "PutItem", {}, within_s=3)
    assert 2 < virtual_time.clock() - began <= 3
    assert len(answers.asked) < 20


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("AccessDenied", "the right to do it"),
        ("AccessDeniedException", "the right to do it"),
        ("ResourceNotFoundException", r"\[aws\] table"),
        ("UnrecognizedClientException", "credentials"),
    ],
)
async def test_what_never_passes_names_its_mend(code: str, mend: str) -> None:
    answers = Answers(error(code))
    with pytest.raises(StoreUnavailable, match=mend):
        await caller(answers).call(SERVICE, "PutItem", {})


# ── credentials ───────────────────────────────────────────────────────────────


async def test_without_credentials_it_is_said_how_to_give_them() -> None:
    with pytest.raises(SettingsError, match="AWS_ACCESS_KEY_ID"):
        caller(Answers(), {})


class Role:
    """The place where a container gets its keys: each time others, for an hour."""

    def __init__(self) -> None:
        self.given = 0
        self.is_down = False
        self.headers: list[str | None] = []
        self.refuses_first = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host != "169.254.170.2":
            credential = request.headers["authorization"]
            refused = self.refuses_first and "Credential=ROLE1/" in credential
            return error("ExpiredTokenException") if refused else OK
        if self.is_down:
            return httpx2.Response(500)
        self.given += 1
        self.headers.append(request.headers.get("authorization"))
        ends = virtual_time.clock() + 3_600
        keys = {"AccessKeyId": f"ROLE{self.given}", "SecretAccessKey": "s", "Token": "t"}
        return httpx2.Response(200, json={**keys, "Expiration": stamp(ends)})


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_a_containers_keys_are_asked_for_once_and_renewed_in_time(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("let me in\n")
    role = Role()
    calling = caller(role, {**TASK, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)})
    for _ in range(3):
        await calling.call(SERVICE, "GetItem", {})
    assert role.given == 1
    await asyncio.sleep(3_400)
    await calling.call(SERVICE, "GetItem", {})
    assert role.given == 2
    assert role.headers == ["let me in"] * 2


async def test_keys_that_were_refused_are_asked_for_anew() -> None:
    role = Role()
    role.refuses_first = True
    assert await caller(role, TASK).call(SERVICE, "GetItem", {}) == {"Item": {}}
    assert role.given == 2


async def test_keys_that_still_hold_are_used_while_no_new_ones_come() -> None:
    role = Role()
    calling = caller(role, TASK)
    await calling.call(SERVICE, "GetItem", {})
    role.is_down = True
    await asyncio.sleep(3_400)
    assert await calling.call(SERVICE, "GetItem", {}) == {"Item": {}}
    await asyncio.sleep(3_600)
    with pytest.raises(StoreUnavailable, match="give the task a role"):
        await calling.call(SERVICE, "GetItem", {})
