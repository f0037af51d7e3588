"""The account that a command works in, and what a person reads where AWS refuses."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from aizuchi.errors import DeployError

CONNECT_WITHIN_S, READ_WITHIN_S = 5, 60
LOGIN = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with AWS's own program (aws "
    "configure, aws sso login), and name a profile of it with AWS_PROFILE."
)
AGAIN = "Log in again (aws sso login, or new keys), and run this again: it goes on from there."
RIGHTS = "Ask who administers the account for that right, or run this as somebody who has it."
QUOTA = "Raise it under Service Quotas in that region, or make room; then run this again."
MEANWHILE = "Somebody else has changed the stack meanwhile: run this again."
MENDS: Mapping[str, str] = {
    "AuthFailure": f"AWS knows no such key. {LOGIN}",
    "BucketAlreadyExists": "Somebody else has that name: choose another with --name.",
    "InvalidChangeSetStatus": MEANWHILE,
    "InvalidClientTokenId": f"AWS knows no such key. {LOGIN}",
    "OperationInProgressException": MEANWHILE,
    "OptInRequired": "That region has to be switched on for the account first, or take another.",
    "RequestExpired": "Set the clock of this machine right.",
    "SignatureDoesNotMatch": "The secret does not belong to the key id, or the clock of this "
    "machine is wrong: copy both again, and look at the time.",
    "Throttling": "AWS wants a pause: try again in a minute.",
    "UnrecognizedClientException": f"AWS knows no such key there: perhaps that region is not "
    f"switched on for the account. {LOGIN}",
}
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
FULL = frozenset({"LimitExceeded", "LimitExceededException", "ServiceQuotaExceededException"})
LOGGED_OUT = ("SSO", "TokenRetrieval", "LoginRefresh", "CredentialRetrieval")
"""In the names of what botocore raises where a login of AWS's own program is over."""

_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")


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
        raise refused(error.operation_name, **_said(error)) from error
    except BotoCoreError as error:
        raise unasked(error) from error


def _said(error: Any) -> Mapping[str, str]:
    """What stands between us and AWS may answer with a page in its place."""
    said = error.response["Error"]
    message = str(said.get("Message") or "").strip()
    return {"code": str(said["Code"]), "message": "" if message.startswith("<") else message}


def refused(operation: str, code: str, message: str) -> DeployError:
    """What a refusal is told as, by AWS's code for it."""
    if code in EXPIRED:
        return DeployError("The login to AWS has expired.", AGAIN)
    if code in DENIED:
        return DeployError(f"You may not do {action_in(message) or operation} there.", RIGHTS)
    what = f"AWS refused {operation}: {message.rstrip('.') or code}."
    if code in FULL:
        return DeployError(f"A limit of the account is reached. {what}", QUOTA)
    return DeployError(what, MENDS.get(code, "Run it again with -v to see where."))


def action_in(message: str) -> str:
    """The right that is missing, as AWS names it; empty where it does not."""
    found = _ACTION.search(message)
    return found[1] if found else ""


def unasked(error: Exception) -> DeployError:
    """What is told where AWS was not even asked, or did not answer."""
    name = type(error).__name__
    if name in ("NoCredentialsError", "PartialCredentialsError"):
        return DeployError("There are no AWS credentials, or not the whole of them.", LOGIN)
    if name == "ProfileNotFound":
        return DeployError(f"{error}.", LOGIN)
    if any(each in name for each in LOGGED_OUT):
        return DeployError("The login to AWS has expired.", AGAIN)
    where = getattr(error, "kwargs", {}).get("endpoint_url", "")
    what = f"AWS cannot be reached{f' at {where}' if where else ''} ({name})."
    return DeployError(what, "Look at the network, the region and AWS_ENDPOINT_URL.")


def code_of(error: Any) -> str:
    """AWS's word for what it refused."""
    return str(error.response["Error"]["Code"])
