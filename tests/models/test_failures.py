"""A refusal becomes the error of ours that it is, and its own words stay in the detail."""

from email.utils import formatdate

import pytest

from aizuchi.errors import (
    ContentFiltered,
    ContextOverflow,
    ModelError,
    ModelKeyRefused,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestRefused,
    ModelUnavailable,
)
from aizuchi.models.failures import (
    DETAIL_CHARS,
    LONGEST_WAIT_S,
    Endpoint,
    of_event,
    of_status,
    retry_after_s,
)

ENDPOINT = Endpoint("http://127.0.0.1:1/v1", "a-model", keyed=True)
NOW = 1_800_000_000.0


def of(status: int, said: str = "canary") -> ModelError:
    return of_status(ENDPOINT, status, {}, said.encode(), now=NOW)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ModelNotFound),
        (400, ModelRequestRefused),
        (401, ModelKeyRefused),
        (402, ModelRateLimited),
        (403, ModelKeyRefused),
        (404, ModelNotFound),
        (408, ModelUnavailable),
        (409, ModelUnavailable),
        (413, ContextOverflow),
        (418, ModelRequestRefused),
        (422, ModelRequestRefused),
        (429, ModelRateLimited),
        (500, ModelUnavailable),
        (529, ModelUnavailable),
    ],
)
def test_a_status_alone_says_what_it_is(status: int, kind: type[ModelError]) -> None:
    error = of(status)
    assert type(error) is kind
    assert "canary" in error.detail
    assert "canary" not in str(error)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, '{"error": {"code": "context_length_exceeded"}}'),
        (400, "This model's maximum context length is 8192 tokens. However, you requested 9000"),
        (400, '{"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 256}}'),
        (400, "prompt is too long: 202095 tokens > 200000 maximum"),
        (400, "The input token count (1196265) exceeds the maximum number of tokens allowed"),
        (400, "This model's maximum prompt length is 131072 but the request contains 537812"),
        (500, '{"error": {"code": 500, "message": "Context size has been exceeded."}}'),
        (500, "prompt too long; exceeded max context length by 14 tokens"),
        (422, "`inputs` tokens + `max_new_tokens` must be <= 4096"),
    ],
)
def test_a_prompt_that_is_too_long_is_known_by_many_words(status: int, said: str) -> None:
    assert type(of(status, said)) is ContextOverflow


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, '{"error": {"code": "content_filter"}}'),
        (400, '{"error": {"code": "content_policy_violation"}}'),
        (403, '{"error": {"message": "Your input was flagged"}}'),
    ],
)
def test_a_filter_is_known_by_its_words(status: int, said: str) -> None:
    assert type(of(status, said)) is ContentFiltered


def test_a_model_that_does_not_exist_is_known_by_its_words() -> None:
    assert type(of(400, "The model `x` does not exist")) is ModelNotFound


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "overloaded"}, ModelUnavailable),
        ({"code": 429}, ModelRateLimited),
        ({"code": "rate_limit_exceeded"}, ModelRateLimited),
        ({"code": "context_length_exceeded"}, ContextOverflow),
        ({"code": "content_filter"}, ContentFiltered),
        ({"code": "invalid_api_key"}, ModelKeyRefused),
        ("boom", ModelUnavailable),
    ],
)
def test_an_error_in_the_stream_says_what_it_is(error: object, kind: type[ModelError]) -> None:
    assert type(of_event(ENDPOINT, error)) is kind


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "99999999"}, LONGEST_WAIT_S),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0),
        ({"retry-after": "7", "retry-after-ms": "250"}, 0.25),
    ],
)
def test_how_long_it_asks_to_wait(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(headers, NOW) == wait_s


def test_the_detail_is_short() -> None:
    assert len(of(400, "x" * 100_000).detail) == DETAIL_CHARS


def test_a_key_that_is_missing_is_told_from_one_that_is_wrong() -> None:
    unkeyed = of_status(ENDPOINT._replace(keyed=False), 401, {}, b"", now=NOW)
    assert "none is set" in str(unkeyed)
    assert "refused the key" in str(of(401))
