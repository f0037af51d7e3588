"""The function behind the page, in simulated time: it answers itself what it accepts, goes on where
another one has begun, and leaves nothing under way when it is frozen."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from tests.aws.chats import ChatLives, Reader
from tests.crash.faults import Call, Fault
from tests.crash.lives import CountingModel, is_whole
from tests.crash.people import body

from aizuchi import ports
from aizuchi.hosts.aws_lambda.chat import ALONE_S
from aizuchi.hosts.aws_lambda.shifts import HAND_BACK_S
from aizuchi.ports import Declared, PromptMessage
from aizuchi.simulator.aws import Fault as Trouble
from aizuchi.testing import virtual_time

TAKEN_OVER_WITHIN_S = 45.0


class Held(CountingModel):
    """Says its first word, and the others once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = asyncio.Event()

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[ports.Part]:
        async for part in super().stream(prompt, tools):
            yield part
            await self.may_go_on.wait()


async def test_two_messages_of_a_chat_are_answered_in_their_order() -> None:
    lives = ChatLives()
    async with lives.running():
        reader, taken = Reader(lives), asyncio.Event()
        first = asyncio.create_task(reader.say("talk", "1", taken))
        await taken.wait()
        second = asyncio.create_task(reader.say("talk", "2", asyncio.Event()))
        read = await asyncio.gather(first, second)
        assert all(is_whole(each.text) for each in read)
        assert await reader.history("talk") == [("1", read[0].text), ("2", read[1].text)]
        assert reader.connections == 2


async def test_text_is_told_while_the_model_still_writes() -> None:
    model = Held()
    lives = ChatLives(model=model)
    asked = lives.client.open("POST", "/api/chat", body=body("talk", "1"))
    async with lives.running(), asked as reading:
        text = b""
        while b"1.0 " not in text:
            text += await reading.read()
        model.may_go_on.set()
        assert b"[DONE]" in await reading.read_all()


async def test_nothing_is_under_way_once_it_is_frozen() -> None:
    lives = ChatLives()
    async with lives.running():
        for number in "12":
            await Reader(lives).say("talk", number, asyncio.Event())
            await asyncio.sleep(30)
        assert len(lives.chats.environments) == 1
    assert lives.chats.strayed == 0


async def test_what_is_answered_after_a_response_is_seen_through() -> None:
    lives = ChatLives()
    async with lives.running():
        assert (await lives.client.request("POST", "/brief")).text == "taken"
        assert lives.model.prompts == []
        await lives.until(lambda: lives.chats.is_frozen)
        assert len(lives.model.prompts) == 1
        await asyncio.sleep(ALONE_S + 10)
        assert len(lives.model.prompts) == 1
    assert lives.chats.strayed == 0


async def test_a_client_that_leaves_is_told_to_nobody_and_its_answer_is_made() -> None:
    lives = ChatLives()
    async with lives.running():
        async with lives.client.open("POST", "/api/chat", body=body("talk", "1")) as leaving:
            await leaving.read()
        assert not lives.chats.is_frozen
        await lives.until(lambda: lives.chats.is_frozen)
        ((_, answer),) = await Reader(lives).history("talk")
        assert is_whole(answer)


async def test_no_worker_is_called_while_an_answer_may_still_be_under_way_here() -> None:
    model = Held()
    lives = ChatLives(model=model)
    async with lives.running():
        reading = asyncio.create_task(Reader(lives).say("talk", "1", asyncio.Event()))
        await asyncio.sleep(ALONE_S - 2)
        assert lives.sides.environments == []
        model.may_go_on.set()
        assert is_whole((await reading).text)
        await asyncio.sleep(60)
        assert len(model.prompts) == 1


async def test_a_copy_of_a_message_is_told_the_same_answer() -> None:
    lives = ChatLives()
    async with lives.running():
        reader, taken = Reader(lives), asyncio.Event()
        first = asyncio.create_task(reader.say("talk", "1", taken))
        await taken.wait()
        again = await reader.say("talk", "1", asyncio.Event())
        assert again == await first == await reader.say("talk", "1", asyncio.Event())
        assert len(lives.model.prompts) == 1


async def test_a_stop_reaches_whoever_answers() -> None:
    model = Held()
    lives = ChatLives(model=model)
    async with lives.running():
        reader, taken = Reader(lives), asyncio.Event()
        reading = asyncio.create_task(reader.say("talk", "1", taken))
        await taken.wait()
        await lives.until(lambda: model.prompts != [])
        stopped = await lives.client.request("POST", "/api/chat/talk/stop")
        assert stopped.status == 200
        asked_at = virtual_time.clock()
        assert (await reading).outcome == "cancelled"
        assert virtual_time.clock() - asked_at <= 11


async def test_a_dead_function_is_taken_over_and_its_reader_comes_back() -> None:
    lives = ChatLives(Fault("die", "after", Call("model", "stream", 3)))
    async with lives.running():
        reader, begin = Reader(lives), virtual_time.clock()
        read = await reader.say("talk", "1", asyncio.Event())
        assert is_whole(read.text)
        assert read.text.startswith("2.")
        assert virtual_time.clock() - begin <= TAKEN_OVER_WITHIN_S
        assert len(lives.chats.environments) == 2
        assert is_whole((await reader.say("talk", "2", asyncio.Event())).text)


async def test_near_its_end_it_hands_back_and_its_reader_comes_back_for_the_rest() -> None:
    model = Held()
    lives = ChatLives(model=model)
    lives.chats.timeout_s = 40
    async with lives.running():
        reader, begin = Reader(lives), virtual_time.clock()
        reading = asyncio.create_task(reader.say("talk", "1", asyncio.Event()))
        await lives.until(lambda: reader.connections == 2)
        await lives.until(lambda: lives.sides.environments != [])
        assert virtual_time.clock() - begin <= 40 - HAND_BACK_S + 3
        model.may_go_on.set()
        assert is_whole((await reading).text)
        assert reader.connections == 2
        assert virtual_time.clock() - begin <= 40
        assert not any(one.process.died.is_set() for one in lives.chats.environments)
    assert lives.chats.strayed == 0


async def test_where_the_store_is_down_people_are_told_and_then_answered() -> None:
    lives = ChatLives()
    async with lives.running():
        lives.aws.faults.spoil = lambda number, method: Trouble(error="InternalServerError")
        told = await lives.client.request("POST", "/api/chat", body=body("talk", "1"))
        assert told.status == 503
        assert told.text.endswith("again shortly.")
        lives.aws.faults.spoil = lambda number, method: None
        assert is_whole((await Reader(lives).say("talk", "1", asyncio.Event())).text)


async def test_at_no_moment_is_a_question_missing_in_its_chat() -> None:
    lives = ChatLives()
    async with lives.running():
        reader, taken = Reader(lives), asyncio.Event()
        asking = asyncio.create_task(reader.say("talk", "1", taken))
        await taken.wait()
        reading = []
        while not asking.done():
            await asyncio.sleep(0.002)
            look = lives.client.request("GET", "/api/chat/talk")
            reading.append(asyncio.create_task(look))
        read = [each.json()["messages"] for each in await asyncio.gather(*reading)]
        assert len(read) > 100
        assert {tuple(each["id"] for each in said[:1]) for said in read} == {("1",)}
