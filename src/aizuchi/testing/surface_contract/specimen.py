"""What the promises share: the surface under test, what it is sent, and many examples of junk."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aizuchi.events import Event, HttpRequest, HttpResponse, Message, Reception
from aizuchi.markdown import Measure
from aizuchi.ports import Surface
from aizuchi.surfaces import Plug

Sign = Callable[[bytes, float], HttpRequest]


class Specimen(NamedTuple):
    """A surface under test, and what it is sent.

    `requests` are authentic at the time `now`, and each brings one message of its own. `unset` is
    the same surface without its secret. `security` names the headers that prove where a request
    comes from. `sign` makes a request of any body at any time, where requests are signed at all;
    they are fresh for `fresh_s`. `measure` counts a page's length as the platform does.
    """

    package: str
    surface: Surface
    unset: Surface
    requests: Sequence[HttpRequest]
    now: float
    security: Sequence[bytes]
    sign: Sign | None = None
    fresh_s: float = 300.0
    measure: Measure = len

    @property
    def plug(self) -> Plug:
        plug = import_module(self.package).PLUG
        assert isinstance(plug, Plug), f"{self.package}.PLUG is {plug!r}, not a Plug"
        return plug


def is_refused(answer: Event | HttpResponse) -> None:
    assert isinstance(answer, HttpResponse), f"{answer!r} was let in"
    assert 400 <= answer.status < 500, f"refused with {answer.status}"


def reception_of(specimen: Specimen, request: HttpRequest, now: float) -> Reception:
    event = specimen.surface.authenticate(request, now=now)
    assert isinstance(event, Event), f"an authentic request was refused: {event!r}"
    return specimen.surface.read(event, now=now)


def message_of(specimen: Specimen, request: HttpRequest, now: float) -> Message:
    messages = reception_of(specimen, request, now).messages
    assert len(messages) == 1, f"one message was sent, {len(messages)} were read"
    return messages[0]


def messages_of(specimen: Specimen) -> list[Message]:
    return [message_of(specimen, request, specimen.now) for request in specimen.requests]


def for_all(check: Callable[..., None], *strategies: st.SearchStrategy[Any]) -> None:
    """Runs a check over many examples; the same ones each time, so that a failure stays one."""
    run = settings(
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run(given(*strategies)(check))()
