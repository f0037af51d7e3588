"""What a function's environment says: whom it calls AWS as, and where."""

from collections.abc import Mapping

from aizuchi.engines.aws.sigv4 import Credentials
from aizuchi.errors import SettingsError


def credentials_of(environ: Mapping[str, str]) -> Credentials:
    """The role's credentials, as Lambda sets them; they live as long as the environment does.

    Raises:
        SettingsError: there are none.
    """
    key_id = environ.get("AWS_ACCESS_KEY_ID")
    secret = environ.get("AWS_SECRET_ACCESS_KEY")
    if not key_id or not secret:
        raise SettingsError(
            "There are no AWS credentials in the environment.",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; a Lambda function has its role's.",
        )
    return Credentials(key_id, secret, environ.get("AWS_SESSION_TOKEN", ""))


def region_of(environ: Mapping[str, str]) -> str:
    """
    Raises:
        SettingsError: no region is named.
    """
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise SettingsError("No AWS region is named.", "Set AWS_REGION, for example to eu-west-1.")
    return region


def endpoint_of(environ: Mapping[str, str], service: str, region: str) -> str:
    """Where a service is called; AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL name another place."""
    named = environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environ.get("AWS_ENDPOINT_URL")
    return named or f"https://{service}.{region}.amazonaws.com"
