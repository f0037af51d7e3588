"""A question with two buttons, and the click on one of them. Pure; it imports almost nothing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.answers import Consent
from aizuchi.consent import Decision, Verdict, decision_id
from aizuchi.events import Audience, Message, Place, Sender
from aizuchi.surfaces.slack.address import NAME, Address, conversation_of
from aizuchi.surfaces.slack.callbacks import Malformed, id_of, optional_id, text_of
from aizuchi.words import language_of, say

VERDICTS: Mapping[str, Verdict] = {"aizuchi_yes": "yes", "aizuchi_no": "no"}
"""The `action_id` of our buttons, and what a click on them says."""

KINDS = ("mention", "direct", "thread", "command")


def buttons(consent: Consent, text: str, address: Address) -> Mapping[str, Any]:
    """The block below a question. What a button carries only we can write, and Slack signs it."""
    language = language_of(text)
    carried = {
        "turn": consent.turn_id,
        "digest": consent.digest,
        "asker": consent.asker,
        "kind": address.kind,
        "ephemeral": address.ephemeral,
    }
    value = json.dumps(carried, separators=(",", ":"))
    return {
        "type": "actions",
        "block_id": "aizuchi_consent",
        "elements": [
            {
                "type": "button",
                "action_id": action,
                "style": "primary" if verdict == "yes" else "danger",
                "text": {"type": "plain_text", "text": say(f"button_{verdict}", language)},
                "value": value,
            }
            for action, verdict in VERDICTS.items()
        ],
    }


def asking(consent: Consent, text: str, address: Address) -> Sequence[Mapping[str, Any]]:
    """A question as the blocks of a message."""
    return [{"type": "markdown", "text": text}, buttons(consent, text, address)]


def decision_of(payload: Mapping[str, Any], action: Mapping[str, Any]) -> Message:
    """The message that a click on one of the buttons is.

    Raises:
        Malformed: it is none that Slack would send for them.
    """
    carried = _carried(text_of(action, "value"))
    address = _address(payload, carried)
    user = _inner(payload, "user")
    decision = Decision(VERDICTS[text_of(action, "action_id")], carried["digest"], carried["asker"])
    return Message(
        turn_id=decision_id(carried["turn"]),
        surface=NAME,
        tenant=address.team,
        conversation=_conversation(address, carried["asker"]),
        place=_place(address, carried["asker"]),
        sender=Sender(address.user, text_of(user, "name"), (address.user_team,)),
        text="",
        reply_to=address.to_mapping(),
        decides=str(decision),
    )


def _carried(value: str) -> Mapping[str, Any]:
    try:
        carried = json.loads(value)
    except (ValueError, RecursionError):
        raise Malformed("value") from None
    if not isinstance(carried, dict) or carried.get("kind") not in KINDS:
        raise Malformed("value")
    for name in ("turn", "digest", "asker"):
        if not isinstance(carried.get(name), str) or not carried[name]:
            raise Malformed(name)
    return carried


def _address(payload: Mapping[str, Any], carried: Mapping[str, Any]) -> Address:
    """Where the click was made, which is where its answer goes."""
    user, team = _inner(payload, "user"), id_of(_inner(payload, "team"), "id")
    is_command = carried["kind"] == "command"
    return Address(
        kind=carried["kind"],
        team=team,
        channel=id_of(_inner(payload, "channel"), "id"),
        user=id_of(user, "id"),
        user_team=optional_id(user, "team_id") or team,
        thread_ts="" if is_command else _thread_ts(payload),
        response_url=text_of(payload, "response_url") if is_command else "",
        ephemeral=bool(carried.get("ephemeral")),
    )


def _thread_ts(payload: Mapping[str, Any]) -> str:
    message = _inner(payload, "message")
    return optional_id(message, "thread_ts") or id_of(message, "ts")


def _conversation(address: Address, asker: str) -> str:
    if address.kind != "command":
        return conversation_of(address.team, address.channel, address.thread_ts)
    audience = "private" if address.ephemeral else "shared"
    return f"{NAME}:{address.team}:{address.channel}:{asker}:{audience}"


def _place(address: Address, asker: str) -> Place:
    whole = f"{NAME}:{address.team}:{address.channel}"
    if address.kind == "command" and address.ephemeral:
        return Place(f"{whole}:{asker}", "private")
    audience: Audience = "private" if address.kind == "direct" else "shared"
    return Place(whole, audience)


def _inner(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    if not isinstance(value, dict):
        raise Malformed(name)
    return value
