"""What an interaction says: a command or a click as a message or a signal, and its response."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aizuchi.events import HttpResponse, Message, Place, Reception, Sender, Signal
from aizuchi.surfaces.discord import NAME, TOKEN_S
from aizuchi.surfaces.discord.address import Address, conversation_of, place_of, time_of
from aizuchi.surfaces.discord.fields import (
    Fields,
    Malformed,
    id_of,
    ids_of,
    inner,
    name_of,
    optional_id,
    text_of,
)
from aizuchi.surfaces.discord.manner import Manner
from aizuchi.surfaces.discord.questions import (
    files_given,
    focused,
    question_about,
    question_of,
)
from aizuchi.surfaces.discord.responses import choices, pong, taken, thinking, told_alone
from aizuchi.words import Language, language_of, say

if TYPE_CHECKING:
    from aizuchi.surfaces.discord.buttons import Button

GREETING = "greeting"
ORDERS = {"reset": "reset", "forget-me": "forget_me"}
"""Commands that order something by their names alone; see `orders.py`."""
CHAT_INPUT, MESSAGE = 1, 3
GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2
MOST_CHOICES = 25
LONGEST_TOKEN, LONGEST_NUMBER = 1_000, 64

ADMINISTRATOR = 1 << 3
LOOKS = 1 << 10 | 1 << 16
"""To see the channel, and to read what was said in it before."""


class Interaction(NamedTuple):
    """Who did something, where, and how that is answered; `clicked` is the message of a button."""

    id: str
    application: str
    token: str
    channel: str
    guild: str
    sender: Sender
    locale: str
    at: float
    direct: bool
    narrow: bool
    by_request: bool
    clicked: str

    @property
    def language(self) -> Language:
        return language_of("", self.locale)

    @property
    def refused(self) -> HttpResponse:
        """What is said where nothing could be stored."""
        return told_alone(say("not_taken", self.language))


def read_interaction(body: Fields, manner: Manner, *, now: float, by_request: bool) -> Reception:
    """
    Raises:
        Malformed: it is no interaction that anybody could answer.
    """
    if body.get("type") == 1:
        return Reception(accepted=pong())
    asked, data = interaction_of(body, manner, now, by_request=by_request), inner(body, "data")
    match body.get("type"):
        case 2:
            return _read_command(asked, data, manner)
        case 3:
            return _read_click(asked, text_of(data, "custom_id"), manner)
        case 4:
            return Reception(accepted=choices(_choices(data, manner)))
        case 5:
            return Reception(accepted=told_alone(say("no_form", asked.language)))
        case _:
            raise Malformed("type")


def interaction_of(body: Fields, manner: Manner, now: float, *, by_request: bool) -> Interaction:
    interaction, token = id_of(body, "id"), text_of(body, "token")
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise Malformed("token")
    guild, member = optional_id(body, "guild_id"), inner(body, "member")
    user = inner(member, "user") or inner(body, "user")
    groups = (guild, *ids_of(member, "roles")) if guild else ()
    direct = _is_direct(body, guild)
    return Interaction(
        id=interaction,
        application=id_of(body, "application_id"),
        token=token,
        channel=optional_id(body, "channel_id") or id_of(inner(body, "channel"), "id"),
        guild=guild,
        sender=manner.sender(id_of(user, "id"), name_of(user, member), groups),
        locale=text_of(body, "locale") or "en",
        at=_began(interaction, now),
        direct=direct,
        narrow=_is_for_one_account(body) or not (direct or _may_look(body)),
        by_request=by_request,
        clicked=optional_id(inner(body, "message"), "id"),
    )


def _is_direct(body: Fields, guild: str) -> bool:
    """Whether this is the person's own channel with us."""
    context, kind = body.get("context"), inner(body, "channel").get("type")
    if context in (GUILD, BOT_DM, PRIVATE_CHANNEL):
        return bool(context == BOT_DM)
    return not guild and kind in (None, 1)


def _is_for_one_account(body: Fields) -> bool:
    """Whether only a person has installed us, and nobody for the place: few follow-ups then."""
    return set(inner(body, "authorizing_integration_owners")) == {"1"}


def _may_look(body: Fields) -> bool:
    """Whether a lost follow-up could be looked up; where Discord does not say, we try."""
    given = text_of(body, "app_permissions")
    is_number = given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER
    may = int(given) if is_number else LOOKS
    return bool(may & ADMINISTRATOR) or may & LOOKS == LOOKS


def _began(interaction: str, now: float) -> float:
    """When the token began to live: at the time in the interaction's id, unless its clock is not
    ours at all."""
    began = time_of(interaction)
    return began if abs(now - began) < TOKEN_S else now


# ── commands ──────────────────────────────────────────────────────────────────


