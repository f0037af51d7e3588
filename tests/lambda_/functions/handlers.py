"""Functions that the tests run under the real awslambdaric."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

COLD = [0]
TICKS = Path(os.environ.get("TICKS", "/dev/null"))


def count(event: Any, context: Any) -> Any:
    """How often this environment has been used."""
    COLD[0] += 1
    return {"event": event, "use": COLD[0], "request": context.aws_request_id}


def left(event: Any, context: Any) -> Any:
    return {"left_ms": context.get_remaining_time_in_millis(), "now": time.time()}


def fail(event: Any, context: Any) -> Any:
    raise ValueError("not this time")


def leave(event: Any, context: Any) -> Any:
    os._exit(3)


def sleep(event: Any, context: Any) -> Any:
    time.sleep(event["seconds"])
    return "slept"


def large(event: Any, context: Any) -> Any:
    return "x" * event["bytes"]


def echo(event: Any, context: Any) -> Any:
    return {"statusCode": 200, "headers": {"x-a": "b"}, "body": json.dumps(event)}


def go_on_working(event: Any, context: Any) -> Any:
    """The classic mistake: an answer first, the work after it."""

    def work() -> None:
        while True:
            with TICKS.open("a") as file:
                file.write("x")
            time.sleep(0.01)

    threading.Thread(target=work, daemon=True).start()
    return "taken"


def note(event: Any, context: Any) -> Any:
    """Writes down the messages that it gets, when it begins and when it ends."""
    failures = []
    for record in event["Records"]:
        order = json.loads(record["body"])
        _note("began", order, context)
        time.sleep(order.get("seconds", 0))
        if int(record["attributes"]["ApproximateReceiveCount"]) <= order.get("fails", 0):
            failures.append({"itemIdentifier": record["messageId"]})
        else:
            _note("ended", order, context)
    return {"batchItemFailures": failures}


def _note(what: str, order: Any, context: Any) -> None:
    line = json.dumps([what, order["name"], time.time(), context.aws_request_id])
    with TICKS.open("a") as file:
        file.write(line + "\n")
