"""The first response to an interaction: in the reply to its delivery, or by the callback route."""

from collections.abc import Mapping
from typing import Any

from aizuchi.simulator.discord.calls import Call, Form
from aizuchi.simulator.discord.components import MODAL, check_components
from aizuchi.simulator.discord.contents import ANSWERED, EDITED, Writing, write
from aizuchi.simulator.discord.messages import Answer, edited
from aizuchi.simulator.discord.payloads import message_fields
from aizuchi.simulator.discord.refusals import Problems, Refused, invalid
from aizuchi.simulator.discord.shapes import record, records
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import (
    AUTOCOMPLETE,
    CHAT_INPUT,
    CHAT_INPUT_COMMAND,
    COMMAND,
    COMPONENT,
    CONTEXT_MENU_COMMAND,
    EPHEMERAL,
    LOADING,
    MODAL_SUBMIT,
    REPLY,
    Interaction,
    Message,
)
from aizuchi.simulator.discord.webhooks import new_message

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, OPEN_MODAL = 4, 5, 6, 7, 8, 9
POSSIBLE: Mapping[int, tuple[int, ...]] = {
    COMMAND: (MESSAGE, DEFER, OPEN_MODAL),
    COMPONENT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, OPEN_MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE),
}
MOST_CHOICES, TITLE_CHARS, MODAL_PARTS, CUSTOM_ID_CHARS = 25, 45, 5, 100
NAME_CHARS = 100


def respond(state: State, call: Call) -> Answer:
    """The callback route."""
    interaction = state.interactions.get(call.ids["token"])
    if interaction is None or interaction.id != call.ids["interaction"]:
        raise Refused(10062)
    acknowledge(state, interaction, call)
    if not call.flag("with_response"):
        return None
    return _resource(state, interaction)


def acknowledge(state: State, interaction: Interaction, call: Call) -> None:
    """Takes the first response to an interaction; raises Refused where it comes too late, twice,
    or cannot be."""
    if interaction.is_acknowledged:
        raise Refused(40060)
    if interaction.state == "failed" or state.is_late(interaction):
        raise Refused(10062)
    kind: Any = call.fields.get("type")
    data = record(call.fields.get("data"))
    if kind not in POSSIBLE[interaction.kind]:
        problems = Problems()
        problems.choice("type", POSSIBLE[interaction.kind])
        problems.check()
    _respond(state, interaction, kind, call._replace(form=Form(data, call.form.files)))
    interaction.response = kind


def _respond(state: State, interaction: Interaction, kind: int, call: Call) -> None:
    if kind == MESSAGE:
        _say(state, interaction, call)
    elif kind == DEFER:
        _think(state, interaction, call.fields)
    elif kind == DEFER_UPDATE:
        interaction.original = interaction.source
    elif kind == UPDATE:
        _update(state, interaction, call)
    elif kind == CHOICES:
        interaction.choices = _choices(call.fields)
    else:
        interaction.opened = _modal(call.fields)
    interaction.state = "deferred" if kind == DEFER else "answered"


def _say(state: State, interaction: Interaction, call: Call) -> None:
    message = _answering(state, interaction, _flags(call.fields))
    write(state, message, call, Writing(f"{call.route} (type 4)", ANSWERED, is_webhook=True))
    interaction.original = state.add(message).id


def _think(state: State, interaction: Interaction, data: Mapping[str, Any]) -> None:
    flags = _flags(data)
    if flags & ~EPHEMERAL and not state.points.defer_ignores_flags:
        raise invalid("data.flags", "MESSAGE_FLAGS_INVALID", f"Only {EPHEMERAL} can be set here.")
    if data.get("content") or data.get("embeds"):
        state.complain("a response of type 5 says something, which nobody sees")
    message = _answering(state, interaction, flags)
    message.flags |= LOADING
    message.made_by = "type 5"
    interaction.original = state.add(message).id


def _answering(state: State, interaction: Interaction, flags: int) -> Message:
    """The message of a first response: it stands below the command or the message it came from."""
    message = new_message(state, interaction)
    if interaction.kind == COMMAND:
        is_slash = interaction.data.get("type", CHAT_INPUT) == CHAT_INPUT
        message.kind = CHAT_INPUT_COMMAND if is_slash else CONTEXT_MENU_COMMAND
        message.reference = str(interaction.data.get("target_id", ""))
    elif interaction.source:
        message.kind, message.reference = REPLY, interaction.source
    if flags & EPHEMERAL:
        message.flags, message.ephemeral_to = EPHEMERAL, interaction.user
    return message


def _update(state: State, interaction: Interaction, call: Call) -> None:
    message = state.messages.get(interaction.source)
    if message is None or message.deleted:
        raise Refused(10008)
    filled = message.is_loading
    write(state, message, call, Writing(f"{call.route} (type 7)", EDITED, is_webhook=True))
    edited(state, message, filled=filled)
    interaction.original = message.id


def _choices(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    problems, choices = Problems(), records(data.get("choices"))
    if len(choices) > MOST_CHOICES or "choices" not in data:
        words = f"Must be {MOST_CHOICES} or fewer in length."
        problems.add("data.choices", "BASE_TYPE_MAX_LENGTH", words)
    for number, choice in enumerate(choices):
        path = f"data.choices.{number}.name"
        problems.length(path, str(choice.get("name", "")), 1, NAME_CHARS)
    problems.check()
    return choices


def _modal(data: Mapping[str, Any]) -> dict[str, Any]:
    problems = Problems()
    problems.length("data.title", str(data.get("title", "")), 1, TITLE_CHARS)
    problems.length("data.custom_id", str(data.get("custom_id", "")), 1, CUSTOM_ID_CHARS)
    parts = records(data.get("components"))
    if not 1 <= len(parts) <= MODAL_PARTS:
        words = f"Must be between 1 and {MODAL_PARTS} in length."
        problems.add("data.components", "BASE_TYPE_BAD_LENGTH", words)
    else:
        check_components(problems, parts, "data.components", MODAL)
    problems.check()
    return dict(data)


def _flags(data: Mapping[str, Any]) -> int:
    flags = data.get("flags") or 0
    if not isinstance(flags, int):
        raise invalid("data.flags", "NUMBER_TYPE_COERCE", f'Value "{flags}" is not int.')
    return flags


def _resource(state: State, interaction: Interaction) -> dict[str, Any]:
    message = state.messages.get(interaction.original)
    told: dict[str, Any] = {"id": interaction.id, "type": interaction.kind}
    if message:
        told |= {
            "response_message_id": message.id,
            "response_message_loading": message.is_loading,
            "response_message_ephemeral": bool(message.ephemeral_to),
        }
    shows = interaction.response in (MESSAGE, UPDATE) and message
    resource = {"type": interaction.response}
    shown = {"message": message_fields(state, message)} if shows and message else {}
    return {"interaction": told, "resource": resource | shown}
