"""A request is the same, whichever gateway hands it over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.aws.gateways import SHAPES, Shape, http_api

from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.hosts.aws_lambda.gateway import NotHttp, read_event, write_response
from aizuchi.testing.virtual_time import EPOCH

SENT = HttpRequest("POST", "/slack/events", "", ((b"x-one", b"1"), (b"x-other", b"x")), b"{}")


@pytest.mark.parametrize("shape", SHAPES)
@given(body=st.binary(max_size=100))
def test_the_body_is_what_was_sent(shape: Shape, body: bytes) -> None:
    request = read_event(shape(SENT._replace(body=body)), EPOCH).request

    assert request.body == body
    assert request.method == "POST"
    assert request.path.endswith("/slack/events")
    assert {*SENT.headers} <= {*request.headers}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_header_that_stands_twice_is_never_taken_for_one(shape: Shape) -> None:
    twice = SENT._replace(headers=((b"x-one", b"1"), (b"X-One", b"2")))

    request = read_event(shape(twice), EPOCH).request

    assert request.header(b"x-one") in (None, b"1,2")


def test_headers_may_come_only_in_the_form_for_several() -> None:
    event = {"httpMethod": "POST", "path": "/", "multiValueHeaders": {"X-One": ["1", "2"]}}

    assert read_event(event, EPOCH).request.headers == ((b"x-one", b"1"), (b"x-one", b"2"))


@pytest.mark.parametrize("shape", SHAPES)
def test_it_arrived_when_the_gateway_got_it(shape: Shape) -> None:
    assert read_event(shape(SENT), EPOCH + 1.5).at == EPOCH


@pytest.mark.parametrize("off_s", [60, -3600])
def test_a_clock_that_goes_wrong_is_not_asked(off_s: float) -> None:
    assert read_event(http_api(SENT, at=EPOCH + off_s), EPOCH).at == EPOCH


@pytest.mark.parametrize(
    "event",
    [
        *(None, [], "ping", {}, {"source": "aws.events"}, {"Records": []}),
        {"httpMethod": "POST", "path": "/", "body": {"a": 1}},
        {"httpMethod": "POST", "path": "/", "body": "no base64", "isBase64Encoded": True},
    ],
)
def test_another_event_is_no_request(event: object) -> None:
    with pytest.raises(NotHttp):
        read_event(event, EPOCH)


def test_a_response_is_what_any_gateway_takes() -> None:
    answer = HttpResponse(
        405, "だめ".encode(), headers=((b"allow", b"POST"), (b"connection", b"x"))
    )

    assert write_response(answer) == {
        "statusCode": 405,
        "headers": {"allow": "POST", "content-type": "text/plain; charset=utf-8"},
        "body": "だめ",
        "isBase64Encoded": False,
    }


def test_an_empty_response_has_no_type() -> None:
    assert write_response(HttpResponse(200))["headers"] == {}
