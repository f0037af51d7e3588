"""Concurrency that is reserved for a function is taken out of the account's, which has a limit."""

from collections.abc import Mapping

from aizuchi.deploy.aws.account import Account, refusals_told
from aizuchi.deploy.stack.functions import functions
from aizuchi.deploy.stack.values import holds
from aizuchi.errors import DeployError

LEAST_FOR_OTHERS = 100
"""What AWS leaves to all functions that have none of their own."""


def check_reserved(
    account: Account, parameters: Mapping[str, str], before: Mapping[str, str]
) -> None:
    """
    Raises:
        DeployError: more is to be reserved than the account allows.
    """
    more = reserved(parameters) - reserved(before)
    if more <= 0:
        return
    with refusals_told():
        limits = account.client("lambda").get_account_settings()["AccountLimit"]
    free = max(0, limits["UnreservedConcurrentExecutions"] - LEAST_FOR_OTHERS)
    if more > free:
        raise DeployError(
            f"Concurrency of {more} more is to be reserved, and the account allows {free}: its "
            f"limit is {limits['ConcurrentExecutions']}, and AWS keeps {LEAST_FOR_OTHERS} of it.",
            "Reserve less (--set IngressReserved=0, …), or raise “Concurrent executions” of Lambda "
            "under Service Quotas.",
        )


def reserved(parameters: Mapping[str, str]) -> int:
    """All that these parameters reserve, for functions that there are with them."""
    return sum(
        int(parameters.get(each.reserved, 0))
        for each in functions()
        if each.reserved and parameters and holds(each.only, parameters)
    )
