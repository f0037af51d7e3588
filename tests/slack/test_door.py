"""Whatever is sent to our address: answered at once, in few words, and nothing of it stored."""

import time

import httpx2
import pytest
from tests.slack.house import ANSWER, House, speaking
from tests.slack.probes import PROBES, Sent

from aizuchi.testing import virtual_time

URL = "http://bot/slack/events"


async def send(house: House, sent: Sent) -> int:
    assert house.app
    transport = httpx2.ASGITransport(house.app.asgi)
    headers = [*sent.headers(house.slack.signing_secret, virtual_time.clock())]
    async with httpx2.AsyncClient(transport=transport) as client:
        response = await client.request(sent.method, URL, headers=headers, content=sent.body)
    return response.status_code


@pytest.mark.parametrize("name", PROBES)
async def test_it_is_refused_at_once_and_nothing_of_it_is_stored(house: House, name: str) -> None:
    sent = PROBES[name]
    model = house.says(speaking(ANSWER))
    async with house.open():
        began = time.process_time()
        assert await send(house, sent) == sent.status
        assert time.process_time() - began < 0.2, "of the processor's time"
        await house.rest(600)
    assert model.prompts == []
    assert set(house.slack.methods_called()) <= {"auth.test"}


async def test_what_slack_itself_sends_there_comes_in(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        challenged = await house.slack.verifies_url("3eZbrw1aB")
        looked_at = await house.slack.checks_ssl()
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert b"3eZbrw1aB" in challenged.body
    assert [challenged.status, looked_at.status, *said.statuses] == [200, 200, 200]
    assert house.answers(said) == [ANSWER]
