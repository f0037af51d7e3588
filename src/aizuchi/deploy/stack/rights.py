"""What each role may do, and nothing else."""

from collections.abc import Iterable, Sequence
from typing import Any

from aizuchi.deploy.stack.names import OWN, SOCKET_STAGE, arn, log_group
from aizuchi.deploy.stack.storing import TABLE_ARN
from aizuchi.deploy.stack.values import AnyOf, Given, IsSet, Joined, Of, When

OF_TABLE = (
    "BatchGetItem",
    "BatchWriteItem",
    "ConditionCheckItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)
OF_CONSUMER = (
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "ReceiveMessage",
)
ON_SOCKETS = ("POST", "DELETE")
OF_LOG = ("CreateLogStream", "PutLogEvents")


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def may(service: str, actions: Sequence[str], *resources: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions],
        "Resource": list(resources),
    }


def assumed_by(service: str) -> dict[str, Any]:
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def writes_log(what: str) -> dict[str, Any]:
    """The streams of one log group; Lambda names them, so they are not named here."""
    return may("logs", OF_LOG, arn("logs", "log-group:", log_group(what), ":*"))


def uses_table() -> dict[str, Any]:
    return may("dynamodb", OF_TABLE, TABLE_ARN)


def sends(*queues: str) -> dict[str, Any]:
    return may("sqs", ("SendMessage",), *(Of(queue, "Arn") for queue in queues))


def consumes(*queues: str) -> dict[str, Any]:
    return may("sqs", OF_CONSUMER, *(Of(queue, "Arn") for queue in queues))


def pushes() -> dict[str, Any]:
    """To the connections of our own API, and ends them; they have names while they are open."""
    api = Of("SocketApi")
    connections = (
        arn("execute-api", api, f"/{SOCKET_STAGE}/{method}/@connections/*") for method in ON_SOCKETS
    )
    return may("execute-api", ("ManageConnections",), *connections)


def reads_secrets(*parameters: str) -> Any:
    """Those that are named; where none is, there is nothing to allow."""
    return When(AnyOf(tuple(map(IsSet, parameters))), _reads(map(_if_named, parameters)))


def reads_key_and_secrets(key: str, *parameters: str) -> Any:
    """The key is always there."""
    return _reads((_parameter(key), *map(_if_named, parameters)))


def reads_own() -> dict[str, Any]:
    """What the operator's own `aizuchi.toml` names, below the place that is for that."""
    own = arn("ssm", "parameter/", Given("Name"), "/", Given("Stage"), f"/{OWN}/*")
    return _reads((own,))


def _reads(parameters: Iterable[Any]) -> dict[str, Any]:
    return may("ssm", ("GetParameters",), *parameters)


def _if_named(parameter: str) -> When:
    return When(IsSet(parameter), _parameter(parameter))


def _parameter(parameter: str) -> Joined:
    return arn("ssm", "parameter", Given(parameter))
