"""Lambda on this machine: the Runtime API, real processes, what calls them, and what befalls them.

    spec = Spec("app.handler", folder, aws.environment())
    async with running(spec) as function:
        outcome = await function.invoke(b'{"n": 1}')       # a cold start, then warm ones
        web = gateway_of(function, "v2")                   # an ASGI app, as API Gateway calls it
    aws.sockets.integrate(integration_of(function))    # or behind the fake's WebSocket API
        queues = SqsClient(httpx2.AsyncClient(), aws.environment())
        source = EventSource(Source(queue_url), queues, function.invoke)   # source.run()

A function's process runs the real `awslambdaric`, or whatever else `command` names, through the
program that its AWS_LAMBDA_EXEC_WRAPPER names. It is frozen (SIGSTOP) from when it asks for its
next invocation until that comes, killed at its deadline, and may be killed in the middle by
`function.kill()`. Payloads have Lambda's limits: 6 MB for a call and its answer, 1 MB for an event,
200 MB for a stream. `skew_s` puts a function's clock wrong; `source.double()` and `source.forget()`
deliver twice.
"""

from aizuchi.testing.lambda_.environments import Environment, Spec
from aizuchi.testing.lambda_.event_source import EventSource, Source
from aizuchi.testing.lambda_.functions import Function, running
from aizuchi.testing.lambda_.gateway import gateway_of
from aizuchi.testing.lambda_.invocations import Invocation, Outcome, TooLarge
from aizuchi.testing.lambda_.sockets import integration_of
from aizuchi.testing.lambda_.sqs_client import SqsClient

__all__ = [
    "Environment",
    "EventSource",
    "Function",
    "Invocation",
    "Outcome",
    "Source",
    "Spec",
    "SqsClient",
    "TooLarge",
    "gateway_of",
    "integration_of",
    "running",
]
