"""What is clicked, written into a form, or chosen: for whom it is, and what others are told."""

import json
from typing import Any

import pytest
from tests.discord.payloads import (
    ANN,
    BOB,
    CHANNEL,
    DIRECT,
    GUILD,
    ID,
    OTHER_ID,
    alone,
    answer,
    click,
    command,
    option,
    reception,
    response,
    with_data,
)

from aizuchi.answers import Consent
from aizuchi.events import Place, Signal
from aizuchi.settings.commands import Command, Commands, Option
from aizuchi.surfaces.discord.address import Address
from aizuchi.surfaces.discord.buttons import Button, Kind, button_of, choice, rows
from aizuchi.surfaces.discord.manner import Manner
from aizuchi.surfaces.discord.opening import known

TURN = f"interaction:{ID}"
ASKED = Address(
    kind="interaction", id=ID, channel=CHANNEL, user=ANN, turn=TURN, guild=GUILD, locale="ja"
)


def custom_id(kind: Kind, address: Address = ASKED) -> str:
    (row,) = rows(kind, address)
    (button,) = row["components"]
    return str(button["custom_id"])


def test_a_stop_reaches_the_answer_whose_button_it_is() -> None:
    got = reception(click(custom_id("stop")))
    assert got.signals == (Signal("stop", f"discord:{CHANNEL}:{ANN}", ANN, f"discord:{TURN}"),)
    assert answer(got.accepted) == {"type": 6}
    assert answer(got.refused)["data"]["flags"] == 68


@pytest.mark.parametrize(
    ("address", "conversation"),
    [
        (ASKED._replace(ephemeral=True), f"discord:{CHANNEL}:{ANN}:ephemeral"),
        (ASKED._replace(direct=True, ephemeral=True), f"discord:{CHANNEL}"),
    ],
)
def test_a_stop_finds_every_kind_of_conversation(address: Address, conversation: str) -> None:
    (stop,) = reception(click(custom_id("stop", address))).signals
    assert stop.conversation == conversation


@pytest.mark.parametrize("kind", ["stop", "again"])
def test_nobody_else_can_use_the_button_and_they_are_told_so(kind: Kind) -> None:
    got = reception(click(custom_id(kind), BOB))
    assert (got.messages, got.signals) == ((), ())
    told = answer(got.accepted)
    assert (told["type"], told["data"]["flags"]) == (4, 68)
    assert "Only whoever asked" in told["data"]["content"]


def test_asking_again_is_a_turn_in_place_of_the_first() -> None:
    got = reception(click(custom_id("again")))
    (again,) = got.messages
    assert again.turn_id == f"discord:{TURN}:again:1"
    assert again.replaces == f"discord:{TURN}"
    assert again.conversation == f"discord:{CHANNEL}:{ANN}"
    assert again.place == Place(f"discord:{GUILD}:{CHANNEL}", "shared")
    assert (again.text, again.command) == ("", "")
    assert answer(got.accepted) == {"type": 5}
    address = Address.from_mapping(again.reply_to)
    assert (address.id, address.turn) == (OTHER_ID, f"{TURN}:again:1")


def test_two_clicks_are_one_and_each_further_answer_counts_on() -> None:
    first = reception(click(custom_id("again"), id="1")).messages[0]
    second = reception(click(custom_id("again"), id="2")).messages[0]
    assert first.turn_id == second.turn_id
    shown = ASKED._replace(turn=f"{TURN}:again:9")
    (third,) = reception(click(custom_id("again", shown))).messages
    assert third.turn_id == f"discord:{TURN}:again:10"
    assert third.replaces == f"discord:{TURN}:again:9"


def test_what_was_decided_after_asking_again_can_be_asked_again() -> None:
    shown = ASKED._replace(turn=f"{TURN}:again:2:decision")
    (again,) = reception(click(custom_id("again", shown))).messages
    assert again.turn_id == f"discord:{TURN}:again:2:decision:again:1"


def test_an_answer_for_one_is_made_again_for_one() -> None:
    got = reception(click(custom_id("again", ASKED._replace(ephemeral=True))))
    (again,) = got.messages
    assert again.place.audience == "private"
    assert answer(got.accepted)["data"] == {"flags": 64}


