"""What must not be there when a run is over."""

from aizuchi.simulator.discord.components import shown
from aizuchi.simulator.discord.mentions import readable
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import SUPPRESS_EMBEDS, Interaction, Message


def findings(state: State, channel: str = "", since: str = "0") -> list[str]:
    """Sentences about all that is wrong, in one channel or anywhere, since an id; none when the
    app has behaved."""

    def is_meant(place: str, id_: str) -> bool:
        return channel in ("", place) and int(id_) >= int(since)

    ours = [one for one in state.messages.values() if is_ours(state, one) and not one.deleted]
    meant = [one for one in ours if is_meant(one.channel, one.id)]
    asked = [one for one in state.interactions.values() if is_meant(one.channel, one.id)]
    return [
        *state.complaints,
        *(found for message in meant for found in _of_message(state, message)),
        *(found for one in asked for found in _of_interaction(state, one)),
    ]


def is_ours(state: State, message: Message) -> bool:
    """Whether the app wrote it, and not Discord in its place."""
    return message.author == state.bot.id and message.made_by != "discord"


def _of_message(state: State, message: Message) -> list[str]:
    where = f"the message {message.id} in {state.channels[message.channel].name}"
    found = []
    if message.pings:
        names = ", ".join(readable(state, f"<@{one}>") for one in message.pings if one.isdecimal())
        loud = ", ".join(one for one in message.pings if not one.isdecimal())
        found.append(f"{where} pings people: {names or loud}")
    if message.content and not message.flags & SUPPRESS_EMBEDS:
        found.append(f"{where} lets links be previewed ({message.made_by} without flag 4)")
    if not message.is_loading and not said(message).strip() and not message.attachments:
        found.append(f"{where} is empty")
    return found


def _of_interaction(state: State, interaction: Interaction) -> list[str]:
    """An interaction that is left at "thinking…"; where its token died early, one that nothing
    else was written for."""
    message = state.messages.get(interaction.original)
    if message is None or message.deleted or not message.is_loading:
        return []
    if interaction.died and _is_answered_otherwise(state, interaction, message):
        return []
    who = state.users[interaction.user].name
    return [f"{interaction.name} of {who} is left at “thinking…” ({interaction.id})"]


def _is_answered_otherwise(state: State, interaction: Interaction, thinking: Message) -> bool:
    places = (interaction.channel, state.direct(interaction.user).id)
    return any(
        is_ours(state, one) and one.channel in places and int(one.id) > int(thinking.id)
        for one in state.messages.values()
        if not one.deleted and not one.interaction
    )


def said(message: Message) -> str:
    """All that a message says: its text, its embeds, its components."""
    embeds = (f"{one.get('title') or ''}\n{one.get('description') or ''}" for one in message.embeds)
    parts = [message.content, *embeds, shown(message.components)]
    return "\n".join(part for part in parts if part.strip())
