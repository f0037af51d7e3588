"""Messages through queues and functions, answered on a platform, in simulated time."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from tests.aws.lives import BOUNDS, LambdaLives
from tests.crash.faults import Call, Fault
from tests.crash.lives import CountingModel, is_whole

from aizuchi import ports
from aizuchi.ports import Declared, PromptMessage
from aizuchi.testing import virtual_time

DIES_ASKING = Fault("die", "before", Call("model", "stream", 1))
TAKEN_OVER_WITHIN_S = 45.0


class Slow(CountingModel):
    """Takes its time, the first time that it is asked."""

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[ports.Part]:
        pause_s = 0.0 if self.prompts else 50.0
        async for part in super().stream(prompt, tools):
            yield part
            await asyncio.sleep(pause_s)


def whole(text: str) -> bool:
    return is_whole(f"{text} ")


def settled(lives: LambdaLives) -> bool:
    return lives.standing["turns.fifo"] == 0


async def test_messages_of_a_thread_are_answered_in_their_order() -> None:
    lives = LambdaLives()
    async with lives.running():
        thread = lives.ask("One?")
        lives.ask("Two?", thread)
        lives.ask("Three?", thread)
        await lives.until(lambda: settled(lives) and len(lives.answers(thread)) == 3)
        answers = lives.answers(thread)
        assert all(map(whole, answers))
        assert [lives.question_of(each) for each in answers] == ["One?", "Two?", "Three?"]


async def test_nobody_waits_for_what_goes_on_behind_an_answer() -> None:
    lives = LambdaLives()
    lives.rest_s = 25.0
    async with lives.running():
        begin, thread = virtual_time.clock(), lives.ask("One?")
        lives.ask("Two?", thread)
        await lives.until(lambda: len(lives.answers(thread)) == 2)
        assert virtual_time.clock() - begin < lives.rest_s


async def test_a_killed_function_is_taken_over_within_45_seconds() -> None:
    lives = LambdaLives(Fault("die", "after", Call("model", "stream", 3)))
    async with lives.running():
        thread = lives.ask("One?")
        await lives.until(lambda: lives.workers.environments != [])
        first = lives.workers.environments[0]
        await first.process.died.wait()
        died_at = virtual_time.clock()
        await lives.until(lambda: len(lives.model.prompts) == 2)
        assert virtual_time.clock() - died_at <= TAKEN_OVER_WITHIN_S
        await lives.until(lambda: settled(lives))
        assert list(map(whole, lives.answers(thread))) == [True]


async def test_a_message_that_kills_its_worker_is_given_up_and_the_next_is_answered() -> None:
    lives = LambdaLives(*[DIES_ASKING] * BOUNDS.tries)
    async with lives.running():
        thread = lives.ask("Poison?")
        lives.ask("Two?", thread)
        await lives.until(lambda: settled(lives))
        apology, answer = lives.answers(thread)
        assert "3 times" in apology
        assert whole(answer)
        assert lives.standing["dead.fifo"] == 0


async def test_where_nobody_works_the_guardian_tells_in_time() -> None:
    lives = LambdaLives()
    lives.works = False
    async with lives.running():
        begin, thread = virtual_time.clock(), lives.ask("One?")
        await lives.until(lambda: lives.answers(thread) != [])
        assert virtual_time.clock() - begin <= BOUNDS.wait_within_s + 20
        assert "away" in lives.answers(thread)[0]


async def test_what_is_given_up_by_its_queue_is_told_too() -> None:
    lives = LambdaLives()
    lives.works = False
    async with lives.running():
        thread = lives.ask("One?")
        turns, side, dead = (lives.aws.sqs.queue(each) for each in lives.standing)
        side.messages.clear()
        lives.aws.advance(BOUNDS.wait_within_s + 1)
        (message,) = turns.messages
        turns.messages.clear()
        dead.bury(message, turns)
        await lives.until(lambda: lives.answers(thread) != [])
        assert "away" in lives.answers(thread)[0]


async def test_a_dead_letter_that_is_none_of_ours_is_put_away() -> None:
    lives = LambdaLives()
    async with lives.running():
        turns, _, dead = (lives.aws.sqs.queue(each) for each in lives.standing)
        dead.bury(turns.send("{}", delay_s=None, group="a", deduplication="a"), turns)
        await lives.until(lambda: lives.standing == {"turns.fifo": 0, "side": 0, "dead.fifo": 0})


async def test_what_is_not_done_near_the_end_goes_on_elsewhere() -> None:
    lives = LambdaLives(model=Slow())
    lives.workers.timeout_s = 40
    async with lives.running():
        thread = lives.ask("One?")
        await lives.until(lambda: settled(lives))
        assert list(map(whole, lives.answers(thread))) == [True]
        assert len(lives.model.prompts) == 2
        assert not any(one.process.died.is_set() for one in lives.workers.environments)


async def test_a_stop_reaches_the_function_that_answers() -> None:
    lives = LambdaLives(model=Slow())
    async with lives.running():
        thread = lives.ask("One?")
        await lives.until(lambda: lives.answers(thread) != [])
        begin, post = virtual_time.clock(), lives.plaza.thread("C1", thread)[0]
        lives.take(lives.plaza.presses_stop(post.ref))
        await lives.until(lambda: settled(lives))
        assert virtual_time.clock() - begin <= 15
        assert len(lives.model.prompts) == 1
