"""Whatever it is sent, the fake Slack answers in Slack's form, and never breaks."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.simulator.slack_house import House, house

from aizuchi.simulator.slack.blocks import check_blocks, shown
from aizuchi.simulator.slack.methods import METHODS
from aizuchi.simulator.slack.refusals import Refused

NASTY: list[Any] = [
    *(None, True, 0, -1, 5, 1.5, "", "x", "-1", "[", "{}", "[5]", "1.2.3", "x" * 50_000),
    *([], [5], [None], [[]], [{}], [{"type": []}], [{"type": "section", "text": 5}]),
    *({}, "\ud800", {"event_type": 5}, {"type": "markdown_text"}),
]
TYPES = some.sampled_from(["section", "markdown", "actions", "table", "rich_text", "image"])
KEYS = some.sampled_from(["type", "text", "elements", "rows", "fields", "url", "title"])
JUNK = some.recursive(
    some.none() | some.integers(-9, 9) | some.text(max_size=5) | TYPES,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner, max_size=3),
)
BLOCK = some.fixed_dictionaries(
    {"type": TYPES}, optional={"text": JUNK, "elements": JUNK, "rows": JUNK, "fields": JUNK}
)


@given(some.lists(BLOCK, max_size=3))
def test_blocks_are_refused_or_can_be_shown(blocks: list[dict[str, Any]]) -> None:
    with suppress(Refused):
        check_blocks(blocks, len)
        assert all(isinstance(shown(block), str) for block in blocks)


@pytest.mark.parametrize("method", METHODS)
async def test_no_argument_breaks_a_method(method: str) -> None:
    async with house() as home:
        home.slack.state.subscribed.clear()
        good = await in_a_thread(home)
        for name in (*METHODS[method].required, *METHODS[method].optional):
            for value in NASTY:
                home.slack.advance(61)
                await answered(home, method, {**good, name: value})
        assert home.slack.transcript(home.ann)
        assert isinstance(home.slack.findings(), list)


async def answered(home: House, method: str, arguments: dict[str, Any]) -> None:
    """In a form for methods that read, else as JSON with every character escaped."""
    headers = {"authorization": f"Bearer {token_for(home, method)}"}
    body: dict[str, Any] = {"content": json.dumps(arguments)}
    if METHODS[method].reads:
        body = {"data": {name: plain(value) for name, value in arguments.items()}}
    else:
        headers["content-type"] = "application/json; charset=utf-8"
    answer = await home.client.post(home.slack.api_base + method, headers=headers, **body)
    assert answer.status_code == 200
    assert answer.json()["ok"] in (True, False)


def plain(value: Any) -> str:
    """A value as text that a form can carry."""
    return str(value).encode(errors="replace").decode()


async def in_a_thread(home: House) -> dict[str, Any]:
    """Arguments that lead most methods further than their first check."""
    said = await home.ann.mentions("hello", home.slack.general)
    ts = await home.posted(thread_ts=said.thread)
    here = {"channel": said.channel, "channel_id": said.channel, "thread_ts": said.thread}
    who = {"user": home.ann.id, "users": home.ann.id, "app_id": home.slack.state.app_id}
    what = {"text": "hello", "status": "active", "title": "x", "name": "eyes"}
    return here | who | what | {"ts": ts, "timestamp": ts}


def token_for(home: House, method: str) -> str:
    tokens = {"xapp": home.slack.app_token, "xoxe": home.slack.config_token}
    return tokens.get(METHODS[method].token, home.slack.bot_token)


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("application/json", b"\xff", "invalid_json"),
        ("application/x-www-form-urlencoded", b"\xff", "invalid_form_data"),
        ("text/plain", b"x", "invalid_post_type"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(kind: str, body: bytes, error: str) -> None:
    async with house() as home:
        url = home.slack.api_base + "auth.test"

        answer = await home.client.post(url, content=body, headers={"content-type": kind})

        assert answer.json()["error"] == error


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "invalid_payload"),
        (b"[]", "invalid_payload"),
        (b"{}", "no_text"),
        (b'{"blocks": 5}', "invalid_blocks"),
    ],
)
async def test_an_answer_to_a_command_that_cannot_be_is_refused(body: bytes, error: str) -> None:
    async with house() as home:
        said = await home.ann.command("/ask", "why?")
        url = said.deliveries[0].parcel.payload["response_url"]

        answer = await home.client.post(url, content=body)

        assert (answer.status_code, answer.text) == (400, error)


async def test_an_address_that_was_never_given_is_unknown() -> None:
    async with house() as home:
        answer = await home.client.post(f"{home.slack.address}/commands/T1/guessed", json={})

        assert (answer.status_code, answer.text) == (404, "invalid_url")
