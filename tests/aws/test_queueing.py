"""What is accepted stands in the queues once, whatever becomes of the calls."""

from collections.abc import Sequence
from time import monotonic
from typing import Any

import pytest
from tests.aws.cloud import SEND, Cloud
from tests.slack import payloads as slack

from aizuchi.engines.aws.records import Guardian, Sent, digest_of
from aizuchi.errors import SettingsError, StoreUnavailable
from aizuchi.events import Message, Signal
from aizuchi.hosts.aws_lambda import service
from aizuchi.hosts.aws_lambda.queueing import QueueInbox, Queues, queues_of
from aizuchi.hosts.aws_lambda.service import Content, Service
from aizuchi.simulator.aws import Fault

NOW = 1_800_000_000.5
MESSAGE = slack.message(slack.mention())
STOP = Signal("stop", MESSAGE.conversation, slack.ANN)
DOUBTS = {
    "the call is lost": Fault(lost="call"),
    "the reply is lost": Fault(lost="reply"),
    "SQS is in trouble": Fault(error="InternalFailure"),
    "SQS says only 503": Fault(status=503),
    "SQS slows us down": Fault(error="RequestThrottled"),
    "SQS slows us down by its other name": Fault(error="ThrottlingException"),
}


class Died(BaseException):
    """The function's process is gone."""


class Dying:
    """A process that dies around a call: after so many others, before it or once it is done."""

    def __init__(self, sqs: Service, calls: int, *, is_done: bool) -> None:
        self._sqs, self._left, self._is_done = sqs, calls, is_done

    def call(self, action: str, content: Content, until: float) -> Content:
        if self._left == 0 and not self._is_done:
            raise Died
        said = self._sqs.call(action, content, until)
        if self._left == 0:
            raise Died
        self._left -= 1
        return said


class Accepting:
    """Accepts messages at a time of the test's, which has so many seconds for it."""

    def __init__(self, cloud: Cloud, wait_within_s: float = 600.0) -> None:
        self._cloud, self._wait_within_s = cloud, wait_within_s
        self.sqs: Any = cloud.service("sqs", "AmazonSQS")
        self.complaints: list[str] = []

    def __call__(
        self,
        messages: Sequence[Message] = (MESSAGE,),
        signals: Sequence[Signal] = (),
        within_s: float = 30.0,
    ) -> None:
        inbox = QueueInbox(
            self.sqs,
            Queues(self._cloud.turns, self._cloud.side),
            self._wait_within_s,
            self.complaints.append,
            now=NOW,
            until=monotonic() + within_s,
        )
        with pytest.raises(StopIteration) as done:
            inbox.accept(messages, signals).send(None)
        assert done.value.value == (), "which of them are new, nobody knows here"


@pytest.fixture
def accepting(cloud: Cloud) -> Accepting:
    return Accepting(cloud)


def test_a_message_waits_in_the_order_of_its_conversation(
    cloud: Cloud, accepting: Accepting
) -> None:
    accepting()

    (queued,) = cloud.in_order.messages
    assert cloud.queued() == [MESSAGE]
    assert queued.group == digest_of(MESSAGE.conversation)
    assert queued.deduplication == digest_of(MESSAGE.turn_id)


@pytest.mark.parametrize(("wait_within_s", "delay_s"), [(600.0, 610), (5_000.0, 900)])
def test_a_guardian_comes_when_the_wait_should_be_over(
    cloud: Cloud, wait_within_s: float, delay_s: int
) -> None:
    Accepting(cloud, wait_within_s)()

    (guardian,) = cloud.beside.messages
    assert cloud.records() == [Guardian(MESSAGE, NOW)]
    assert guardian.visible_at - guardian.sent_at == pytest.approx(delay_s)


def test_a_signal_goes_round_the_order(cloud: Cloud, accepting: Accepting) -> None:
    accepting((), [STOP])

    assert cloud.records() == [Sent(STOP, NOW)]
    assert cloud.queued() == []


def test_messages_stand_in_the_order_in_which_they_came(cloud: Cloud, accepting: Accepting) -> None:
    several = [MESSAGE._replace(turn_id=f"slack:{number}") for number in range(5)]

    accepting(several)

    assert cloud.queued() == several
    assert len(cloud.records()) == 5


def test_a_redelivery_is_queued_once(cloud: Cloud, accepting: Accepting) -> None:
    accepting()
    accepting()

    assert cloud.queued() == [MESSAGE]


