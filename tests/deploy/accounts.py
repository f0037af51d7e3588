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
from aizuchi.deploy.aws.trying import Answer
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


def installed(target: Target, lock: Path, folder: Path) -> None:
    """The packages of others that a lock names, as far as they are installed here: no network."""
    for name in re.findall(r"^([\w-]+)==", lock.read_text("utf-8"), re.MULTILINE):
        with suppress(PackageNotFoundError), ZipFile(folder / f"{name}.whl", "w") as wheel:
            for file in distribution(name).files or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    wheel.write(str(file.locate()), str(file))


READS = document(may("ssm", ("GetParameters",), "*"))
"""ministack reads only one name where GetParameters has several, and so takes it to be about all
parameters; AWS looks at each."""


def let_read(account: Account, role: str) -> None:
    account.client("iam").put_role_policy(
        RoleName=role, PolicyName="ministack", PolicyDocument=json.dumps(READS)
    )


def posting_to(account: Account) -> Any:
    """Reaches an API of ministack's by the port that it listens on, whatever its name is."""
    let_read(account, "aizuchi-prod-ingress")

    def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        found = re.fullmatch(r"https?://([^/]+)(/.*)", address)
        assert found
        host, path = found[1].partition(":")[0], found[2]
        got = httpx2.post(
            account.address + path, content=body, headers={**headers, "host": host}, timeout=30
        )
        return Answer(got.status_code, got.text)

    return post
