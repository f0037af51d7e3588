"""Our own loop for Lambda's Runtime API, as AWS's client for Python streams nothing.

    python -m aizuchi.hosts.aws_lambda.runtime      # what /opt/aizuchi-stream starts

Between two invocations the process is frozen where it asks for the next one. It does that outside
its event loop, so that nothing else can have begun by then.
"""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Coroutine, Mapping
from http.client import HTTPConnection
from importlib import import_module
from typing import Any, NamedTuple

ADDRESS = "AWS_LAMBDA_RUNTIME_API"
PLACE = "/2018-06-01/runtime"
FUNCTION = "aizuchi.hosts.aws_lambda.responding"

log = logging.getLogger(__name__)


class Invocation(NamedTuple):
    """It ends before `until`, by the clock of the day."""

    request_id: str
    until: float
    event: object


Serve = Callable[[str, Invocation], Coroutine[Any, Any, None]]
"""Answers an invocation, at the address of the Runtime API."""


class RuntimeApi:
    """What Lambda gives a function to do, and is told where nothing comes of it."""

    def __init__(self, address: str) -> None:
        self._line = HTTPConnection(address)

    def next(self) -> Invocation:
        """Waits for it, frozen."""
        self._line.request("GET", f"{PLACE}/invocation/next")
        reply = self._line.getresponse()
        return Invocation(
            reply.headers["Lambda-Runtime-Aws-Request-Id"],
            int(reply.headers["Lambda-Runtime-Deadline-Ms"]) / 1000,
            json.loads(reply.read()),
        )

    def fail(self, what: str, error: BaseException) -> None:
        """What went wrong with an invocation, or with the start (`init`). Only the operator reads
        that: a gateway keeps it to itself."""
        kind = type(error).__name__
        body = json.dumps({"errorType": kind, "errorMessage": str(error)})
        headers = {"Lambda-Runtime-Function-Error-Type": f"Runtime.{kind}"}
        self._line.request("POST", f"{PLACE}/{what}/error", body, headers)
        self._line.getresponse().read()


def main(environ: Mapping[str, str] = os.environ) -> None:
    """Answers one invocation after the other, until Lambda ends the process."""
    address = environ[ADDRESS]
    api = RuntimeApi(address)
    serve = _loaded(api)
    with asyncio.Runner() as runner:
        while True:
            invocation = api.next()
            try:
                runner.run(serve(address, invocation))
            except Exception as error:
                log.exception("an invocation came to nothing")
                api.fail(f"invocation/{invocation.request_id}", error)


def _loaded(api: RuntimeApi) -> Serve:
    """All that we are, which a package that lacks something cannot be."""
    try:
        serve: Serve = import_module(FUNCTION).serve
    except Exception as error:
        api.fail("init", error)
        raise
    return serve


if __name__ == "__main__":
    main()
