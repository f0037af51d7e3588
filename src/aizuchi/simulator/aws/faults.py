"""What can go wrong with a call of AWS."""

from collections.abc import Mapping
from typing import NamedTuple

from aizuchi.simulator.aws.refusals import Refused
from aizuchi.simulator.faults import Lost


class Fault(NamedTuple):
    """What goes wrong with a call; `delay_s` passes before the reply leaves.

    lost     the "call" never arrives, or it is done and its "reply" never comes
    frozen   what is lost is not cut off: the connection stays open and nothing comes
    error    the name of an error, such as ThrottlingException
    status   an HTTP status without one of AWS's errors in it, such as 503
    """

    lost: Lost = ""
    frozen: bool = False
    error: str = ""
    status: int = 0
    delay_s: float = 0.0


ERRORS: Mapping[str, tuple[int, str]] = {
    "InternalServerError": (500, "The request processing has failed because of an unknown error."),
    "InternalFailure": (500, "The request processing has failed because of an unknown error."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "RequestThrottled": (403, "Request is throttled."),
    "ThrottlingException": (400, "Rate exceeded"),
    "RequestLimitExceeded": (400, "Throughput exceeds the current throughput limit"),
    "ProvisionedThroughputExceededException": (
        400,
        "The level of configured provisioned throughput for the table was exceeded. Consider "
        "increasing your provisioning level with the UpdateTable API.",
    ),
    "TransactionConflictException": (
        400,
        "Transaction is ongoing for the item",
    ),
    "TransactionInProgressException": (
        400,
        "The transaction with the given request token is already in progress.",
    ),
    "AccessDeniedException": (400, "User is not authorized to perform this action"),
    "ExpiredTokenException": (400, "The security token included in the request is expired"),
}


def refusal_of(fault: Fault) -> Refused:
    """The error that was ordered; one that nobody knows is a mistake of the test."""
    status, message = ERRORS[fault.error]
    return Refused(fault.error, message, fault.status or status)
