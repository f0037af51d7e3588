"""What CloudFormation says of its doings, as values and as words for a person."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from aizuchi.deploy.aws.account import QUOTA, RIGHTS, action_in

TAKEN = "already exists"
DONE = {"CREATE": "made", "UPDATE": "changed", "DELETE": "deleted"}

_FULL = re.compile(r"limit|quota|exceed", re.IGNORECASE)

Say = Callable[[str], None]


class Change(NamedTuple):
    """What becomes of a resource: Add, Modify or Remove. `replaces`: True, False or Conditional."""

    action: str
    name: str
    kind: str
    replaces: str
    properties: Sequence[str]


def change_of(raw: Any) -> Change:
    targets = (each["Target"] for each in raw.get("Details", ()))
    properties = {each.get("Name") or each["Attribute"] for each in targets}
    return Change(
        raw["Action"],
        raw["LogicalResourceId"],
        raw["ResourceType"],
        raw.get("Replacement", "False"),
        sorted(properties),
    )


def tell(event: Any, say: Say) -> None:
    """What is done with a resource, when it is done."""
    status = event["ResourceStatus"]
    if event["ResourceType"] == "AWS::CloudFormation::Stack" or status.endswith("_IN_PROGRESS"):
        return
    done = DONE.get(status.partition("_")[0], status.lower())
    said = f"failed: {event.get('ResourceStatusReason', status)}" if "FAILED" in status else done
    say(f"  {event['LogicalResourceId']}  {said}")


def reason_of(event: Any) -> str:
    return f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"


def taken_back(status: str) -> str:
    match status:
        case "ROLLBACK_COMPLETE":
            return "what had been made was taken away again"
        case "UPDATE_ROLLBACK_COMPLETE":
            return "all is as it was before"
        case _:
            return f"CloudFormation left it at {status}"


def mend_of(why: str) -> str:
    if TAKEN in why:
        return (
            "That name is taken: choose another with --stage or --name, or delete what has it. "
            "An installation of that name may stand in another region."
        )
    if "UnreservedConcurrentExecution" in why:
        return (
            "The account has no more concurrency to reserve: --set IngressReserved=0 and "
            "WorkerReserved=0, or raise its limit under Service Quotas."
        )
    if action := action_in(why):
        return f"You may not do {action}. {RIGHTS}"
    if "denied" in why.lower():
        return RIGHTS
    if _FULL.search(why):
        return f"A limit of the account is reached. {QUOTA}"
    return "Mend that, and run aizuchi deploy aws again: it begins where nothing has changed."
