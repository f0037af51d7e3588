"""What an event of Slack asks: one sentence is one turn, in its thread, and noise is none."""

from typing import Any

import pytest
from tests.slack.payloads import (
    ANN,
    AUTHORIZATION,
    BOT,
    CHANNEL,
    DIRECT,
    TEAM,
    THREAD,
    TS,
    as_form,
    as_json,
    direct,
    envelope,
    event_request,
    mention,
    message,
    messages,
    reception,
    said,
    signed,
    status,
)

from aizuchi.access import may_enter
from aizuchi.events import Event, Place, Sender, Signal
from aizuchi.surfaces.slack.address import STOP_ACTION, Address
from aizuchi.surfaces.slack.inbound import Manner, SlackSurface

FOLLOWING = Manner(follow_threads=True)


def test_a_mention_is_answered_in_the_thread_that_it_begins() -> None:
    asked = message(mention())
    assert asked.turn_id == f"slack:{TS}:{TEAM}:{CHANNEL}"
    assert asked.conversation == f"slack:{TS}:{TEAM}:{CHANNEL}"
    assert asked.place == Place(f"slack:{TEAM}:{CHANNEL}", "shared")
    assert (asked.tenant, asked.ref, asked.text) == (TEAM, TS, "Is it raining?")
    assert asked.sender == Sender(ANN, groups=(TEAM,))


def test_the_address_says_all_that_an_answer_needs() -> None:
    asked = message(mention(thread_ts=THREAD))
    address = Address.from_mapping(asked.reply_to)
    assert address == Address(
        kind="mention",
        team=TEAM,
        channel=CHANNEL,
        user=ANN,
        user_team=TEAM,
        ts=TS,
        thread_ts=THREAD,
    )
    assert address.to_mapping() == asked.reply_to


def test_a_mention_in_a_thread_belongs_to_that_thread() -> None:
    asked = message(mention(thread_ts=THREAD))
    assert asked.conversation == f"slack:{THREAD}:{TEAM}:{CHANNEL}"
    assert asked.turn_id == f"slack:{TS}:{TEAM}:{CHANNEL}"


@pytest.mark.parametrize("manner", [Manner(), FOLLOWING])
@pytest.mark.parametrize("thread", [{}, {"thread_ts": THREAD}])
@pytest.mark.parametrize("text", [f"<@{BOT}> Hi", f"Hi <@{BOT}>", f"<@{BOT}|mai> Hi"])
def test_twin_events_of_one_sentence_are_the_same_message(
    manner: Manner, thread: dict[str, str], text: str
) -> None:
    as_mention = message(mention(text, **thread), manner)
    as_message = message(said(text, **thread), manner, event_id="Ev2")
    assert as_mention == as_message
    assert as_mention.text == "Hi"


def test_a_direct_message_is_private_and_begins_a_thread_of_its_own() -> None:
    asked = message(direct())
    assert asked.conversation == f"slack:{TS}:{TEAM}:{DIRECT}"
    assert asked.place == Place(f"slack:{TEAM}:{DIRECT}", "private")
    assert Address.from_mapping(asked.reply_to).kind == "direct"


def test_a_reply_in_a_direct_thread_stays_in_it() -> None:
    assert message(direct(thread_ts=THREAD)).conversation == f"slack:{THREAD}:{TEAM}:{DIRECT}"


@pytest.mark.parametrize("kind", ["mpim", "group", "channel"])
def test_where_others_read_along_only_a_mention_asks(kind: str) -> None:
    assert messages(said("Is it raining?", channel_type=kind)) == []
    assert message(said(f"<@{BOT}> Hm?", channel_type=kind)).place.audience == "shared"


def test_a_followed_thread_is_joined_only_where_we_are_already() -> None:
    asked = message(said("And tomorrow?", thread_ts=THREAD), FOLLOWING)
    assert asked.joins
    assert Address.from_mapping(asked.reply_to).kind == "thread"
    assert not message(said(f"<@{BOT}> And tomorrow?", thread_ts=THREAD), FOLLOWING).joins


@pytest.mark.parametrize("event", [said("Hello all"), said("Hello all", thread_ts=TS)])
def test_what_begins_a_thread_is_not_followed(event: dict[str, Any]) -> None:
    assert messages(event, FOLLOWING) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"bot_id": "B1"},
        {"user": BOT},
        {"app_id": "A0MDYCDME"},
        {"hidden": True},
        {"edited": {"user": ANN, "ts": TS}},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"user": None},
        {"user": ""},
    ],
)
@pytest.mark.parametrize("event", [mention(), direct(), said("And?", thread_ts=THREAD)])
def test_what_no_person_wrote_anew_is_ignored(
    event: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert messages({**event, **changed}, FOLLOWING) == []


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_a_file_or_a_broadcast_is_written_by_a_person(subtype: str) -> None:
    assert message(mention(subtype=subtype)).text == "Is it raining?"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_home_opened", "user": ANN, "channel": DIRECT, "tab": "messages"},
        {"type": "reaction_added", "user": ANN},
        {"type": "something_new_in_2027"},
        {"type": 7},
        {},
    ],
)
def test_an_event_that_we_do_not_know_is_acknowledged(event: dict[str, Any]) -> None:
    assert messages(event) == []
    assert status(event_request(event)) == 200


