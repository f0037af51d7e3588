"""The AWS tests run twice: against our fake, and against ministack where it can be had."""

import os
from collections.abc import Iterator, Mapping

import pytest
from package_index import SetupFailed
from tests.simulator.aws_house import Account, ours, theirs

REQUIRED = "AIZUCHI_REQUIRE_MINISTACK"

# Where ministack does otherwise than AWS is documented to; each is proved by its test's failure.
CANNOT_BE = "test_an_update_that_cannot_be_is_refused_and_changes_nothing"
UNREADABLE = "test_an_expression_that_cannot_be_read_is_refused"
DIFFERENCES: Mapping[str, str] = {
    f"{UNREADABLE}[SET a = :s;]": "what follows an expression is passed over",
    f"{UNREADABLE}[SET a :s]": "an assignment without its sign is passed over",
    f"{CANNOT_BE}[SET a = :n, a = :n]": "an attribute is set twice",
    f"{CANNOT_BE}[SET a = :n REMOVE a]": "an attribute is set and removed",
    f"{CANNOT_BE}[SET a = :n SET b = :n]": "a section may come twice",
    "test_a_filter_may_not_ask_for_keys[ministack]": "a filter may ask for keys",
    "test_a_query_needs_the_partition_and_asks_for_keys_only[pk = :pk OR sk = :pk]": (
        "OR is read as if it were AND"
    ),
    "test_a_deleted_message_does_not_come_again[ministack]": "a message is deleted only once",
    "test_a_delay_is_15_minutes_at_most[ministack]": "a delay may be as long as you like",
    "test_an_outdated_receipt_of_a_fifo_queue_is_refused[ministack]": (
        "an outdated receipt is told as one that never was"
    ),
    "test_what_is_not_held_cannot_be_hidden[ministack]": "what nobody holds can be hidden",
    "test_secrets_are_read_ten_at_once[ministack]": "eleven secrets are read at once",
}


@pytest.fixture(scope="session")
def our_account() -> Iterator[Account]:
    with ours() as account:
        yield account


@pytest.fixture(scope="session")
def their_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    try:
        with theirs(tmp_path_factory.mktemp("ministack")) as account:
            yield account
    except SetupFailed as failure:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{failure} ({REQUIRED} is set)", pytrace=False)
        pytest.skip(f"our fake AWS is not compared with ministack: {failure}")


@pytest.fixture(params=["ours", "ministack"])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "ours":
        found: Account = request.getfixturevalue("our_account")
        return found
    if difference := DIFFERENCES.get(request.node.name.replace("ministack-", "")):
        request.applymarker(pytest.mark.xfail(strict=True, reason=f"ministack: {difference}"))
    return request.getfixturevalue("their_account")  # type: ignore[no-any-return]  # Any
