"""The queues and parameters of one function, in a fake AWS."""

from collections.abc import Mapping, Sequence

from aizuchi.engines.aws.records import Record, read_record
from aizuchi.events import Message, decode_message
from aizuchi.hosts.aws_lambda.service import Service
from aizuchi.simulator.aws import FakeAWS, Fault
from aizuchi.simulator.aws.sqs import Queue

SEND = "SQS.SendMessage"


class Cloud:
    """`pauses` are those that were made before a call was made again."""

    def __init__(self, aws: FakeAWS, turns: str, side: str) -> None:
        self.aws, self.turns, self.side = aws, turns, side
        self.pauses: list[float] = []
        self._calls = dict(aws.calls)
        self._services: list[Service] = []

    @property
    def environ(self) -> Mapping[str, str]:
        queues = {"AIZUCHI__AWS__TURNS": self.turns, "AIZUCHI__AWS__SIDE": self.side}
        return {**self.aws.environment(), **queues}

    def service(self, name: str, target: str, version: str = "1.0") -> Service:
        made = Service(self.environ, name, target, version, self.pauses.append)
        self._services.append(made)
        return made

    def close(self) -> None:
        for each in self._services:
            each.close()

    def goes_wrong(self, fault: Fault, method: str = SEND, *, after: int = 0) -> None:
        self.aws.faults.order(fault, method, after=after)

    def calls(self, method: str = SEND) -> int:
        """How often it was called by this test."""
        return self.aws.calls[method] - self._calls.get(method, 0)

    @property
    def in_order(self) -> Queue:
        return self.aws.sqs.queue(self.turns)

    @property
    def beside(self) -> Queue:
        return self.aws.sqs.queue(self.side)

    def queued(self) -> Sequence[Message]:
        return [decode_message(message.body) for message in self.in_order.messages]

    def records(self) -> Sequence[Record]:
        return [read_record(message.body) for message in self.beside.messages]
