"""What a machine asks the server: does it live, is it ready, what has it counted."""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from aizuchi.events import HttpRequest, HttpResponse

PATHS = ("/healthz", "/readyz", "/metrics")

Labels = tuple[tuple[str, str], ...]


class Metric(NamedTuple):
    """One figure of /metrics, by its labels."""

    name: str
    kind: Literal["counter", "gauge"]
    meaning: str
    values: Mapping[Labels, float]


def figure(name: str, kind: Literal["counter", "gauge"], meaning: str, value: float) -> Metric:
    """A metric of one value."""
    return Metric(name, kind, meaning, {(): value})


def endpoints(standings: Iterable[tuple[str, str, int, int]]) -> Iterator[Metric]:
    """How the endpoints of the model do: of each its name, its breaker's state, how many calls it
    had, and how many of them failed."""
    calls: dict[Labels, float] = {}
    failures: dict[Labels, float] = {}
    resting: dict[Labels, float] = {}
    for name, state, called, failed in standings:
        labels = (("endpoint", name),)
        calls[labels], failures[labels], resting[labels] = called, failed, state != "closed"
    yield Metric("aizuchi_model_calls_total", "counter", "Calls of the model.", calls)
    yield Metric("aizuchi_model_failures_total", "counter", "Calls that failed.", failures)
    yield Metric("aizuchi_model_resting", "gauge", "1 while calls go elsewhere.", resting)


def _ready() -> Mapping[str, bool]:
    return {}


def _no_metrics() -> Iterable[Metric]:
    return ()


def _nobody(token: str) -> bool:
    return False


class Probes(NamedTuple):
    """Where the probes look. `ready` names what must be so; `open_metrics` holds on loopback,
    elsewhere `knows` has to know the token."""

    ready: Callable[[], Mapping[str, bool]] = _ready
    metrics: Callable[[], Iterable[Metric]] = _no_metrics
    open_metrics: bool = True
    knows: Callable[[str], bool] = _nobody

    def answer(self, request: HttpRequest, own: Iterable[Metric]) -> HttpResponse:
        """The answer to a probe."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(405, b"method not allowed", headers=((b"allow", b"GET, HEAD"),))
        if request.path == "/healthz":
            return HttpResponse(200, b"ok\n")
        return self._readiness() if request.path == "/readyz" else self._metrics(request, own)

    def _readiness(self) -> HttpResponse:
        """Ready or not in a line, and then each thing by itself."""
        states = self.ready()
        lacking = [name for name, is_so in states.items() if not is_so]
        said = f"not ready: {', '.join(lacking)}" if lacking else "ready"
        lines = (f"{name}: {'yes' if is_so else 'no'}" for name, is_so in states.items())
        return HttpResponse(503 if lacking else 200, "\n".join((said, *lines, "")).encode())

    def _metrics(self, request: HttpRequest, own: Iterable[Metric]) -> HttpResponse:
        if not self.open_metrics and not self.knows(_bearer(request)):
            return HttpResponse(401, b"", headers=((b"www-authenticate", b"Bearer"),))
        text = "".join(_lines(metric) for metric in (*own, *self.metrics()))
        return HttpResponse(200, text.encode(), "text/plain; version=0.0.4; charset=utf-8")


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = (request.header(b"authorization") or b"").decode("latin-1").partition(" ")
    return token.strip() if hmac.compare_digest(scheme.lower().encode(), b"bearer") else ""


def _lines(metric: Metric) -> str:
    """The text format of Prometheus."""
    name, kind, meaning, values = metric
    samples = "".join(f"{name}{_labels(labels)} {value:g}\n" for labels, value in values.items())
    return f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n{samples}"


def _labels(labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
