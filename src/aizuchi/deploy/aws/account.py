"""The account that a command works in, and what a person reads where AWS refuses."""

import difflib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from aizuchi.errors import DeployError

CONNECT_WITHIN_S, READ_WITHIN_S = 5, 60
LOGIN = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with AWS's own program (aws "
    "configure, aws sso login), and name a profile of it with AWS_PROFILE."
)
RIGHTS = "Ask for that right, or deploy as somebody who administers the account."
MENDS: Mapping[str, str] = {
    "AccessDenied": RIGHTS,
    "AccessDeniedException": RIGHTS,
    "UnauthorizedOperation": RIGHTS,
    "ExpiredToken": "The login has expired: log in again.",
    "ExpiredTokenException": "The login has expired: log in again.",
    "InvalidClientTokenId": f"AWS knows no such key. {LOGIN}",
    "UnrecognizedClientException": f"AWS knows no such key. {LOGIN}",
    "SignatureDoesNotMatch": "The secret does not belong to the key id: copy both again.",
    "LimitExceededException": "A limit of the account is reached: raise it under Service Quotas.",
    "ServiceQuotaExceededException": "A limit of the account is reached: raise it under Service "
    "Quotas.",
    "BucketAlreadyExists": "Somebody else has that name: choose another with --name.",
    "Throttling": "AWS wants a pause: try again in a minute.",
}


class Account(NamedTuple):
    """`id` is the account's number."""

    session: Any
    region: str
    id: str

    def client(self, service: str) -> Any:
        return _client(self.session, service, self.region)


def open_account(region: str = "") -> Account:
    """The account that the environment, or a profile of AWS's own program, lets us into.

    Raises:
        DeployError: boto3 is missing, no region is named, or nobody lets us in.
    """
    try:
        import boto3
    except ImportError:
        raise DeployError(
            "Deploying takes AWS's client, which is not installed.", "pip install 'aizuchi[aws]'"
        ) from None
    with refusals_told():
        session = boto3.Session()
        named = _region(session, region)
        if session.get_credentials() is None:
            raise DeployError("There are no AWS credentials.", LOGIN)
        said = _client(session, "sts", named).get_caller_identity()
    return Account(session, named, said["Account"])


def _region(session: Any, asked: str) -> str:
    region = asked or os.environ.get("AWS_REGION") or session.region_name
    if not region:
        raise DeployError("No AWS region is named.", "Add --region eu-west-1, or set AWS_REGION.")
    known = [
        each
        for partition in session.get_available_partitions()
        for each in session.get_available_regions("lambda", partition)
    ]
    if region not in known:
        close = ", ".join(difflib.get_close_matches(region, known)) or "eu-west-1"
        raise DeployError(f'AWS has no region "{region}".', f"Did you mean {close}?")
    return str(region)


def _client(session: Any, service: str, region: str) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_WITHIN_S,
        read_timeout=READ_WITHIN_S,
        retries={"mode": "standard", "total_max_attempts": 4},
    )
    return session.client(service, region_name=region, config=config)


@contextmanager
def refusals_told() -> Iterator[None]:
    """Says what AWS refused in a line, and how to mend it.

    Raises:
        DeployError: AWS refused, or cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        said = error.response["Error"]
        mend = MENDS.get(said["Code"], "Run it again with -v to see where.")
        raise DeployError(
            f"AWS refused {error.operation_name}: {said.get('Message') or said['Code']}", mend
        ) from error
    except BotoCoreError as error:
        mend = "Check the network, the region and AWS_ENDPOINT_URL."
        raise DeployError(f"AWS cannot be asked: {error}", mend) from error


def code_of(error: Any) -> str:
    """AWS's word for what it refused."""
    return str(error.response["Error"]["Code"])
