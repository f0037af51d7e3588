"""Lambda's Runtime API, as far as it gives a function what it is to do, and hears what failed."""

import json
from http.client import HTTPConnection
from typing import NamedTuple

PLACE = "/2018-06-01/runtime"


class Invocation(NamedTuple):
    """It ends before `until`, by the clock of the day."""

    request_id: str
    until: float
    event: object


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
