"""Answers by an interaction's token: the original response and the follow-ups."""

from typing import Any

from aizuchi.simulator.discord.calls import Call
from aizuchi.simulator.discord.contents import ANSWERED, EDITED, Writing, write
from aizuchi.simulator.discord.messages import Answer, edited
from aizuchi.simulator.discord.payloads import message_fields
from aizuchi.simulator.discord.refusals import Refused
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import DEFAULT, EPHEMERAL, Interaction, Message

ORIGINAL = "@original"
USER_INSTALLED_FOLLOWUPS = 5


def get_response(state: State, call: Call) -> Answer:
    return message_fields(state, _message(state, call))


def edit_response(state: State, call: Call) -> Answer:
    message = _message(state, call)
    filled = message.is_loading
    write(state, message, call, Writing(call.route, EDITED, is_webhook=True))
    edited(state, message, filled=filled)
    _settle(state, call)
    return message_fields(state, message)


def delete_response(state: State, call: Call) -> Answer:
    state.remove(_message(state, call))
    _settle(state, call)
    return None


def post_followup(state: State, call: Call) -> Answer:
    interaction = living(state, call)
    loading = state.messages.get(interaction.original)
    if state.points.followup_fills and loading and loading.is_loading and not loading.deleted:
        state.complain(f"{call.route} while thinking fills the original response: deprecated")
        fields = {name: value for name, value in call.fields.items() if name != "flags"}
        return edit_response(state, _of(call, fields))
    _count(state, interaction)
    message = new_message(state, interaction)
    if _int(call.fields.get("flags")) & EPHEMERAL:
        message.ephemeral_to = interaction.user
    write(state, message, call, Writing(call.route, ANSWERED, is_webhook=True))
    interaction.followups.append(message.id)
    return message_fields(state, state.add(message))


def living(state: State, call: Call) -> Interaction:
    """The interaction of a token that can be answered by now and still."""
    interaction = state.interactions.get(call.ids["token"])
    if interaction is None or call.ids["app"] != state.app_id:
        raise Refused(10015)
    if interaction.died:
        raise _says(state.points.early_death)
    if state.has_expired(interaction):
        raise _says(state.points.expired_token)
    if not interaction.is_acknowledged:
        raise _says(state.points.unacknowledged)
    return interaction


def new_message(state: State, interaction: Interaction) -> Message:
    """A message that answers an interaction."""
    message = Message(state.new_id(), interaction.channel, state.bot.id)
    message.interaction, message.kind = interaction.token, DEFAULT
    return message


def _message(state: State, call: Call) -> Message:
    """The message that a call names, of those of its interaction."""
    interaction = living(state, call)
    named = call.ids.get("message", ORIGINAL)
    id_ = interaction.original if named == ORIGINAL else named
    message = state.messages.get(id_)
    ours = id_ in (interaction.original, *interaction.followups)
    if message is None or message.deleted or not ours:
        raise Refused(10008)
    return message


def _settle(state: State, call: Call) -> None:
    interaction = state.interactions[call.ids["token"]]
    if call.ids.get("message", ORIGINAL) in (ORIGINAL, interaction.original):
        interaction.state = "answered"


def _count(state: State, interaction: Interaction) -> None:
    if interaction.is_user_installed and len(interaction.followups) >= USER_INSTALLED_FOLLOWUPS:
        raise Refused(40094)


def _says(point: tuple[int, int]) -> Refused:
    status, code = point
    return Refused(code, status)


def _of(call: Call, fields: dict[str, Any]) -> Call:
    return call._replace(form=call.form._replace(fields=fields))


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0
