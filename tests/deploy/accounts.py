"""An account of ministack's, into which the real client of AWS is led by the environment."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx2
from tests.simulator.aws_house import REGION, Account

from aizuchi.deploy.aws.packages import Packages, packages_in
from aizuchi.deploy.aws.trying import Answer, Post
from aizuchi.deploy.packages import build_ingress, build_layer, build_worker
from aizuchi.deploy.stack.rights import document, may
from aizuchi.deploy.target import Target
from aizuchi.settings import load


def environment_of(account: Account) -> Mapping[str, str]:
    return {
        "AWS_ENDPOINT_URL": account.address,
        "AWS_ACCESS_KEY_ID": account.key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    }


def packages_here(folder: Path) -> Packages:
    """The real packages, for this Python, which is that by which ministack runs functions."""
    made = packages_in(folder)
    build_ingress(load(environment={}), made.ingress, fetch=installed)
    build_worker([], made.worker, fetch=installed)
    build_layer(made.layer)
    return made


class ByPort(httpx2.AsyncHTTPTransport):
    """Reaches an API of ministack's by the port that it listens on, whatever its name is."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = httpx2.URL(address)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["host"] = request.url.host
        request.url = request.url.copy_with(
            scheme=self._address.scheme, host=self._address.host, port=self._address.port
        )
        return await super().handle_async_request(request)


def installed(target: Target, lock: Path, folder: Path) -> None:
    """The packages of others that a lock names, as far as they are installed here: no network."""
    for name in re.findall(r"^([\w-]+)==", lock.read_text("utf-8"), re.MULTILINE):
        with suppress(PackageNotFoundError), ZipFile(folder / f"{name}.whl", "w") as wheel:
            for file in distribution(name).files or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    wheel.write(str(file.locate()), str(file))


def let_read(account: Account, role: str) -> None:
    """Of a request that reads several parameters ministack takes it that it is about all of them,
    and sending several messages has a right of its own there: `test_differences.py`."""
    queue = f"arn:aws:sqs:*:*:{role.rpartition('-')[0]}-side"
    more = document(may("ssm", ("GetParameters",), "*"), may("sqs", ("SendMessageBatch",), queue))
    account.client("iam").put_role_policy(
        RoleName=role, PolicyName="ministack", PolicyDocument=json.dumps(more)
    )


def posting_to(account: Account) -> Post:
    let_read(account, "aizuchi-prod-ingress")
    return posting_at(account.address)


def posting_at(address: str) -> Post:
    """Reaches an API of ministack's by the port that it listens on, whatever its name is."""

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        found = re.fullmatch(r"https?://([^/]+)(/.*)", url)
        assert found
        host, path = found[1].partition(":")[0], found[2]
        told = {**headers, "host": host}
        got = httpx2.post(address + path, content=body, headers=told, timeout=30)
        return Answer(got.status_code, got.text)

    return post


LISTS = (
    ("sqs", "list_queues", "QueueUrls", ""),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_layers", "Layers", "LayerName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "FunctionArn"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("iam", "list_policies", "Policies", "PolicyName"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("apigatewayv2", "get_apis", "Items", "Name"),
    ("apigateway", "get_rest_apis", "items", "name"),
    ("ecs", "list_clusters", "clusterArns", ""),
    ("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", "ResourceARN"),
)
"""How an account lists each kind of thing, and by what it is known."""


def left_of(account: Account, stack: str = "aizuchi") -> list[str]:
    """All that an installation could leave, or whatever of it is tagged."""
    places, found = (stack, stack.replace("-", "/")), []
    for service, operation, field, name in LISTS:
        for each in getattr(account.client(service), operation)().get(field, ()):
            called = str(each[name] if name else each)
            if any(place in called for place in places) and not is_ministacks(each):
                found.append(called)
    return found


def is_ministacks(row: Any) -> bool:
    """Of a table that was taken back it keeps the tags; and for what still runs while it is taken
    away it makes a log anew, which ours have not: they are kept for so long, and no longer.
    `test_differences.py`."""
    if not isinstance(row, dict):
        return False
    is_tag = str(row.get("ResourceARN")).startswith("arn:aws:dynamodb:")
    return is_tag or ("logGroupName" in row and "retentionInDays" not in row)
