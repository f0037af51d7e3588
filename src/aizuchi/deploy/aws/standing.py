"""How an installation is: by the names of its parts, whoever deployed it."""

from collections.abc import Iterator
from typing import Any

from aizuchi.deploy.aws.account import Account, refusals_told
from aizuchi.deploy.aws.installation import Installation
from aizuchi.surfaces import Finding

WORDS = ("ingress", "worker", "side", "stream", "socket")
NEED_NOT_BE = ("worker", "stream", "socket")
"""Containers may answer in the place of the worker, and not everybody wants the web chat."""

COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def findings(account: Account, installation: Installation) -> Iterator[Finding]:
    yield from _functions(account.client("lambda"), installation)
    yield from _queues(account.client("sqs"), installation)
    yield _table(account.client("dynamodb"), installation)
    yield from _alarms(account.client("cloudwatch"), installation)


def page_of(account: Account, installation: Installation) -> str:
    """The address of the web chat's page; empty where there is none."""
    client = account.client("lambda")
    name = f"{installation.stack}-stream"
    with refusals_told():
        try:
            return str(client.get_function_url_config(FunctionName=name)["FunctionUrl"])
        except client.exceptions.ResourceNotFoundException:
            return ""


def _functions(client: Any, installation: Installation) -> Iterator[Finding]:
    for word in WORDS:
        name = f"{installation.stack}-{word}"
        with refusals_told():
            try:
                said = client.get_function_configuration(FunctionName=name)
            except client.exceptions.ResourceNotFoundException:
                if word not in NEED_NOT_BE:
                    yield Finding(False, f"there is no function {name}", "aizuchi deploy aws")
                continue
        size = (
            f"{said['Runtime']}, {said['MemorySize']} MB, {said['CodeSize'] / 1e6:.1f} MB of code"
        )
        is_well = said.get("State", "Active") == "Active"
        mend = "" if is_well else str(said.get("StateReason", "Wait a minute."))
        yield Finding(is_well, f"{name}: {size}", mend)


def _queues(client: Any, installation: Installation) -> Iterator[Finding]:
    for which in ("turns", "side", "dead"):
        name = installation.queue(which)
        with refusals_told():
            try:
                address = client.get_queue_url(QueueName=name)["QueueUrl"]
            except client.exceptions.QueueDoesNotExist:
                yield Finding(False, f"there is no queue {name}", "aizuchi deploy aws")
                continue
            said = client.get_queue_attributes(QueueUrl=address, AttributeNames=list(COUNTS))
        waiting, held = (said["Attributes"][each] for each in COUNTS)
        is_well = which != "dead" or waiting == held == "0"
        mend = (
            ""
            if is_well
            else "aizuchi logs --since 1d tells why: these were not ended, ten times over."
        )
        yield Finding(is_well, f"{name}: {waiting} waiting, {held} in work", mend)


def _table(client: Any, installation: Installation) -> Finding:
    name = installation.stack
    with refusals_told():
        try:
            table = client.describe_table(TableName=name)["Table"]
        except client.exceptions.ResourceNotFoundException:
            return Finding(False, f"there is no table {name}", "aizuchi deploy aws")
    size = f"about {table['ItemCount']:,} items, {table['TableSizeBytes'] / 1e6:.1f} MB"
    return Finding(table["TableStatus"] == "ACTIVE", f"table {name}: {size}")


def _alarms(client: Any, installation: Installation) -> Iterator[Finding]:
    with refusals_told():
        said = client.describe_alarms(AlarmNamePrefix=f"{installation.stack}-")
    rung = [each for each in said["MetricAlarms"] if each["StateValue"] == "ALARM"]
    for each in rung:
        yield Finding(False, f"alarm {each['AlarmName']}", each.get("AlarmDescription", ""))
    if not rung:
        yield Finding(True, f"no alarm of {len(said['MetricAlarms'])} rings")
