"""A service of AWS's with a JSON protocol, called without its SDK; every call may be done twice."""

import json
from collections.abc import Callable, Mapping
from time import monotonic, sleep, time
from typing import Any

from aizuchi.engines.aws.account import credentials_of, endpoint_of, region_of
from aizuchi.engines.aws.sigv4 import Request, Scope, signed
from aizuchi.errors import StoreUnavailable
from aizuchi.hosts.aws_lambda.line import Line, Reply

TRY_S = 0.8
"""How long a reply is waited for before the call is made again."""

FIRST_PAUSE_S = 0.05
PASSING = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Errors that go by themselves, whatever their status is."""

Content = Mapping[str, Any]


class Service:
    """`target` is what the actions are named under. The environment's credentials hold for as long
    as the function's process does."""

    def __init__(
        self,
        environ: Mapping[str, str],
        name: str,
        target: str,
        version: str = "1.0",
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._scope = Scope(region_of(environ), name)
        self._credentials = credentials_of(environ)
        self._target, self._pause = target, pause
        self._content_type = f"application/x-amz-json-{version}"
        endpoint = endpoint_of(environ, name, self._scope.region)
        self._line = Line(endpoint, environ.get("AWS_CA_BUNDLE", ""))

    def call(self, action: str, content: Content, until: float) -> Content:
        """What the service says, before that time of `monotonic`.

        Raises:
            StoreUnavailable: it refused, or did not answer in time; in doubt it may have been done.
        """
        pause_s = FIRST_PAUSE_S
        while True:
            why, said = self._try(action, content, until)
            if not why:
                return said
            if monotonic() + pause_s >= until:
                raise StoreUnavailable(
                    f"{self._target}.{action} did not succeed in time: {why}.",
                    "It passes by itself, or AWS's health page says why not.",
                )
            self._pause(pause_s)
            pause_s *= 2

    def close(self) -> None:
        self._line.close()

    def _try(self, action: str, content: Content, until: float) -> tuple[str, Content]:
        """What came of one call: why to make it again, or else what was said."""
        try:
            reply = self._line.exchange(
                self._request(action, content), min(monotonic() + TRY_S, until)
            )
            said = _content(reply)
        except (OSError, ValueError) as error:
            return type(error).__name__, {}
        if reply.status == 200:
            return "", said
        code = str(said.get("__type", reply.status)).rpartition("#")[2]
        if reply.status >= 500 or code in PASSING:
            return code, {}
        raise StoreUnavailable(
            f"{self._target}.{action} was refused: {code}.",
            "Look at the rights of the function's role, and at the names in its environment.",
        )

    def _request(self, action: str, content: Content) -> bytes:
        headers = (
            ("Content-Type", self._content_type),
            ("X-Amz-Target", f"{self._target}.{action}"),
        )
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        request = Request("POST", self._line.host, "/", headers, body)
        return _written(signed(request, self._credentials, self._scope, time()))


def _content(reply: Reply) -> Content:
    """Only what says nothing of a success need not be JSON."""
    try:
        content = json.loads(reply.body)
    except ValueError:
        content = None
    if isinstance(content, dict):
        return content
    if reply.status == 200:
        raise ValueError("no JSON object")
    return {}


def _written(request: Request) -> bytes:
    head = (
        f"{request.method} {request.target} HTTP/1.1",
        f"Host: {request.host}",
        *(f"{name}: {value}" for name, value in request.headers),
        f"Content-Length: {len(request.body)}",
        "\r\n",
    )
    return "\r\n".join(head).encode() + request.body
