"""Promises about who comes in: only what is authentic, and nothing raises."""

from hypothesis import strategies as st

from aizuchi.events import Event
from aizuchi.testing.surface_contract.specimen import Specimen, for_all, is_refused


def junk_is_refused_and_raises_nothing(specimen: Specimen) -> None:
    names = st.sampled_from([*specimen.security, b"content-type", b"host", b"x-other"])
    values = st.one_of(
        st.binary(max_size=80), st.text("0123456789abcdef=v.", max_size=80).map(str.encode)
    )
    headers = st.lists(st.tuples(names, values), max_size=6).map(tuple)
    first = specimen.requests[0]

    def refuse(headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
        request = first._replace(headers=headers, body=body)
        is_refused(specimen.surface.authenticate(request, now=specimen.now))

    for_all(refuse, headers, st.one_of(st.binary(max_size=200), st.just(first.body)))


def an_unset_secret_lets_nobody_in(specimen: Specimen) -> None:
    for request in specimen.requests:
        is_refused(specimen.unset.authenticate(request, now=specimen.now))


def without_its_security_headers_nothing_comes_in(specimen: Specimen) -> None:
    for request in specimen.requests:
        for name in specimen.security:
            headers = tuple(header for header in request.headers if header[0] != name)
            bare = request._replace(headers=headers)
            is_refused(specimen.surface.authenticate(bare, now=specimen.now))


def a_security_header_that_stands_twice_lets_nobody_in(specimen: Specimen) -> None:
    for request in specimen.requests:
        for header in request.headers:
            if header[0] in specimen.security:
                doubled = request._replace(headers=(*request.headers, header))
                is_refused(specimen.surface.authenticate(doubled, now=specimen.now))


def a_changed_byte_is_refused(specimen: Specimen) -> None:
    if specimen.sign is None:
        return
    for request in specimen.requests:
        for at in range(0, len(request.body), 1 + len(request.body) // 64):
            flipped = bytes([request.body[at] ^ 1])
            changed = request._replace(body=request.body[:at] + flipped + request.body[at + 1 :])
            is_refused(specimen.surface.authenticate(changed, now=specimen.now))


def only_a_fresh_request_comes_in(specimen: Specimen) -> None:
    if specimen.sign is None:
        return
    body = specimen.requests[0].body
    for seconds in (-specimen.fresh_s - 1, specimen.fresh_s + 1, -86_400, 86_400 * 365):
        request = specimen.sign(body, specimen.now + seconds)
        is_refused(specimen.surface.authenticate(request, now=specimen.now))
    for seconds in (1 - specimen.fresh_s, specimen.fresh_s - 1):
        request = specimen.sign(body, specimen.now + seconds)
        assert isinstance(specimen.surface.authenticate(request, now=specimen.now), Event)


PROMISES = (
    junk_is_refused_and_raises_nothing,
    an_unset_secret_lets_nobody_in,
    without_its_security_headers_nothing_comes_in,
    a_security_header_that_stands_twice_lets_nobody_in,
    a_changed_byte_is_refused,
    only_a_fresh_request_comes_in,
)
