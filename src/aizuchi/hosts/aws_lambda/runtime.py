"""Our own loop for Lambda's Runtime API, as AWS's client for Python streams nothing.

    python -m aizuchi.hosts.aws_lambda.runtime      # what /opt/aizuchi-stream starts

Between two invocations the process is frozen where it asks for the next one. It does that outside
its event loop, so that nothing else can have begun by then.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from typing import Any

from aizuchi.hosts.aws_lambda.runtime_api import Invocation, RuntimeApi

ADDRESS = "AWS_LAMBDA_RUNTIME_API"
FUNCTION = "aizuchi.hosts.aws_lambda.responding"

log = logging.getLogger(__name__)

Serve = Callable[[str, Invocation], Coroutine[Any, Any, None]]
"""Answers an invocation, at the address of the Runtime API."""


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
