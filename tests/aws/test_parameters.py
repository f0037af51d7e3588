"""Secrets are read when they are wanted, once for all, and again when they may be others."""

from collections.abc import Mapping, Sequence

import pytest
from tests.aws.cloud import Cloud

from aizuchi.errors import SettingsError, StoreUnavailable
from aizuchi.hosts.aws_lambda.parameters import (
    AGAIN_AFTER_S,
    FRESH_S,
    MOST_NAMES,
    Secrets,
    reader_of,
)
from aizuchi.simulator.aws import Fault

GIVEN = {"ONE": "ssm:/one", "TWO": "ssm:/two, plain ,", "PLAIN": "as it is", "EMPTY": ""}


class Store:
    """Parameters that a test changes or takes away, at a time of its own."""

    def __init__(self) -> None:
        self.values = {"/one": "1", "/two": "2"}
        self.is_away = False
        self.reads: list[Sequence[str]] = []
        self.complaints: list[str] = []
        self.now = 5_000.0

    def read(self, names: Sequence[str]) -> Mapping[str, str]:
        self.reads.append(names)
        if self.is_away:
            raise StoreUnavailable("SSM is away.")
        return {name: self.values[name] for name in names if name in self.values}


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def secrets(store: Store) -> Secrets:
    return Secrets(GIVEN, store.read, store.complaints.append, lambda: store.now)


def test_nothing_is_read_before_it_is_wanted(store: Store, secrets: Secrets) -> None:
    assert secrets.of("PLAIN") == ["as it is"]
    assert secrets.of("EMPTY") == secrets.of("NOBODY") == []
    assert store.reads == []


def test_all_are_read_at_once(store: Store, secrets: Secrets) -> None:
    assert secrets.of("ONE") == ["1"]
    assert secrets.of("TWO") == ["2", "plain"]
    assert store.reads == [["/one", "/two"]]


def test_what_was_read_is_used_for_a_while(store: Store, secrets: Secrets) -> None:
    secrets.of("ONE")
    store.values["/one"] = "another"
    store.now += FRESH_S
    assert secrets.of("ONE") == ["1"]
    store.now += 1
    assert secrets.of("ONE") == ["another"]


def test_what_was_never_read_is_needed(store: Store, secrets: Secrets) -> None:
    store.is_away = True
    with pytest.raises(StoreUnavailable):
        secrets.of("ONE")
    store.is_away = False
    assert secrets.of("ONE") == ["1"]


def test_what_was_read_before_is_used_while_ssm_is_away(store: Store, secrets: Secrets) -> None:
    secrets.of("ONE")
    store.is_away = True
    store.now += FRESH_S + 1
    assert [secrets.of("ONE") for _ in range(3)] == [["1"]] * 3
    assert len(store.reads) == 2, "not with every request"
    assert "SSM is away" in store.complaints[0]
    store.is_away = False
    store.values["/one"] = "another"
    store.now += AGAIN_AFTER_S
    assert secrets.of("ONE") == ["another"]


def test_a_bad_signature_has_them_read_again_once_a_minute(store: Store, secrets: Secrets) -> None:
    secrets.of("ONE")
    store.values["/one"] = "another"
    assert not secrets.renew()
    store.now += AGAIN_AFTER_S
    assert secrets.renew()
    assert secrets.of("ONE") == ["another"]
    assert [secrets.renew() for _ in range(3)] == [False] * 3
    assert len(store.reads) == 2


@pytest.mark.parametrize("is_away", [True, False])
def test_what_is_still_the_same_is_not_tried_again(
    store: Store, secrets: Secrets, is_away: bool
) -> None:
    secrets.of("ONE")
    store.is_away = is_away
    store.now += AGAIN_AFTER_S
    assert not secrets.renew()
    assert secrets.of("ONE") == ["1"]


def test_without_parameters_there_is_nothing_to_renew(store: Store) -> None:
    secrets = Secrets({"PLAIN": "x"}, store.read, store.complaints.append, lambda: store.now)
    assert not secrets.renew()
    assert store.reads == []


def test_a_parameter_that_is_not_there_is_named(store: Store, secrets: Secrets) -> None:
    del store.values["/one"]
    assert secrets.of("ONE") == []
    assert secrets.of("TWO") == ["2", "plain"]
    assert "no parameter /one in SSM" in store.complaints[0]


def test_more_than_one_call_reads_are_not_taken() -> None:
    names = ",".join(f"ssm:/{number}" for number in range(MOST_NAMES + 1))
    with pytest.raises(SettingsError, match=f"at most {MOST_NAMES}"):
        Secrets({"MANY": names}, lambda names: {}, print)


def test_all_that_is_known_is_to_be_hidden(secrets: Secrets) -> None:
    assert secrets.shown_to_nobody == ["plain", "as it is"]
    secrets.of("ONE")
    assert secrets.shown_to_nobody == ["plain", "as it is", "1", "2"]


# ── from SSM itself ───────────────────────────────────────────────────────────


def test_they_are_read_unsealed_with_one_call(cloud: Cloud) -> None:
    names = [f"/read/{number}" for number in range(MOST_NAMES)]
    for name in names[:-1]:
        cloud.aws.ssm.put(name, f"the secret of {name}")

    read = reader_of(lambda: cloud.service("ssm", "AmazonSSM", "1.1"))

    assert read(names) == {name: f"the secret of {name}" for name in names[:-1]}
    assert cloud.calls("SSM.GetParameters") == 1


def test_ssm_is_asked_again_where_it_fails(cloud: Cloud) -> None:
    cloud.aws.ssm.put("/read/again", "yes")
    read = reader_of(lambda: cloud.service("ssm", "AmazonSSM", "1.1"))
    for fault in (Fault(lost="reply"), Fault(error="ThrottlingException"), Fault(status=503)):
        cloud.goes_wrong(fault, "SSM.GetParameters")
        assert read(["/read/again"]) == {"/read/again": "yes"}
    assert cloud.calls("SSM.GetParameters") == 6


def test_what_ssm_refuses_is_told(cloud: Cloud) -> None:
    cloud.goes_wrong(Fault(error="AccessDeniedException"), "SSM.GetParameters")
    read = reader_of(lambda: cloud.service("ssm", "AmazonSSM", "1.1"))
    with pytest.raises(StoreUnavailable, match="AccessDeniedException"):
        read(["/one"])
