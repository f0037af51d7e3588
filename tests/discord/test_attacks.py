"""What somebody sends who means harm, through Discord's own signature: nothing of it raises."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.discord.house import House
from tests.discord.payloads import (
    ANN,
    BOT,
    ID,
    alone,
    answer,
    click,
    command,
    option,
    reception,
    said,
    with_data,
)
from tests.discord.test_flows import ANSWER, speaking

from aizuchi.events import Event, decode_message, encode_message
from aizuchi.surfaces.discord.buttons import Button, button_of
from aizuchi.surfaces.discord.inbound import DiscordSurface
from aizuchi.surfaces.discord.manner import Manner
from aizuchi.testing.virtual_time import EPOCH

GROUP = {"name": "g", "type": 2, "options": [{"name": "s", "type": 1, "options": [option("x")]}]}
QUOTED = {"content": "hi", "author": {"id": "3", "username": "cho"}, "attachments": [{"id": "1"}]}
PAYLOADS = (
    command(),
    alone(),
    with_data(GROUP, resolved={"users": {"5": {"username": "q"}}, "attachments": {"7": {}}}),
    with_data(name="Ask", type=3, target_id="7", resolved={"messages": {"7": QUOTED}}),
    {**with_data(option("x", focused=True)), "type": 4},
    *(
        click(Button(kind, ANN, "shared", f"interaction:{ID}.abc").custom_id)
        for kind in ("yes", "again", "stop")
    ),
    said(mentions=[{"id": BOT}, {"id": "7", "username": "q"}], referenced_message=QUOTED),
)
ODD: tuple[Any, ...] = (
    *(None, True, -1, 2**62, 1.5, "", "\0", "²", "１２", "../..", "::", "@everyone", "\u202e"),
    *("9" * 5000, "a" * 5000, [], {}, [[]], [None], {"a": None}, {"id": {}}, [{"id": []}]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything in a payload."""
    if not isinstance(value, dict | list):
        return
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, name)
        yield from places(inner, (*path, name))


@given(st.data())
def test_anything_may_stand_anywhere(data: st.DataObject) -> None:
    payload = deepcopy(data.draw(st.sampled_from(PAYLOADS)))
    *path, last = data.draw(st.sampled_from([*places(payload)]))
    holder: Any = payload
    for step in path:
        holder = holder[step]
    holder[last] = data.draw(st.sampled_from(ODD))
    surface = DiscordSurface("", data.draw(st.sampled_from((Manner(), Manner(ephemeral=True)))))
    surface.bot_id = BOT
    for route in ("request", "interaction", "message"):
        for message in surface.read(Event(route, None, payload), now=EPOCH).messages:
            assert decode_message(encode_message(message)) == message
            assert "\0" not in message.turn_id + message.conversation + message.place.key


def test_blanks_without_end_take_no_time_to_read() -> None:
    """By looking back from each of them this would take minutes."""
    surface = DiscordSurface()
    surface.bot_id = BOT
    blanks = "\t" * 100_000
    body = said(f"{blanks}x{blanks}<@{BOT}>{blanks}", mentions=[{"id": BOT}])
    (message,) = surface.read(Event("message", None, body), now=EPOCH).messages
    assert message.text == "x"


@pytest.mark.parametrize("end", [":d99" * 20_000, f":a{'9' * 5_000}", f":again:{'9' * 5_000}"])
def test_a_button_that_is_too_long_is_none_of_ours(end: str) -> None:
    custom_id = f"aizuchi/again/{ANN}/shared/i:1{end}"
    assert button_of(custom_id) is None
    assert answer(reception(click(custom_id)).accepted)["type"] == 4


async def test_events_that_are_none_of_discords_break_nothing(house: House) -> None:
    house.by_requests = False
    house.says(speaking(ANSWER))
    async with house.open():
        session = house.discord.gateway.sessions[0]
        for event in ("GUILD_CREATE", "INTERACTION_CREATE", "MESSAGE_CREATE", "TYPING_START"):
            for odd in ODD:
                session.dispatch(event, {"type": 2, "id": odd})
        await house.rest(2)
        await house.asks()
        await house.rest()
    assert house.answers() == [ANSWER]
