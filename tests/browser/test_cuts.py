"""Sixty cuts at random moments of answers: the screen ends with the stored text, to the letter."""

import random
from collections.abc import Iterator

import pytest

from .chat import Chat, numbered
from .processes import Model, Server
from .relay import Relay, relay_to
from .requirements import need_page
from .visits import Visits

ROUNDS = 10
CUTS = 3
KILLS = 2  # a third would be the last attempt that the assistant makes
LONGEST_MS = 350
ANSWER = {"tokens": 80, "pace": 80, "first": 0.1}


@pytest.fixture(scope="module")
def relay(server: Server) -> Iterator[Relay]:
    with relay_to(server.port) as line:
        yield line


def cuts_of(chance: random.Random) -> list[str]:
    """Which cuts an answer suffers."""
    drawn = [chance.choice(("reload", "drop", "kill")) for _ in range(CUTS)]
    return drawn if drawn.count("kill") <= KILLS else [*drawn[1:], "reload"]


def cut(how: str, chat: Chat, server: Server, relay: Relay) -> None:
    match how:
        case "reload":
            chat.page.reload()
        case "drop":
            relay.cut()
        case "kill":
            server.restart()


@pytest.mark.parametrize("over", ["events", "websocket"])
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_after_random_cuts_the_screen_is_what_is_stored(
    seed: int, over: str, visits: Visits, server: Server, relay: Relay, model: Model
) -> None:
    if over == "websocket":
        need_page()
    chance = random.Random(seed)
    model.script(ANSWER)
    chat = visits.open(over=over, port=relay.port)
    chat.begin("A long answer, please")
    for how in cuts_of(chance):
        chat.page.wait_for_timeout(chance.uniform(0, LONGEST_MS))
        cut(how, chat, server, relay)
    stored = server.answered(chat.id)
    chat.shows(stored)
    [words] = map(numbered, stored)
    assert len(words) == ANSWER["tokens"]
    assert len({word.partition(".")[0] for word in words}) == 1
