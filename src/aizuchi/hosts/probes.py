"""What a machine asks the server: does it live, is it ready, what has it counted."""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple

from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.metrics import Metric

PATHS = ("/healthz", "/readyz", "/metrics")


def _ready() -> Mapping[str, bool]:
    return {}


async def _no_metrics() -> Iterable[Metric]:
    return ()


def _nobody(token: str) -> bool:
    return False


class Probes(NamedTuple):
    """Where the probes look. `ready` names what must be so; `open_metrics` holds on loopback,
    elsewhere `knows` has to know the token."""

    ready: Callable[[], Mapping[str, bool]] = _ready
    metrics: Callable[[], Awaitable[Iterable[Metric]]] = _no_metrics
    open_metrics: bool = True
    knows: Callable[[str], bool] = _nobody

    async def answer(self, request: HttpRequest, own: Iterable[Metric]) -> HttpResponse:
        """The answer to a probe."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(405, b"method not allowed", headers=((b"allow", b"GET, HEAD"),))
        if request.path == "/healthz":
            return HttpResponse(200, b"ok\n")
        if request.path == "/readyz":
            return self._readiness()
        return await self._metrics(request, own)

    def _readiness(self) -> HttpResponse:
        """Ready or not in a line, and then each thing by itself."""
        states = self.ready()
        lacking = [name for name, is_so in states.items() if not is_so]
        said = f"not ready: {', '.join(lacking)}" if lacking else "ready"
        lines = (f"{name}: {'yes' if is_so else 'no'}" for name, is_so in states.items())
        return HttpResponse(503 if lacking else 200, "\n".join((said, *lines, "")).encode())

    async def _metrics(self, request: HttpRequest, own: Iterable[Metric]) -> HttpResponse:
        if not self.open_metrics and not self.knows(_bearer(request)):
            return HttpResponse(401, b"", headers=((b"www-authenticate", b"Bearer"),))
        text = "".join(metric.text() for metric in (*own, *await self.metrics()))
        return HttpResponse(200, text.encode(), "text/plain; version=0.0.4; charset=utf-8")


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = (request.header(b"authorization") or b"").decode("latin-1").partition(" ")
    return token.strip() if hmac.compare_digest(scheme.lower().encode(), b"bearer") else ""
