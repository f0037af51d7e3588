"""Whatever comes back from Slack, or from somebody in between, no exception of it goes further."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.slack.payloads import ANN, BOT, CHANNEL, TEAM, THREAD, TS, mention, message

from aizuchi.history import Overheard
from aizuchi.operations import (
    AppendStream,
    AttachFile,
    Busy,
    CloseStream,
    DeletePage,
    EditPage,
    Find,
    OpenStream,
    Operation,
    PostPage,
    ShowEnd,
    ShowWorking,
)
from aizuchi.pace import LocalPace
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.courier import SlackCourier
from aizuchi.surfaces.slack.names import Names
from aizuchi.surfaces.slack.overhearing import overhear
from aizuchi.surfaces.slack.webapi import LONGEST_PAUSE_S, WebApi
from aizuchi.testing import virtual_time

OPERATIONS: Sequence[Operation] = (
    ShowWorking("Thinking…"),
    OpenStream(1, "Yes", "key"),
    AppendStream(1, TS, ", it is."),
    CloseStream(1, TS, "", "Yes, it is.", final=True),
    PostPage(1, "Yes.", "key"),
    PostPage(1, "No.", "key", private=True),
    EditPage(1, TS, "Yes."),
    DeletePage(1, TS),
    AttachFile(1, TS, "answer.md", "Yes."),
    ShowEnd(well=False),
)
THREADED = Address("mention", TEAM, CHANNEL, ANN, TEAM, ts=TS, thread_ts=THREAD)
COMMAND = Address("command", TEAM, CHANNEL, ANN, response_url="https://hooks.slack.com/x")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just(TS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)
of_a_message = ("ts", "user", "text", "metadata", "user_profile", "bot_id")
of_a_reply = ("error", "ts", "message_ts", "user", "team_id")
messages = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(of_a_message, anything),
            "ts": st.sampled_from([TS, THREAD, "1.", "x", ""]) | anything,
            "user": st.sampled_from([BOT, ANN]) | anything,
        },
    )
    | anything,
    max_size=3,
)
fields = st.fixed_dictionaries(
    {"ok": st.just(True) | st.booleans(), "user_id": st.just(BOT) | anything},
    optional={
        **dict.fromkeys(of_a_reply, anything),
        "messages": messages | anything,
        "response_metadata": anything | st.fixed_dictionaries({"next_cursor": anything}),
    },
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "retry-after": st.sampled_from(["3", "-1", "0x1", "9" * 400, "Mon", ""]),
        "x-oauth-scopes": st.sampled_from(["users:read,channels:history", ",,", "?"]),
        "content-encoding": st.sampled_from(["gzip", "br", "nonsense"]),
    },
)
statuses = st.sampled_from([200, 200, 200, 302, 404, 429, 500])


def api_that_says(status: int, headers: Mapping[str, str], content: bytes) -> WebApi:
    """Answers every call in the same way."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        stream = httpx2.ByteStream(content)
        return httpx2.Response(status, headers=dict(headers), stream=stream)

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    return WebApi(client, "https://slack.com/api/", {"": "xoxb-1"})


async def do_all(api: WebApi) -> Sequence[Overheard]:
    courier = SlackCourier(api)
    for address in (THREADED, COMMAND):
        for operation in OPERATIONS:
            await courier.perform(operation, address.to_mapping())
        await courier.find(Find(1, "key", 0.0), address.to_mapping())
    asked = message(mention(thread_ts=THREAD))
    return await overhear(api, courier.finder, Names(api, asks=True), LocalPace(), asked)


@given(statuses, headers, fields | anything)
def test_no_reply_raises(status: int, headers: Mapping[str, str], reply: Any) -> None:
    virtual_time.run(do_all(api_that_says(status, headers, json.dumps(reply).encode())))


@pytest.mark.parametrize("body", [b"", b"ok", b"\xff\xfe", b"[" * 100_000, b'{"ok":true', b"7"])
def test_what_is_no_json_is_none(body: bytes) -> None:
    virtual_time.run(do_all(api_that_says(200, {}, body)))


@pytest.mark.parametrize("given_s", ["86400", "9" * 400])
async def test_nobody_waits_longer_than_an_hour_because_of_a_429(given_s: str) -> None:
    api = api_that_says(429, {"retry-after": given_s}, b"")
    assert await api.call("chat.postMessage", TEAM, {}) == Busy(LONGEST_PAUSE_S)


@given(st.text(max_size=60) | st.sampled_from(["http://[::1", "https://", "file:///etc/passwd"]))
def test_no_address_raises(url: str) -> None:
    async def respond() -> Any:
        return await api_that_says(200, {}, b"ok").respond(url, {"text": "Hi"})

    virtual_time.run(respond())
