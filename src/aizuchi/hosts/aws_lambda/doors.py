"""The doors of a function that only takes in: verified, stored, acknowledged, in this order."""

import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple

from aizuchi import edge
from aizuchi.errors import AizuchiError, StoreError, StoreUnavailable
from aizuchi.events import HttpRequest, HttpResponse, Message, Reception
from aizuchi.hosts.aws_lambda.gateway import Arrived, NotHttp, read_event, write_response
from aizuchi.hosts.aws_lambda.parameters import Secrets

if TYPE_CHECKING:
    from aizuchi.ports import Inbox, Surface

TAKEN_WITHIN_S = 2.2
"""From the arrival at the gateway on; a platform waits three seconds, its own way included."""

LEAST_S = 0.5
"""What storing gets where the way here took all that: who gave up on us asks again."""

NO_REQUEST = HttpResponse(400, b"this is no request of a gateway")
NOT_FOUND = HttpResponse(404, b"not found")
UNKNOWN = HttpResponse(401)
UNREADABLE = HttpResponse(503)


class Door(NamedTuple):
    """Where a surface is reached: the variable its secrets are in, and what makes it of them."""

    variable: str
    surface: Callable[[Sequence[str]], "Surface"]


class Admission(NamedTuple):
    """What of `[access]` and `[tools]` is decided before anything is stored."""

    allow: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()

    def admitted(self, message: Message) -> Message | None:
        """A message as it is stored; None where nothing of it is."""
        if message.joins:
            from aizuchi.access import concerns_us  # only where threads are followed

            return message if concerns_us(message, self.allow) else None
        if message.decides:
            from aizuchi.rules import Rules  # seldom clicked

            return Rules(approvers=self.approvers).admitted(message)
        return message


class Ingress:
    """What Lambda calls with each request. `inbox` is given the time of day, and how many seconds
    storing may take; `note` hears of each turn that was accepted."""

    def __init__(
        self,
        doors: Mapping[str, Door],
        secrets: Secrets,
        inbox: Callable[[float, float], "Inbox"],
        complain: Callable[[str], None],
        admission: Admission = Admission(),
        clock: Callable[[], float] = time,
        note: Callable[[str], None] = lambda turn_id: None,
    ) -> None:
        self._note = note
        self._doors, self._secrets, self._inbox = doors, secrets, inbox
        self._complain, self._admission, self._clock = complain, admission, clock

    def __call__(self, event: object, context: object) -> Mapping[str, Any]:
        now = self._clock()
        try:
            answer = self._answer(read_event(event, now), now)
        except NotHttp:
            answer = NO_REQUEST
        except Exception as error:  # noqa: BLE001 - the last border: whatever broke, it is told
            answer = self._broken(error)
        return write_response(answer)

    def _answer(self, arrived: Arrived, now: float) -> HttpResponse:
        door = self._door(arrived.request.path)
        if door is None:
            return NOT_FOUND
        try:
            reception = self._receive(door, arrived.request, now)
        except StoreUnavailable as error:
            self._complain(f"the secrets could not be read: {error}")
            return UNREADABLE
        if isinstance(reception, HttpResponse):
            return reception
        left_s = max(LEAST_S, TAKEN_WITHIN_S - (now - arrived.at))
        return without_waiting(self._accept(self._inbox(now, left_s), reception))

    def _door(self, path: str) -> Door | None:
        """A stage or the base path of a domain may stand before ours."""
        return next((door for ours, door in self._doors.items() if path.endswith(ours)), None)

    def _receive(self, door: Door, request: HttpRequest, now: float) -> Reception | HttpResponse:
        refused = edge.refuse(request, edge.WEBHOOK)
        if refused is not None:
            return refused
        reception = self._verified(door, request, now)
        if _is_unknown(reception) and self._secrets.renew():
            reception = self._verified(door, request, now)
        return reception

    def _verified(self, door: Door, request: HttpRequest, now: float) -> Reception | HttpResponse:
        """Without a secret nothing verifies."""
        secrets = self._secrets.of(door.variable)
        return edge.receive(door.surface(secrets), request, now=now) if secrets else UNKNOWN

    async def _accept(self, inbox: "Inbox", reception: Reception) -> HttpResponse:
        every = map(self._admission.admitted, reception.messages)
        messages = [message for message in every if message is not None]
        try:
            if messages or reception.signals:
                await inbox.accept(messages, reception.signals)
        except StoreError as error:
            self._complain(f"a message was not taken: {error}")
            return reception.refused
        for message in messages:
            self._note(message.turn_id)
        assert isinstance(reception.accepted, HttpResponse), "a webhook is acknowledged at once"
        return reception.accepted

    def _broken(self, error: Exception) -> HttpResponse:
        from aizuchi.words import say

        incident = os.urandom(4).hex()
        self._complain(f"a request broke (number {incident}): {_told(error)}")
        return HttpResponse(500, say("bug", "en", incident=incident).encode())


def _is_unknown(reception: Reception | HttpResponse) -> bool:
    return isinstance(reception, HttpResponse) and reception.status == UNKNOWN.status


def without_waiting(work: Coroutine[Any, Any, HttpResponse]) -> HttpResponse:
    """What a coroutine returns that never waits: asyncio would take 40 ms to load."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: HttpResponse = done.value
        return answer
    work.close()
    raise RuntimeError("the inbox of a function waited, where nothing would wake it")


def _told(error: Exception) -> str:
    """What broke: our own words, or of what is not ours only where."""
    if isinstance(error, AizuchiError):
        return str(error)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