def test_all_who_decide_the_same_question_are_heard(cloud: Cloud, accepting: Accepting) -> None:
    yes = MESSAGE._replace(turn_id="slack:1:decision", decides="yes d U0ASKER")
    no = yes._replace(sender=yes.sender._replace(id="U0OTHER"), decides="no d U0ASKER")

    accepting([yes])
    accepting([no])
    accepting([yes])

    assert cloud.queued() == [yes, no]


def test_what_sqs_would_refuse_in_a_text_is_written_otherwise(
    cloud: Cloud, accepting: Accepting
) -> None:
    odd = MESSAGE._replace(text="\x00\x1f\ufffe\uffff 雨☂\U0001f327")

    accepting([odd])

    assert cloud.queued() == [odd]
    assert cloud.records() == [Guardian(odd, NOW)]


# ── trouble ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("calls", [0, 1])
@pytest.mark.parametrize("is_done", [False, True])
def test_what_a_dying_function_took_in_is_queued_once_and_guarded_by_its_redelivery(
    cloud: Cloud, accepting: Accepting, calls: int, *, is_done: bool
) -> None:
    sound = accepting.sqs
    accepting.sqs = Dying(sound, calls, is_done=is_done)
    with pytest.raises(Died):
        accepting()
    accepting.sqs = sound
    accepting()

    assert cloud.queued() == [MESSAGE]
    guardians = cloud.records()
    assert guardians
    assert all(each == Guardian(MESSAGE, NOW) for each in guardians)


@pytest.mark.parametrize("name", DOUBTS)
def test_in_doubt_a_message_is_sent_again_and_stands_there_once(
    cloud: Cloud, accepting: Accepting, name: str
) -> None:
    cloud.goes_wrong(DOUBTS[name])

    accepting()

    assert cloud.queued() == [MESSAGE]
    assert cloud.calls() == 3, "the message, the message again, the guardian"
    assert cloud.pauses == [service.FIRST_PAUSE_S]


def test_a_reply_that_never_comes_is_not_waited_for_all_the_time(
    cloud: Cloud, accepting: Accepting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TRY_S", 0.2)
    cloud.goes_wrong(Fault(lost="reply", frozen=True))

    accepting()

    assert cloud.queued() == [MESSAGE]
    assert cloud.calls() == 3


@pytest.mark.parametrize("name", DOUBTS)
def test_what_stays_in_doubt_is_not_accepted(cloud: Cloud, accepting: Accepting, name: str) -> None:
    cloud.aws.faults.spoil = lambda number, method: DOUBTS[name]

    with pytest.raises(StoreUnavailable, match="did not succeed in time"):
        accepting(within_s=service.FIRST_PAUSE_S * 2)

    assert cloud.calls() >= 2
    assert len(cloud.queued()) <= 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredTokenException"])
def test_what_is_refused_is_not_asked_for_again(
    cloud: Cloud, accepting: Accepting, code: str
) -> None:
    cloud.goes_wrong(Fault(error=code))

    with pytest.raises(StoreUnavailable, match=f"refused: {code}"):
        accepting()

    assert cloud.calls() == 1


def test_a_queue_that_is_not_there_is_named_by_its_error(cloud: Cloud) -> None:
    cloud.turns = cloud.turns.replace("queue-", "nowhere-")

    with pytest.raises(StoreUnavailable, match=r"refused: \S*Queue"):
        Accepting(cloud)()


@pytest.mark.parametrize("fault", [Fault(error="AccessDeniedException"), Fault(status=503)])
def test_without_a_guardian_a_message_is_still_accepted(
    cloud: Cloud, accepting: Accepting, fault: Fault
) -> None:
    cloud.aws.faults.order(fault, SEND, after=1, times=50)

    accepting(within_s=0.2)

    assert cloud.queued() == [MESSAGE]
    assert cloud.records() == []
    assert "a message has no guardian" in accepting.complaints[0]


def test_a_stop_that_could_not_be_sent_is_not_accepted(cloud: Cloud, accepting: Accepting) -> None:
    cloud.goes_wrong(Fault(error="AccessDeniedException"))

    with pytest.raises(StoreUnavailable):
        accepting((), [STOP])


# ── where the queues are ──────────────────────────────────────────────────────


def test_the_environment_names_the_queues(cloud: Cloud) -> None:
    assert queues_of(cloud.environ) == Queues(cloud.turns, cloud.side)


@pytest.mark.parametrize("name", ["AIZUCHI__AWS__TURNS", "AIZUCHI__AWS__SIDE"])
def test_a_queue_that_is_not_named_is_asked_for(cloud: Cloud, name: str) -> None:
    with pytest.raises(SettingsError, match=f"Set .*{name}"):
        queues_of({**cloud.environ, name: ""})
