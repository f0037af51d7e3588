"""A collector that takes traces by OTLP over HTTP, as any backend does, and shows what it got."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Value = str | int | float | bool | list[str]


class Got(NamedTuple):
    """One request, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> ExportTraceServiceRequest:
        content = ExportTraceServiceRequest()
        content.ParseFromString(self.body)
        return content


class Seen(NamedTuple):
    """A span, as it was told; ids in hexadecimal digits, times in seconds."""

    name: str
    trace: str
    id: str
    parent: str
    kind: str
    began: float
    ended: float
    failed: bool
    attributes: Mapping[str, Value]


class Collector:
    """Answers as it is told, and takes only what it can decode."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.status = 200
        self.app = Starlette(routes=[Route("/{path:path}", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        got = Got(request.url.path, dict(request.headers), await request.body())
        try:
            is_empty = not got.content.resource_spans
        except DecodeError:
            return Response(status_code=400)
        if is_empty or request.headers.get("content-type") != "application/x-protobuf":
            return Response(status_code=415)
        if self.status == 200:
            self.got.append(got)
        return Response(status_code=self.status)

    @property
    def spans(self) -> list[Seen]:
        return [span for got in self.got for span in _spans(got.content)]

    def named(self, beginning: str) -> list[Seen]:
        return [span for span in self.spans if span.name.startswith(beginning)]

    @property
    def resource(self) -> Mapping[str, Value]:
        return _attributes(self.got[0].content.resource_spans[0].resource.attributes)


def _spans(content: ExportTraceServiceRequest) -> Iterator[Seen]:
    for resource in content.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    began=span.start_time_unix_nano / 1e9,
                    ended=span.end_time_unix_nano / 1e9,
                    failed=span.status.code == 2,
                    attributes=_attributes(span.attributes),
                )


def _attributes(pairs: Iterable[KeyValue]) -> Mapping[str, Value]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Value:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [each.string_value for each in value.array_value.values]
    plain: Value = getattr(value, kind or "string_value")
    return plain