@pytest.mark.parametrize("kind", ["app_rate_limited", "something_new"])
def test_an_envelope_that_we_do_not_know_is_acknowledged(kind: str) -> None:
    assert status(signed(as_json({"type": kind, "team_id": TEAM}))) == 200


@pytest.mark.parametrize("text", [f"<@{BOT}>", f" <@{BOT}> \n", f"<@{BOT}>:", ""])
def test_a_mention_without_a_question_asks_for_the_greeting(text: str) -> None:
    asked = message(mention(text))
    assert (asked.text, asked.command) == ("", "greeting")


@pytest.mark.parametrize("before", ["", f"<@{BOT}> ", f"<@{BOT}>: ", f"<@{BOT}>\xa0"])
def test_reset_is_the_whole_text(before: str) -> None:
    assert message(mention(f"{before}reset")).text == "reset"


def test_only_our_own_mention_is_taken_away() -> None:
    asked = message(mention(f"<@{BOT}> ask <@U2> and <@{BOT}X> about <@{BOT}|mai> please"))
    assert asked.text == f"ask <@U2> and <@{BOT}X> about please"


def test_without_an_authorization_a_mention_is_what_the_text_begins_with() -> None:
    asked = message(mention("<@U9> Hi <@U2>"), authorizations=None)
    assert (asked.tenant, asked.text) == (TEAM, "Hi <@U2>")
    assert message(direct("<@U9> said so"), authorizations=None).text == "<@U9> said so"


# ── who is of another organisation ────────────────────────────────────────────

IN_ORGANISATION = {"authorizations": [{**AUTHORIZATION, "enterprise_id": "E1"}]}


@pytest.mark.parametrize(
    ("writer", "around", "outside"),
    [
        ({"team": TEAM}, {}, False),
        ({"team": TEAM}, {"is_ext_shared_channel": True}, False),
        ({"team": "T9"}, {}, True),
        ({"user_team": "T9", "team": TEAM}, {"is_ext_shared_channel": True}, True),
        ({"user_team": TEAM, "team": "T9"}, {"is_ext_shared_channel": True}, False),
        ({"source_team": "T9", "team": TEAM}, {"is_ext_shared_channel": True}, True),
        ({"team": None}, {}, False),
        ({"team": None}, {"is_ext_shared_channel": True}, True),
        ({"team": None}, {"is_ext_shared_channel": None}, False),
        ({"team": "E1"}, IN_ORGANISATION, False),
        ({"team": "T9"}, IN_ORGANISATION, False),
        ({"team": "T9"}, {**IN_ORGANISATION, "is_ext_shared_channel": True}, True),
        ({"team": "T9"}, {**IN_ORGANISATION, "is_ext_shared_channel": None}, True),
        ({"team": "T9"}, {"team_id": "T9", "is_ext_shared_channel": True}, True),
    ],
)
def test_the_writers_own_team_says_who_is_outside(
    writer: dict[str, Any], around: dict[str, Any], outside: bool
) -> None:
    asked = message(mention(**writer), **around)
    assert asked.sender.outside == outside
    assert asked.tenant == TEAM


@pytest.mark.parametrize("allow", [ANN, f"slack:{ANN}", "T9", "slack:T9"])
def test_somebody_from_outside_can_be_let_in(allow: str) -> None:
    asked = message(mention(team="T9"), is_ext_shared_channel=True)
    assert not may_enter(asked, ())
    assert may_enter(asked, (allow,))


# ── stopping ──────────────────────────────────────────────────────────────────


def test_a_stop_reaches_the_thread_that_it_was_pressed_in() -> None:
    event = {
        "type": "agent_session_stopped",
        "channel": DIRECT,
        "user": ANN,
        "thread_ts": THREAD,
        "streaming_message_ts": [TS],
        "event_ts": TS,
    }
    got = reception(event_request(event))
    assert got.signals == (Signal("stop", f"slack:{THREAD}:{TEAM}:{DIRECT}", ANN),)
    assert got.messages == ()


def click(action: str) -> bytes:
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": ANN},
        "channel": {"id": CHANNEL},
        "message": {"ts": TS, "thread_ts": THREAD},
        "actions": [{"action_id": action, "value": "x"}],
    }
    return as_form({"payload": as_json(payload).decode()})


def test_our_own_button_stops_too_and_any_other_click_is_acknowledged() -> None:
    stopped = reception(signed(click(STOP_ACTION)))
    assert stopped.signals == (Signal("stop", f"slack:{THREAD}:{TEAM}:{CHANNEL}", ANN),)
    assert reception(signed(click("else"))).signals == ()
    assert status(signed(click("else"))) == 200


def test_a_socket_brings_the_same_message_as_a_request() -> None:
    event = Event("events_api", None, envelope(mention()))
    assert SlackSurface([]).read(event, now=0).messages == (message(mention()),)
