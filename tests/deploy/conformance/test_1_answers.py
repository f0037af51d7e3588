"""What platforms send is acknowledged within its request and answered exactly once, in order."""

import time

import pytest
from tests.deploy.conformance.differing import differs
from tests.deploy.conformance.installations import Installation
from tests.deploy.conformance.platforms import SHORT, SLOW, Platforms, in_order, until

from aizuchi import edge
from aizuchi.engines.aws.records import digest_of, write_message
from aizuchi.events import HttpRequest, Message, Reception
from aizuchi.simulator.slack import Said
from aizuchi.simulator.slack.deliveries import Attempt, body_of
from aizuchi.simulator.slack.signing import signed_headers
from aizuchi.surfaces.slack.inbound import Manner, SlackSurface

DOORS = ("/slack/events", "/discord/interactions")


async def test_a_mention_is_answered(platforms: Platforms) -> None:
    said = await platforms.ann.mentions("Is anybody there?", platforms.slack.general)
    assert said.statuses == [200]
    assert len(await platforms.answered(said)) == 1


async def test_a_slash_command_is_answered(platforms: Platforms) -> None:
    said = await platforms.ann.command("/ask", "Why is the sky blue?", platforms.slack.general)
    assert said.statuses == [200]
    await until(lambda: "(only you see this)" in platforms.slack.transcript(platforms.ann))


async def test_an_interaction_of_discord_is_answered(platforms: Platforms) -> None:
    said = await platforms.asks("Why?")
    assert said.statuses == [200]
    assert await platforms.shown(said)


async def test_what_is_forged_is_refused_and_asks_nobody(
    platforms: Platforms, installation: Installation
) -> None:
    asked = len(platforms.questions)
    slack = platforms.slack.general
    for forged in (
        await platforms.ann.mentions("Forged?", slack, bad_signature=True),
        await platforms.ann.command("/ask", "Forged?", slack, bad_signature=True),
        await platforms.asks("Forged?", bad_signature=True),
    ):
        assert forged.statuses == [401]
    await until(lambda: installation.waiting("TurnsQueue") == 0)
    assert len(platforms.questions) == asked


@pytest.mark.parametrize("door", DOORS)
async def test_what_nobody_signed_is_refused(
    platforms: Platforms, installation: Installation, door: str
) -> None:
    address = installation.outputs["Address"].rstrip("/") + door
    assert (await platforms.client.post(address, content=b"{}")).status_code == 401


async def test_what_comes_again_is_answered_once(
    platforms: Platforms, installation: Installation
) -> None:
    """Three times at once; when it is answered; and when SQS has forgotten that it was there."""
    asked = len(platforms.questions)
    said = await platforms.ann.mentions("Once?", platforms.slack.general, times=3)
    assert said.statuses == [200] * 3
    await platforms.answered(said)
    again = platforms.slack.deliveries.send(said.deliveries[0].parcel, Attempt(1, "http_timeout"))
    assert (await again.first).status == 200
    message = read(platforms, said)
    put(installation, message.conversation, write_message(message), "another")
    behind = await platforms.ann.mentions("Behind?", platforms.slack.general, said.thread)
    assert len(await platforms.answered(behind, 2)) == 2
    assert platforms.questions[asked:] == ["Once?", "Behind?"]


async def test_two_conversations_are_answered_each_in_its_order(platforms: Platforms) -> None:
    asked, general = len(platforms.questions), platforms.slack.general
    anns, bobs = ["One?", "Two?", "Three?"], ["First?", "Second?"]
    said = await platforms.ann.mentions(anns[0], general)
    told = [await platforms.asks(bobs[0])]
    await platforms.ann.mentions(anns[1], general, said.thread)
    told += [await platforms.asks(bobs[1])]
    await platforms.ann.mentions(anns[2], general, said.thread)
    assert len(await platforms.answered(said, 3)) == 3
    assert all([await platforms.shown(each) for each in told])
    questions = platforms.questions[asked:]
    assert sorted(questions) == sorted([*anns, *bobs])
    assert in_order(anns, questions)
    assert in_order(bobs, questions)


@pytest.mark.proof
@differs("it works on one message of a FIFO queue at a time, whoever's it is", TimeoutError)
async def test_a_slow_answer_holds_up_no_other_conversation(platforms: Platforms) -> None:
    platforms.model.script(SLOW, SHORT)
    general = platforms.slack.general
    slow = await platforms.ann.mentions("Go on for ever?", general)
    await until(lambda: any(platforms.in_thread(slow)))
    quick = await platforms.ann.mentions("And you?", general)
    try:
        assert await platforms.answered(quick, within_s=5)
    finally:
        await platforms.ann.stops(general, slow.thread)
        assert await platforms.answered(quick)


async def test_what_is_no_message_stops_nobody(
    platforms: Platforms, installation: Installation
) -> None:
    """Poison, straight into the queue, at the head of a conversation."""
    said = await platforms.ann.mentions("Before?", platforms.slack.general)
    message = read(platforms, said)
    put(installation, message.conversation, '{"poison": true}', "poison")
    await platforms.ann.mentions("Behind?", platforms.slack.general, said.thread)
    assert len(await platforms.answered(said, 2)) == 2
    assert "a message of the queue is none of ours" in installation.log
    assert installation.waiting("DeadQueue") == 0


async def test_a_stop_ends_what_is_being_said_and_not_what_follows(platforms: Platforms) -> None:
    platforms.model.script(SLOW, SHORT)
    general = platforms.slack.general
    said = await platforms.ann.mentions("Go on for ever?", general)
    await until(lambda: any(platforms.in_thread(said)))
    began = time.monotonic()
    await platforms.ann.stops(general, said.thread)
    (stopped,) = await platforms.answered(said)
    assert time.monotonic() - began < 10
    assert len(stopped.split()) < SLOW.tokens / 2
    await platforms.ann.mentions("And now?", general, said.thread)
    assert len(await platforms.answered(said, 2)) == 2


def read(platforms: Platforms, said: Said) -> Message:
    """What the ingress makes of a message."""
    secret, now = platforms.slack.signing_secret, time.time()
    body, kind = body_of(said.deliveries[0].parcel)
    headers = {"content-type": kind, **signed_headers(secret, now, body)}
    raw = tuple((name.lower().encode(), value.encode()) for name, value in headers.items())
    request = HttpRequest("POST", "/slack/events", "", raw, body)
    reception = edge.receive(SlackSurface([secret], Manner()), request, now=now)
    assert isinstance(reception, Reception)
    return reception.messages[0]


def put(installation: Installation, conversation: str, body: str, known_by: str) -> None:
    """Straight into the queue of messages."""
    installation.account.client("sqs").send_message(
        QueueUrl=installation.outputs["TurnsQueue"],
        MessageBody=body,
        MessageGroupId=digest_of(conversation),
        MessageDeduplicationId=known_by,
    )
