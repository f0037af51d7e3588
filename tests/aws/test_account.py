"""Whom we call AWS as, and where, from a function's environment."""

import pytest

from aizuchi.engines.aws.account import credentials_of, endpoint_of, region_of
from aizuchi.engines.aws.sigv4 import Credentials
from aizuchi.errors import SettingsError

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret"}


def test_a_functions_credentials_have_its_roles_token() -> None:
    environ = {**KEYS, "AWS_SESSION_TOKEN": "token"}

    assert credentials_of(environ) == Credentials("AKIA", "secret", "token")


def test_keys_of_ones_own_have_no_token() -> None:
    assert credentials_of(KEYS).token == ""


@pytest.mark.parametrize("missing", KEYS)
def test_credentials_that_are_not_there_are_asked_for(missing: str) -> None:
    with pytest.raises(SettingsError, match="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        credentials_of({**KEYS, missing: ""})


def test_lambdas_region_goes_before_the_usual_one() -> None:
    environ = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "eu-west-1"}

    assert region_of(environ) == "eu-west-1"
    assert region_of({"AWS_DEFAULT_REGION": "us-east-1"}) == "us-east-1"


def test_a_region_that_is_not_named_is_asked_for() -> None:
    with pytest.raises(SettingsError, match="Set AWS_REGION"):
        region_of({})


def test_a_service_is_called_where_the_environment_says() -> None:
    elsewhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    for_the_queue = {**elsewhere, "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9324"}

    assert endpoint_of({}, "sqs", "eu-west-1") == "https://sqs.eu-west-1.amazonaws.com"
    assert endpoint_of(elsewhere, "sqs", "eu-west-1") == "http://127.0.0.1:4566"
    assert endpoint_of(for_the_queue, "sqs", "eu-west-1") == "http://127.0.0.1:9324"
    assert endpoint_of(for_the_queue, "ssm", "eu-west-1") == "http://127.0.0.1:4566"
