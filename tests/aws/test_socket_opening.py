"""What the function of the sockets needs to start, and what it makes of its events."""

from pathlib import Path

import pytest
from tests.aws.cloud import Cloud

from aizuchi.errors import SettingsError
from aizuchi.hosts.aws_lambda.socket import Kept, open_relay, request_of, text_of
from aizuchi.settings import load


def test_the_request_that_opens_a_socket_is_read_in_either_form() -> None:
    several = {
        "multiValueHeaders": {"Origin": ["https://a.example", "https://b.example"]},
        "multiValueQueryStringParameters": {"ticket": ["a b", "c"]},
    }
    single = {"headers": {"Origin": "https://a.example"}, "queryStringParameters": {"ticket": "t"}}
    assert request_of(several).query == "ticket=a+b&ticket=c"
    assert request_of(several).headers == (
        (b"origin", b"https://a.example"),
        (b"origin", b"https://b.example"),
    )
    assert request_of(single).query == "ticket=t"
    assert request_of(single).headers == ((b"origin", b"https://a.example"),)
    assert request_of({}).query == ""


def test_only_a_text_is_a_text() -> None:
    assert text_of({"body": "hello"}) == "hello"
    assert text_of({"body": "AA==", "isBase64Encoded": True}) is None
    assert text_of({}) == ""


async def test_without_its_sockets_it_says_what_it_needs(cloud: Cloud, tmp_path: Path) -> None:
    environ = {
        **cloud.environ,
        "AIZUCHI__AWS__TABLE": "aizuchi",
        "AIZUCHI_INSTALLATION_KEY": "secret",
        "AIZUCHI_HOME": str(tmp_path),
        "AIZUCHI_MODEL": "echo",
    }
    with pytest.raises(SettingsError, match="sockets"):
        async with open_relay(29.0, environ):
            pass
    event = {"requestContext": {"connectionId": "c", "eventType": "CONNECT"}}
    kept = Kept(lambda left_s: open_relay(left_s, environ))
    assert await kept.take(event, 29.0) == {"statusCode": 503}


def test_sockets_are_of_a_store_on_aws() -> None:
    with pytest.raises(SettingsError, match=r"\[aws\] sockets"):
        load(environment={"AIZUCHI__AWS__SOCKETS": "https://x.example/prod"})
