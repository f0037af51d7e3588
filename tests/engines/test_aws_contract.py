"""The AWS engine keeps the promises of an engine, on the played AWS in simulated time."""

from collections.abc import Awaitable, Callable

import pytest
from tests.engines.clouds import opener, played

from aizuchi.testing.engine_contract import ENGINE_CONTRACT
from aizuchi.testing.engine_contract.bench import OpenEngine

Promise = Callable[[OpenEngine], Awaitable[None]]

BRINGS_NOTHING = "what a platform sends brings no file along: it says where that lies"
NOT_IN_A_QUEUE = {
    "a_file_is_kept_with_its_message": BRINGS_NOTHING,
    "a_file_is_its_persons_alone": BRINGS_NOTHING,
    "an_open_message_shows_its_files": "nothing is known of a turn before its claim",
    "a_deleted_thread_takes_its_files": BRINGS_NOTHING,
    "whoever_is_forgotten_leaves_no_file": BRINGS_NOTHING,
    "a_caller_who_brings_the_history_leaves_no_file": BRINGS_NOTHING,
    "of_many_deliveries_one_is_told_that_it_is_new": "of two copies SQS takes one",
    "a_message_that_joins_is_kept_only_where_we_are_already": "SQS drops what came a moment ago",
    "a_full_conversation_refuses_out_of_place": "`wait_within_s` bounds it instead",
    "other_conversations_are_taken_while_one_is_full": "`wait_within_s` bounds it instead",
    "the_last_that_waited_too_long_tells_of_all": "the first one tells",
    "who_waited_too_long_is_ended_out_of_order": "its guardian comes 10 s later",
    "a_log_begins_with_heard": "nothing is known of a turn before its claim",
    "threads_are_listed_newest_first": "nothing is known of a turn before its claim",
    "a_thread_is_read_as_it_stands": "nothing is known of a turn before its claim",
    "an_answer_being_asked_again_is_gone_from_the_thread": "only what is read can be asked again",
    "whose_a_thread_is_shows_by_how_its_key_begins": "nothing is known of a turn before its claim",
    "deleting_ends_what_runs": "only what is read can be deleted",
}
"""What is promised of a store, and cannot be of a message that stands in order in a queue until it
is claimed; `test_aws_queue.py` says what is promised of that instead."""


@pytest.mark.parametrize("promise", ENGINE_CONTRACT, ids=lambda promise: promise.__name__)
async def test_what_is_read_lands_when_it_is_accepted(promise: Promise) -> None:
    async with played() as (_, cloud):
        await promise(opener(cloud))


@pytest.mark.parametrize(
    "promise",
    [promise for promise in ENGINE_CONTRACT if promise.__name__ not in NOT_IN_A_QUEUE],
    ids=lambda promise: promise.__name__,
)
async def test_what_platforms_send_lands_when_it_is_claimed(promise: Promise) -> None:
    async with played() as (_, cloud):
        await promise(opener(cloud, pushed={"test"}))


def test_only_promises_are_excepted() -> None:
    assert NOT_IN_A_QUEUE.keys() <= {promise.__name__ for promise in ENGINE_CONTRACT}