def _read_command(asked: Interaction, data: Fields, manner: Manner) -> Reception:
    name = text_of(data, "name")
    match data.get("type", CHAT_INPUT):
        case type_ if type_ == CHAT_INPUT and manner.knows(name):
            text = question_of(data, manner.question(name))
        case type_ if type_ == MESSAGE:
            text = question_about(data, asked.locale)
        case _:
            return Reception(accepted=told_alone(_unknown(asked, name, manner)))
    message = _message(asked, f"interaction:{asked.id}", manner, manner.is_ephemeral(name))
    command = ORDERS.get(name, "" if text else GREETING)
    given = message._replace(text=text, command=command, via=f"/{name}")
    return _taken(asked, given._replace(attachments=files_given(data)))


def _unknown(asked: Interaction, name: str, manner: Manner) -> str:
    known = ", ".join(f"/{each}" for each in manner.commands)
    return say("unknown_command", asked.language, command=name, known=known)


def _message(asked: Interaction, turn: str, manner: Manner, ephemeral: bool) -> Message:
    """A message without words, answered where it was asked: whoever is not let in is told alone."""
    alone = ephemeral or not manner.lets_in(asked.sender)
    private = alone or asked.direct
    channel = place_of(asked.guild, asked.channel)
    address = Address(
        kind="interaction",
        id=asked.id,
        channel=asked.channel,
        user=asked.sender.id,
        turn=turn,
        guild=asked.guild,
        application=asked.application,
        token=asked.token,
        at=f"{asked.at:.3f}",
        locale=asked.locale,
        by_request=asked.by_request,
        ephemeral=alone,
        direct=asked.direct,
        narrow=asked.narrow or alone,
    )
    return Message(
        turn_id=f"{NAME}:{turn}",
        surface=NAME,
        tenant=NAME,
        conversation=conversation_of(
            asked.channel, asked.sender.id, direct=asked.direct, ephemeral=alone
        ),
        place=Place(
            f"{channel}:{asked.sender.id}" if alone and not asked.direct else channel,
            "private" if private else "shared",
        ),
        sender=asked.sender,
        text="",
        ref=asked.id,
        locale=asked.locale,
        reply_to=address.to_mapping(),
    )


def _taken(asked: Interaction, message: Message) -> Reception:
    response = thinking(ephemeral="ephemeral" in message.reply_to)
    return Reception((message,), accepted=response, refused=asked.refused)


def _choices(data: Fields, manner: Manner) -> Sequence[str | int | float]:
    """What may be chosen of what a command declares, as far as it is written."""
    option = focused(data)
    offered = manner.choices(text_of(data, "name"), text_of(option, "name"))
    written = str(option.get("value", "")).lower()
    return [each for each in offered if written in str(each).lower()][:MOST_CHOICES]


# ── clicks ────────────────────────────────────────────────────────────────────


def _read_click(asked: Interaction, custom_id: str, manner: Manner) -> Reception:
    from aizuchi.surfaces.discord.buttons import button_of  # no command needs it

    button = button_of(custom_id)
    if button is None:
        return Reception(accepted=told_alone(say("no_button", asked.language)))
    if button.kind in ("yes", "no"):
        return _decide(asked, button, manner)
    if button.user != asked.sender.id:
        return Reception(accepted=told_alone(say("not_yours", asked.language)))
    return _stop(asked, button) if button.kind == "stop" else _again(asked, button, manner)


def _decide(asked: Interaction, button: "Button", manner: Manner) -> Reception:
    """A yes or no of somebody who may decide; its answer goes on in the asker's conversation."""
    from aizuchi.consent import Decision, Verdict, decision_id, may_decide  # seldom clicked

    if not may_decide(asked.sender.id, button.user, NAME, manner.approvers):
        owner = say("owner", asked.language)
        line = say("not_yours_to_decide", asked.language, owner=owner)
        return Reception(accepted=told_alone(line))
    direct, ephemeral = button.where == "direct", button.where == "ephemeral"
    turn = decision_id(button.of_turn)
    message = _message(asked._replace(direct=direct), turn, manner, ephemeral)
    conversation = conversation_of(asked.channel, button.user, direct=direct, ephemeral=ephemeral)
    verdict: Verdict = "yes" if button.kind == "yes" else "no"
    message = message._replace(
        conversation=conversation,
        decides=str(Decision(verdict, button.digest, button.user)),
        reply_to={**message.reply_to, "question": "" if ephemeral else asked.clicked},
    )
    return _taken(asked, message)._replace(known=told_alone(say("decided_already", asked.language)))


def _stop(asked: Interaction, button: "Button") -> Reception:
    conversation = conversation_of(
        asked.channel,
        button.user,
        direct=button.where == "direct",
        ephemeral=button.where == "ephemeral",
    )
    stop = Signal("stop", conversation, button.user, f"{NAME}:{button.turn}")
    return Reception(signals=(stop,), accepted=taken(), refused=asked.refused)


def _again(asked: Interaction, button: "Button", manner: Manner) -> Reception:
    """The same question once more, under the id of this answer's successor: two clicks are one."""
    ephemeral = button.where == "ephemeral"
    message = _message(
        asked._replace(direct=button.where == "direct"), button.next_turn, manner, ephemeral
    )
    known = told_alone(say("again_already", asked.language))
    return _taken(asked, message._replace(replaces=f"{NAME}:{button.turn}"))._replace(known=known)
