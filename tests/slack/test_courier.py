"""Slack's errors by what they mean, what is private, and what is found again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx2
import pytest

from aizuchi.calling import Caller
from aizuchi.operations import (
    AppendStream,
    Busy,
    CloseStream,
    DeletePage,
    Doubtful,
    EditPage,
    Ended,
    Find,
    OpenStream,
    Operation,
    PostPage,
    Receipt,
    Refused,
    Sent,
    ShowEnd,
    ShowWorking,
)
from aizuchi.pace import LocalPace
from aizuchi.simulator.slack import FakeSlack, Fault, Person, SlackTransport, app_of
from aizuchi.surfaces.slack import BUDGETS
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.courier import SlackCourier
from aizuchi.surfaces.slack.mends import MENDS
from aizuchi.surfaces.slack.webapi import WebApi
from aizuchi.testing import virtual_time

POST, OPEN = PostPage(1, "Yes.", "key"), OpenStream(1, "Yes", "key")


class Desk(NamedTuple):
    """A courier, and the thread in which it works."""

    slack: FakeSlack
    courier: SlackCourier
    ann: Person
    reply_to: Mapping[str, str]

    async def do(self, operation: Operation) -> Receipt:
        return await self.courier.perform(operation, self.reply_to)

    async def sent(self, operation: Operation) -> str:
        receipt = await self.do(operation)
        assert isinstance(receipt, Sent)
        return receipt.ref


@asynccontextmanager
async def desk(**address: str) -> AsyncIterator[Desk]:
    slack = FakeSlack(virtual_time.clock)
    ann = slack.person("ann")
    said = await ann.says("Is it so?", slack.general)
    transport = SlackTransport(app_of(slack))
    async with httpx2.AsyncClient(transport=transport, timeout=5) as client:
        where = Address(
            kind="mention",
            team=slack.team.id,
            channel=slack.general.id,
            user=ann.id,
            user_team=slack.team.id,
            ts=said.ts,
            thread_ts=said.ts,
        )
        reply_to = {**where.to_mapping(), **address}
        api = WebApi(client, slack.api_base, {"": slack.bot_token})
        yield Desk(slack, SlackCourier(api), ann, reply_to)
    await slack.close()


@pytest.mark.parametrize(
    ("fault", "receipt"),
    [
        (Fault(status=429, retry_after=7), Busy(7.0)),
        (Fault(error="ratelimited"), Busy(2.0)),
        (Fault(error="rate_limited"), Busy(2.0)),
        (Fault(status=503), Doubtful()),
        (Fault(error="internal_error"), Doubtful()),
        (Fault(error="fatal_error"), Doubtful()),
        (Fault(lost="call"), Doubtful()),
        (Fault(lost="reply"), Doubtful()),
        (Fault(delay_s=20.0), Doubtful()),
        (Fault(error="token_revoked"), Refused("token_revoked", MENDS["token_revoked"])),
        (Fault(error="missing_scope"), Refused("missing_scope", MENDS["missing_scope"])),
        (Fault(error="some_new_error"), Refused("some_new_error")),
    ],
)
async def test_what_a_reply_means(fault: Fault, receipt: Receipt) -> None:
    async with desk() as at:
        at.slack.faults.order(fault, "chat.postMessage")
        assert await at.do(POST) == receipt
        assert len([call for call in at.slack.state.calls if call.method != "auth.test"]) == 1


async def test_a_connection_that_is_not_made_leaves_no_doubt() -> None:
    async with httpx2.AsyncClient() as client:
        api = WebApi(client, "http://127.0.0.1:1/api/", {"": "xoxb-1"})
        assert await api.call("chat.postMessage", "T1", {}) == Busy(2.0)


async def test_a_workspace_without_a_token_says_so() -> None:
    async with httpx2.AsyncClient() as client:
        api = WebApi(client, "http://127.0.0.1:1/api/", {"T2": "xoxb-2"})
        assert await api.call("chat.postMessage", "T1", {}) == Refused(
            "no_token", MENDS["no_token"]
        )


async def test_a_stream_that_is_over_is_an_end() -> None:
    async with desk() as at:
        ref = await at.sent(OPEN)
        assert isinstance(await at.do(AppendStream(1, ref, ", it is.")), Sent)
        assert await at.do(EditPage(1, ref, "No.", key="key")) == Ended("expired")
        assert isinstance(await at.do(CloseStream(1, ref, "", "Yes, it is.", final=True)), Sent)
        assert await at.do(CloseStream(1, ref, "", "Yes, it is.")) == Ended("expired")
        assert isinstance(await at.do(DeletePage(1, ref)), Sent)
        assert await at.do(DeletePage(1, ref)) == Ended("gone")


async def test_a_reader_who_stops_a_stream_ends_it() -> None:
    async with desk() as at:
        ref = await at.sent(OPEN)
        await at.ann.stops(at.slack.general, at.reply_to["thread_ts"])
        assert await at.do(AppendStream(1, ref, "!")) == Ended("stopped_by_reader")


async def test_a_workspace_without_streams_is_asked_once() -> None:
    async with desk() as at:
        at.slack.state.has_streams = False
        for _ in range(2):
            assert isinstance(await at.do(OPEN), Refused)
        assert at.slack.methods_called() == ["chat.startStream"]
        assert at.courier.budgets(OPEN, at.reply_to) == ()


async def test_a_stream_is_opened_only_if_there_is_room_to_close_it() -> None:
    async with desk() as at:
        team, close = at.slack.team.id, CloseStream(1, "1.0", "", "Yes")
        pace = LocalPace(asyncio.get_running_loop().time, BUDGETS)
        caller = Caller(at.courier, pace, team, at.reply_to, call_timeout_s=5.0)
        for _ in range(BUDGETS["chat.stopStream"].burst):
            await pace.take(team, "chat.stopStream", final=True)
        assert await caller.wait_for(OPEN, final=False) > 0
        assert await caller.wait_for(close, final=True) == 0, "an open one has its room already"


async def test_a_way_of_showing_work_that_fails_here_is_followed_by_the_next() -> None:
    async with desk() as at:
        at.slack.faults.order(Fault(error="some_new_error"), "agents.sessions.setStatus")
        for _ in range(2):
            assert await at.do(ShowWorking("Thinking…")) == Sent()
    session, status = "agents.sessions.setStatus", "assistant.threads.setStatus"
    assert at.slack.methods_called() == [session, status, status]


async def test_a_session_is_taken_off_work_once() -> None:
    async with desk() as at:
        await at.do(ShowWorking("Thinking…"))
        ref = await at.sent(OPEN)
        await at.do(CloseStream(1, ref, "", "Yes", final=True))
        assert await at.do(ShowEnd(well=True)) == Sent()
        assert at.slack.methods_called().count("agents.sessions.setStatus") == 1
        at.slack.assert_clean()


async def test_another_process_takes_the_session_off_work_to_be_sure() -> None:
    async with desk() as at:
        await at.do(ShowWorking("Thinking…"))
    async with desk() as other:
        await other.do(ShowEnd(well=True))
        assert other.slack.methods_called() == ["agents.sessions.setStatus"]


async def test_what_is_private_is_seen_by_one() -> None:
    async with desk() as at:
        bob = at.slack.person("bob")
        await at.sent(POST._replace(private=True))
        assert "Yes." in at.slack.transcript(at.ann)
        assert "Yes." not in at.slack.transcript(bob)


async def test_what_is_private_goes_to_direct_messages_before_it_goes_to_all() -> None:
    async with desk() as at:
        at.slack.faults.order(Fault(error="user_not_in_channel"), "chat.postEphemeral")
        await at.sent(POST._replace(private=True))
        assert "Yes." in at.slack.transcript(at.ann, at.ann.direct)


async def test_what_can_only_be_shown_to_all_is_not_shown() -> None:
    async with desk() as at:
        at.slack.faults.order(Fault(error="user_not_in_channel"), "chat.postEphemeral")
        at.slack.faults.order(Fault(error="messages_tab_disabled"), "chat.postMessage")
        assert await at.do(POST._replace(private=True)) == Refused("messages_tab_disabled")
        assert "Yes." not in at.slack.transcript(at.ann)


async def test_a_post_is_found_by_its_marker_among_others() -> None:
    async with desk() as at:
        await at.sent(POST._replace(key="another"))
        since = virtual_time.clock()
        at.slack.faults.order(Fault(lost="reply"), "chat.postMessage")
        assert await at.do(POST) == Doubtful()
        await at.ann.says("Well?", at.slack.general, at.reply_to["thread_ts"])
        found = await at.courier.find(Find(1, "key", since), at.reply_to)
        assert isinstance(found, Sent)
        assert at.slack.state.messages[at.slack.general.id, found.ref].metadata
        assert await at.courier.find(Find(1, "key", since, (found.ref,)), at.reply_to) is None


async def test_a_stream_is_found_as_our_message_that_nobody_knows() -> None:
    async with desk() as at:
        earlier = await at.sent(OPEN)
        await at.do(CloseStream(1, earlier, "", "Yes", final=True, key="earlier"))
        at.slack.faults.order(Fault(lost="reply"), "chat.startStream")
        since = virtual_time.clock()
        assert await at.do(OPEN) == Doubtful()
        found = await at.courier.find(Find(1, "key", since), at.reply_to)
        assert isinstance(found, Sent)
        assert found.ref != earlier


async def test_what_was_never_made_is_not_found() -> None:
    async with desk() as at:
        at.slack.faults.order(Fault(lost="call"), "chat.startStream")
        assert await at.do(OPEN) == Doubtful()
        assert await at.courier.find(Find(1, "key", virtual_time.clock()), at.reply_to) is None


@pytest.mark.parametrize(("kind", "private"), [("command", False), ("mention", True)])
async def test_what_no_thread_shows_cannot_be_looked_for(kind: str, private: bool) -> None:
    lost = Find(1, "key", 0.0, private=private)
    async with desk(kind=kind) as at:
        assert at.courier.budgets(lost, at.reply_to) == ()
        assert isinstance(await at.courier.find(lost, at.reply_to), Refused)
        assert at.slack.methods_called() == []


async def test_a_withheld_history_is_remembered() -> None:
    async with desk() as at:
        token = at.slack.state.token_of(at.slack.team.id)
        token.scopes = frozenset(scope for scope in token.scopes if "history" not in scope)
        where = Address.from_mapping(at.reply_to)
        assert at.courier.finder.may_look(where)
        await at.courier.finder.learn(where.team)
        assert not at.courier.finder.may_look(where)


async def test_links_are_never_previewed() -> None:
    async with desk() as at:
        ref = await at.sent(POST)
        await at.do(EditPage(1, ref, "See https://example.org", key="key"))
        await at.sent(POST._replace(private=True))
        for call in at.slack.state.calls:
            assert call.arguments["unfurl_links"] is call.arguments["unfurl_media"] is False
        await asyncio.sleep(0)
