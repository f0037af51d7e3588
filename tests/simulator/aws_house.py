"""Accounts of AWS to try with its own client: in our fake, and in ministack, an independent one."""

import asyncio
import itertools
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx2
import ministack
from botocore.config import Config
from botocore.exceptions import ClientError
from package_index import SetupFailed

from aizuchi.simulator.aws import FakeAWS, serving

START_WITHIN_S = 60
REGION = "us-east-1"
ADMIN = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
NUMBERS = itertools.count(1)


class Account:
    """Somebody's access to AWS. `aws` is the fake itself, where it is ours."""

    def __init__(self, address: str, key_id: str, secret: str, aws: FakeAWS | None = None) -> None:
        self.address, self.key_id, self.secret, self.aws = address, key_id, secret, aws
        self._clients: list[Any] = []

    def client(self, service: str, *, at: str = "", **keys: str) -> Any:
        """A client that does not try again, with other keys, and of another place, where they are
        given."""
        client = boto3.client(
            service,
            endpoint_url=at or self.address,
            region_name=REGION,
            aws_access_key_id=keys.get("key_id", self.key_id),
            aws_secret_access_key=keys.get("secret", self.secret),
            config=Config(retries={"total_max_attempts": 1}, read_timeout=30),
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def table(self, *, ranged: bool = True, indexed: bool = False) -> str:
        """A fresh table of `pk` and, where it is ranged, `sk`; an index by `ik`."""
        name = f"table-{next(NUMBERS)}"
        attributes = {"pk": "HASH"} | ({"sk": "RANGE"} if ranged else {})
        index = {
            "IndexName": "by-ik",
            "KeySchema": [{"AttributeName": "ik", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        self.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in attributes.items()],
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": "S"}
                for key in [*attributes, *(["ik"] if indexed else [])]
            ],
            **({"GlobalSecondaryIndexes": [index]} if indexed else {}),
        )
        return name

    def queue(self, *, fifo: bool = False, **attributes: str) -> str:
        """The address of a fresh queue."""
        name = f"queue-{next(NUMBERS)}" + (".fifo" if fifo else "")
        more = {"FifoQueue": "true"} if fifo else {}
        made = self.client("sqs").create_queue(QueueName=name, Attributes={**attributes, **more})
        return str(made["QueueUrl"])


def refusal(error: ClientError) -> tuple[str, int]:
    """The code of an error, and its HTTP status."""
    response: Mapping[str, Any] = error.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@contextmanager
def ours() -> Iterator[Account]:
    """Our fake over a network, in a thread with a loop of its own."""
    aws, ready, ended = FakeAWS(), threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(aws, ready, ended)))
    thread.start()
    ready.wait(START_WITHIN_S)
    account = Account(aws.address, aws.key.id, aws.key.secret, aws)
    try:
        yield account
    finally:
        account.close()
        ended.set()
        thread.join()


async def _serve(aws: FakeAWS, ready: threading.Event, ended: threading.Event) -> None:
    async with serving(aws):
        ready.set()
        await asyncio.to_thread(ended.wait)


@contextmanager
def theirs(folder: Path) -> Iterator[Account]:
    """ministack, with keys whose signatures it checks.

    Raises SetupFailed where it is not to be had.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",
    }
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [ministack.program()], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process)
        yield from _as_admin(address)
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{address}/_ministack/health").is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise SetupFailed("ministack was installed, but does not start; see its log")


def _as_admin(address: str) -> Iterator[Account]:
    root = Account(address, "test", "test")
    people = root.client("iam")
    people.create_user(UserName="tester")
    people.put_user_policy(UserName="tester", PolicyName="all", PolicyDocument=ADMIN)
    key = people.create_access_key(UserName="tester")["AccessKey"]
    account = Account(address, key["AccessKeyId"], key["SecretAccessKey"])
    try:
        yield account
    finally:
        root.close()
        account.close()
