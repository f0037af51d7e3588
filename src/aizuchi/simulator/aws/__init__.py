"""An AWS that keeps state and says no as the real one does: DynamoDB, SQS, SSM's parameters, and
the WebSocket API of API Gateway.

In one process with the app, in simulated time:

    aws = FakeAWS(clock)
    client = httpx2.AsyncClient(transport=AWSTransport(app_of(aws)))     # for the app's calls
    aws.faults.order(Fault(lost="reply"), "DynamoDB.PutItem", after=2)
    aws.sqs.queue("turns.fifo").messages                # what stands in a queue
    aws.dynamodb.table("aizuchi").all()                 # and in a table

or over a network: `async with serving(FakeAWS()) as aws`, and `aws.environment()` for whoever is
to find it. Calls must be signed with `aws.key`, or with another pair put into `aws.keys`.

Clients open sockets at `aws.sockets_at`, whose function is set by `aws.sockets.integrate(invoke)`;
`aws.sockets.double()` hands a frame over twice.

What a test may order besides faults: `aws.dynamodb.stale()` (the next eventually consistent read
sees what was), `aws.dynamodb.put_off(3)` (a batch is half done), `aws.dynamodb.ttl_lag_s`,
`aws.sqs.queue("side").duplicate()` (a standard message comes twice), `aws.advance(300)`.

An operation or a parameter that this fake has not is refused by name (501, NotSimulated).
"""

from aizuchi.simulator.aws.app import app_of
from aizuchi.simulator.aws.fake import FakeAWS
from aizuchi.simulator.aws.faults import Fault
from aizuchi.simulator.aws.server import serving
from aizuchi.simulator.aws.signing import Key
from aizuchi.simulator.transport import InProcessTransport as AWSTransport

__all__ = ["AWSTransport", "FakeAWS", "Fault", "Key", "app_of", "serving"]
