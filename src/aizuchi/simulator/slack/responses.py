"""Answers to a command or a click: in its acknowledgement, or at its `response_url`."""

import json
from typing import Any, NamedTuple

from aizuchi.simulator.slack.blocks import check_blocks
from aizuchi.simulator.slack.deliveries import Ack
from aizuchi.simulator.slack.refusals import Refused
from aizuchi.simulator.slack.state import Happened, State
from aizuchi.simulator.slack.things import Message, ResponseUrl, User

USES = 5
LASTS_S = 1_800.0
FIELDS = frozenset(
    {"text", "blocks", "attachments", "response_type", "replace_original", "delete_original"}
    | {"unfurl_links", "unfurl_media", "thread_ts", "metadata", "mrkdwn"}
)
SLACKBOT = "USLACKBOT"


class Told(NamedTuple):
    """What Slack answers at a `response_url`."""

    status: int
    body: str
    kind: str = "text/plain"


def respond(state: State, path: str, body: bytes) -> Told:
    """A use of a `response_url`."""
    place = state.response_urls.get(path)
    if place is None:
        return _refusal(state, "invalid_url")
    if state.clock() >= place.made_at + LASTS_S:
        return _refusal(state, "expired_url")
    if place.used >= USES:
        return _refusal(state, "used_url")
    try:
        given = _fields(body)
        place.used += 1
        show(state, place, given, made_by="response_url")
    except Refused as refused:
        return _refusal(state, refused.error, 400)
    return Told(200, "ok")


def _refusal(state: State, error: str, status: int = 404) -> Told:
    if state.points.response_url_errors == "json":
        return Told(status, json.dumps({"ok": False, "error": error}), "application/json")
    return Told(status, error)


def _fields(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        raise Refused("invalid_payload") from None
    if not isinstance(given, dict):
        raise Refused("invalid_payload")
    return given


def show(state: State, place: ResponseUrl, given: dict[str, Any], *, made_by: str) -> None:
    """Shows an answer where its command or click was; raises Refused if there is none to show."""
    for name in given.keys() - FIELDS:
        state.complain(f"{made_by} knows no field {name!r}")
    original = state.messages.get((place.channel, place.message))
    if original and given.get("delete_original"):
        original.deleted = True
        state.tell(Happened("deleted", place.channel, place.user, original))
        return
    blocks = given.get("blocks") or []
    check_blocks(blocks, state.measure.length)
    if not given.get("text") and not blocks:
        raise Refused("no_text")
    if original and given.get("replace_original"):
        original.text, original.blocks, original.markdown = given.get("text", ""), blocks, ""
        original.edited_at = state.next_ts()
        return
    state.add(_message(state, place, given, made_by))


def _message(state: State, place: ResponseUrl, given: dict[str, Any], made_by: str) -> Message:
    team = state.teams[state.channels[place.channel].team]
    thread = given.get("thread_ts") or place.thread
    message = Message(state.next_ts(), place.channel, team.bot_user, thread=thread)
    message.app, message.made_by = state.app_id, made_by
    message.text, message.blocks = given.get("text", ""), given.get("blocks") or []
    message.unfurls = not (given.get("unfurl_links") is given.get("unfurl_media") is False)
    if given.get("response_type") != "in_channel":
        message.ephemeral_to = place.user
    return message


def acknowledged(state: State, path: str, ack: Ack, said: str) -> None:
    """What an acknowledgement shows of a command: an answer, nothing, or that it failed."""
    place = state.response_urls[path]
    if not ack.is_good:
        _failed(state, place, ack, said)
        return
    given = _answer(ack.body)
    if given.get("response_type") == "in_channel":
        _echo(state, place, said)
    if given.get("text") or given.get("blocks"):
        try:
            show(state, place, given, made_by="ack")
        except Refused as refused:
            state.complain(f"the acknowledgement of {said}: {refused.error}")


def _failed(state: State, place: ResponseUrl, ack: Ack, said: str) -> None:
    """Slack itself tells the person that wrote it."""
    state.users.setdefault(SLACKBOT, User(SLACKBOT, "Slackbot", "", is_bot=True))
    code = "operation_timeout" if ack.reason == "http_timeout" else "dispatch_failed"
    message = Message(state.next_ts(), place.channel, SLACKBOT)
    message.text = f"{said.split(maxsplit=1)[0]} failed with the error “{code}”"
    message.ephemeral_to = place.user
    state.add(message)


def _echo(state: State, place: ResponseUrl, said: str) -> None:
    """The command itself, for all to see; no event tells of it."""
    message = Message(state.next_ts(), place.channel, place.user)
    message.text = said
    state.messages[place.channel, message.ts] = message


def _answer(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    return given if isinstance(given, dict) else {"text": body.decode(errors="replace")}
