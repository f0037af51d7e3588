"""The fake AWS: its services, its keys, its clock, and what was ordered to go wrong."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Mapping

from aizuchi.simulator.aws import dynamodb, sqs, ssm
from aizuchi.simulator.aws.faults import Fault
from aizuchi.simulator.aws.operations import Operation
from aizuchi.simulator.aws.signing import Key
from aizuchi.simulator.aws.socket_api import STAGE, SocketApi
from aizuchi.simulator.clock import Clock
from aizuchi.simulator.faults import Faults

IN_PROCESS = "http://aws.test"
REGION = "us-east-1"


class Service:
    """`name` is what calls are signed for, `title` what errors and orders call it."""

    def __init__(
        self, name: str, title: str, version: str, operations: Mapping[str, Operation]
    ) -> None:
        self.name, self.title, self.version = name, title, version
        self.operations = operations


class FakeAWS:
    """`clock` is the time by which calls are signed; what is stored grows older by `advance`,
    too."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.signed_by = clock
        self.clock = Clock(clock)
        self.faults = Faults(Fault())
        self.round_trip_s = 0.0
        self.region = REGION
        self.key = Key("AKIAAIZUCHI", "a secret of the fake AWS")
        self.keys = {self.key.id: self.key}
        self.calls: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self.dynamodb = dynamodb.DynamoDB(self.clock)
        self.sqs = sqs.SQS(self.clock, self._new_id)
        self.ssm = ssm.SSM(self.clock)
        self.sockets = SocketApi(self.clock, self._new_id)
        self.address = IN_PROCESS
        self.services = {
            dynamodb.TARGET: Service("dynamodb", "DynamoDB", "1.0", self.dynamodb.operations()),
            sqs.TARGET: Service("sqs", "SQS", "1.0", self.sqs.operations()),
            ssm.TARGET: Service("ssm", "SSM", "1.1", self.ssm.operations()),
        }

    @property
    def address(self) -> str:
        return self.sqs.address

    @address.setter
    def address(self, address: str) -> None:
        self.sqs.address = address

    @property
    def sockets_at(self) -> str:
        """The base of the WebSocket API: as `[aws] sockets` wants it."""
        return f"{self.address}/{STAGE}"

    def advance(self, seconds: float) -> None:
        """Lets time pass at once, for what is stored."""
        self.clock.advance(seconds)
        self.sqs.ring()

    def environment(self) -> dict[str, str]:
        """The variables that lead a client here."""
        session = {"AWS_SESSION_TOKEN": self.key.session} if self.key.session else {}
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.key.id,
            "AWS_SECRET_ACCESS_KEY": self.key.secret,
            **session,
        }

    def _new_id(self) -> str:
        """As long as AWS's, and the same in every run."""
        number = next(self._ids)
        return f"{number:08x}-a12c-4000-8000-{number:012x}"
