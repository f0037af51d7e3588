"""Opens the way of traces to where the settings want them."""

import os
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import NamedTuple

import httpx2
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from aizuchi.events import Message
from aizuchi.happenings import Happening, Listener
from aizuchi.otel.sending import SEND_WITHIN_S, Sending
from aizuchi.otel.spans import Pen, Span
from aizuchi.settings.masking import mask
from aizuchi.settings.tracing import Destination

CLOSE_WITHIN_S = 0.5
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Tracing(NamedTuple):
    """What listens, its own work until that is cancelled, and a way to have done with what is left
    within some seconds."""

    listener: Listener
    run: Callable[[], Coroutine[None, None, None]]
    flush: Callable[[float], Coroutine[None, None, None]]


@asynccontextmanager
async def open_tracing(
    destination: Destination, pen: Pen, secrets: Collection[str]
) -> AsyncIterator[Tracing]:
    """Traces go there while it is open; no known secret is in them."""
    async with open_client(destination.url) as client:
        sending, ids = Sending(destination, client), Ids()
        provider = TracerProvider(
            sampler=ALWAYS_ON, resource=_resource(), id_generator=ids, shutdown_on_exit=False
        )
        provider.add_span_processor(sending)
        tracer = provider.get_tracer("aizuchi", version("aizuchi"))
        try:
            yield Tracing(Scribe(pen, tracer, ids, secrets), sending.run, sending.flush)
        finally:
            await sending.flush(CLOSE_WITHIN_S)


@asynccontextmanager
async def open_client(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Through the proxy of the environment, but not to this machine."""
    trust_env = httpx2.URL(url).host not in LOOPBACK
    async with httpx2.AsyncClient(timeout=SEND_WITHIN_S, trust_env=trust_env) as client:
        yield client


def _resource() -> Resource:
    name = os.environ.get("OTEL_SERVICE_NAME") or "aizuchi"
    return Resource.create({SERVICE_NAME: name, SERVICE_VERSION: version("aizuchi")})


class Ids(RandomIdGenerator):
    """Ids by chance, but for those of a root, which are said before it is begun."""

    def __init__(self) -> None:
        self.root: tuple[int, int] | None = None

    def generate_trace_id(self) -> int:
        return self.root[0] if self.root else super().generate_trace_id()

    def generate_span_id(self) -> int:
        return self.root[1] if self.root else super().generate_span_id()


class Scribe:
    """A listener that writes spans."""

    def __init__(self, pen: Pen, tracer: Tracer, ids: Ids, secrets: Collection[str]) -> None:
        self._pen, self._tracer, self._ids, self._secrets = pen, tracer, ids, secrets

    def __call__(self, message: Message, happening: Happening) -> None:
        if span := self._pen.span_of(message, happening):
            self._write(span, self._pen.trace_of(message))

    def _write(self, span: Span, root: tuple[int, int]) -> None:
        self._ids.root = root if span.is_root else None
        written = self._tracer.start_span(
            self._plain(span.name),
            Context() if span.is_root else _inside(root),
            SpanKind.CLIENT if span.calls_out else SpanKind.INTERNAL,
            {
                name: self._plain(value) if isinstance(value, str) else value
                for name, value in span.attributes.items()
            },
            start_time=_ns(span.began),
        )
        if span.error:
            written.set_attribute("error.type", span.error)
            written.set_status(Status(StatusCode.ERROR))
        written.end(_ns(span.ended))

    def _plain(self, text: str) -> str:
        """Without any known secret, and without what no encoding has."""
        return mask(text, self._secrets).encode("utf-8", "replace").decode()


def _inside(root: tuple[int, int]) -> Context:
    """Where a span belongs to a root that is not written yet."""
    parent = SpanContext(*root, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)
