"""Our signatures are botocore's, whatever is signed."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.engines.aws import sigv4
from aizuchi.engines.aws.sigv4 import Credentials, Request, Scope, signed

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
segments = st.text(max_size=12).map(lambda text: quote(text, safe="~@:!$'()*;"))
paths = st.lists(segments.filter(lambda text: text not in ("", ".", "..")), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)
queries = st.lists(st.tuples(words, st.text(max_size=10).map(lambda t: quote(t, safe="")))).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
names = st.one_of(
    st.sampled_from(["User-Agent", "Expect", "X-Amz-Target", "Content-Type"]),
    words.map(lambda word: f"X-{word}"),
)
requests = st.builds(
    lambda method, host, path, query, headers, body: Request(
        method, host, f"{path}?{query}" if query else path, tuple(headers.items()), body
    ),
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    words.map(lambda word: f"{word.lower()}.example.com"),
    paths,
    queries,
    st.dictionaries(names, printable, max_size=5).map(
        lambda headers: {name.title(): value for name, value in headers.items()}
    ),
    st.binary(max_size=200),
)
tokens = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=30)


@given(
    request=requests,
    credentials=st.builds(Credentials, words, st.text(min_size=1, max_size=40), tokens),
    scope=st.builds(Scope, words, words),
    now=st.integers(0, 4_000_000_000),
)
def test_a_signature_is_botocores(
    request: Request, credentials: Credentials, scope: Scope, now: int
) -> None:
    ours = dict(signed(request, credentials, scope, now).headers)

    assert ours == _botocores(request, credentials, scope, now)


def test_a_header_that_stands_twice_is_signed_with_both_values() -> None:
    twice = Request("POST", "example.com", headers=(("X-A", " 1  2 "), ("x-a", "3")))

    assert sigv4._canonical(twice.headers) == {"x-a": "1 2,3"}


def test_credentials_are_not_shown() -> None:
    shown = repr(Credentials("AKIAEXAMPLE", "wJalrXUtnFEMI", "IQoJb3JpZ2lu"))

    assert shown == "Credentials('AKIAEXAMPLE', …)"


def _botocores(
    request: Request, credentials: Credentials, scope: Scope, now: int
) -> dict[str, str]:
    theirs = AWSRequest(
        method=request.method,
        url=f"https://{request.host}{request.target}",
        headers=dict(request.headers),
        data=request.body,
    )
    key = BotocoreCredentials(*credentials[:2], credentials.token or None)
    with pytest.MonkeyPatch.context() as patch:
        at = datetime.fromtimestamp(now, UTC)
        patch.setattr("botocore.auth.get_current_datetime", lambda: at)
        SigV4Auth(key, scope.service, scope.region).add_auth(theirs)
    return dict(theirs.headers.items())
