"""Real processes from end to end: Slack, the functions under the real awslambdaric, the queues."""

from pathlib import Path

import pytest
from tests.aws.stage import functions, stage

pytestmark = pytest.mark.real_time


async def test_a_mention_and_a_message_behind_it_are_answered(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path):
        general = one.slack.general
        said = await one.ann.mentions("hello", general)
        assert said.statuses == [200]
        await one.ann.mentions("and again", general, said.thread)
        await one.until(lambda: len(one.slack.answers(general, said.thread)) == 2)
        await one.until_settled()
        assert one.slack.answers(general, said.thread) == [one.model.answer.strip()] * 2
        one.slack.assert_clean()
        assert "Traceback" not in "".join(each.log for each in one.functions.values())


async def test_a_command_is_answered_and_a_forged_request_is_not(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path):
        forged = await one.ann.mentions("hello", one.slack.general, bad_signature=True)
        assert forged.statuses == [401]
        said = await one.ann.command("/ask", "hello", one.slack.general)
        assert said.statuses == [200]
        await one.slack.quiet(said)
        await one.until_settled()
        assert one.model.calls == 1


async def test_what_is_delivered_to_two_at_once_is_answered_once(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path):
        one.sources["worker"].double()
        said = await one.ann.mentions("hello", one.slack.general)
        await one.until(lambda: one.slack.answers(one.slack.general, said.thread) != [])
        await one.until_settled()
        assert one.slack.answers(one.slack.general, said.thread) == [one.model.answer.strip()]


@pytest.mark.proof
async def test_a_killed_function_is_taken_over(tmp_path: Path) -> None:
    """It takes the lease's time: about 45 seconds."""
    async with stage() as one, functions(one, tmp_path):
        one.model.words, one.model.pause_s = 50, 0.1
        said = await one.ann.mentions("hello", one.slack.general)
        await one.model.asked()
        await one.functions["worker"].kill()
        await one.until(lambda: one.model.calls == 2)
        await one.until_settled()
        assert one.slack.answers(one.slack.general, said.thread) == [one.model.answer.strip()]