def test_a_button_in_direct_messages_stays_there() -> None:
    address = ASKED._replace(direct=True, channel=DIRECT, turn="message:7")
    clicked = {**alone(type=3), "data": {"custom_id": custom_id("again", address)}}
    (again,) = reception(clicked).messages
    assert again.conversation == f"discord:{DIRECT}"
    assert again.turn_id == "discord:message:7:again:1"


@pytest.mark.parametrize(
    "odd",
    [
        *("", "x", "aizuchi", "aizuchi/stop", f"aizuchi/go/{ANN}/shared/{TURN}"),
        *(f"other/stop/{ANN}/shared/{TURN}", f"aizuchi/stop/{ANN}/public/{TURN}"),
        *(f"aizuchi/stop/{ANN}/shared/", f"aizuchi/stop//shared/{TURN}"),
    ],
)
def test_a_button_that_is_none_of_ours_is_told_so(odd: str) -> None:
    assert button_of(odd) is None
    told = response(click(odd))
    assert (told["type"], told["data"]["flags"]) == (4, 68)


def test_a_button_fits_what_discord_takes_and_says_what_it_does() -> None:
    (row,) = rows("again", ASKED._replace(turn=f"{TURN}:again:1000", ephemeral=True))
    (button,) = row["components"]
    assert row["type"] == 1
    assert (button["type"], button["label"]) == (2, "もう一度答える")
    assert len(button["custom_id"]) <= 100
    assert button_of(button["custom_id"]) == Button("again", ANN, "ephemeral", f"{TURN}:again:1000")
    assert rows("stop", ASKED._replace(turn="x" * 100)) == []
    assert rows(None, ASKED) == []


LATEST = "1" * 20
TURNS = [
    *(f"interaction:{LATEST}", f"message:{LATEST}", f"message:{LATEST}:again:12"),
    *(f"interaction:{LATEST}{':decision' * number}" for number in (1, 2, 3, 8, 20)),
    f"interaction:{LATEST}:decision:again:12:decision:decision:again:1",
]


@pytest.mark.parametrize("turn", TURNS)
def test_questions_that_follow_from_questions_have_their_buttons(turn: str) -> None:
    address = ASKED._replace(turn=turn, user=LATEST, ephemeral=True)
    digest = "0123456789abcdef"
    (row,) = choice(Consent(f"discord:{turn}", digest, LATEST, (), 0.0), address)
    for button, kind in zip(row["components"], ("yes", "no"), strict=True):
        assert len(button["custom_id"]) <= 100
        read = button_of(button["custom_id"])
        assert read == Button(kind, LATEST, "ephemeral", f"{turn}.{digest}")  # type: ignore[arg-type]  # one of them
        assert read
        assert (read.of_turn, read.digest) == (turn, digest)


def test_a_button_from_before_is_still_read() -> None:
    read = button_of(f"aizuchi/yes/{ANN}/shared/{TURN}:decision.0123456789abcdef")
    assert read == Button("yes", ANN, "shared", f"{TURN}:decision.0123456789abcdef")


# ── forms and choices ──


def test_a_form_is_answered_kindly() -> None:
    told = response(command(type=5, data={"custom_id": "form", "components": []}))
    assert (told["type"], told["data"]["flags"]) == (4, 68)


@pytest.mark.parametrize(
    ("written", "offered"),
    [("", ["English", "日本語"]), ("eng", ["English"]), ("日", ["日本語"]), ("x", [])],
)
def test_what_is_declared_can_be_chosen(written: str, offered: list[str]) -> None:
    into = Option("into", "Into", choices=("English", "日本語"))
    manner = Manner(commands=known(Commands([Command("say", "Say", (into,))])))
    focused = option(written, "into", focused=True)
    told = response({**with_data(focused, name="say"), "type": 4}, manner)
    assert told["type"] == 8
    assert [choice["value"] for choice in told["data"]["choices"]] == offered


@pytest.mark.parametrize("options", [[], [{"name": "x", "value": 3}], [option("a", focused=True)]])
def test_where_nothing_is_declared_nothing_is_offered(options: list[dict[str, Any]]) -> None:
    told = response({**with_data(*options), "type": 4})
    assert json.dumps(told) == '{"type": 8, "data": {"choices": []}}'
