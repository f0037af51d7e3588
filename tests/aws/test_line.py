"""A kept connection: used again, made anew where it ended, and never waited for beyond its time."""

import socket
from contextlib import closing
from time import monotonic

import pytest
from tests.aws.lines import CERTIFICATE, Caller, Place, place, reply

from aizuchi.hosts.aws_lambda import line as module
from aizuchi.hosts.aws_lambda.line import Line, Reply

REQUEST = b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"
DONE = Reply(200, b"{}")


def ask(line: Line, within_s: float = 5.0) -> Reply:
    return line.exchange(REQUEST, monotonic() + within_s)


def joined(there: Place, trusted: str = "") -> closing[Line]:
    return closing(Line(there.address, trusted))


def answers(caller: Caller) -> None:
    """Every request, for as long as somebody asks."""
    while caller.heard():
        caller.say(reply())


def answers_once(caller: Caller) -> None:
    if caller.heard():
        caller.say(reply())


def forgets(caller: Caller) -> None:
    """Reads a request, and ends the connection."""
    caller.heard()


@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_is_used_again(tls: bool) -> None:
    with place(answers, tls=tls) as there, joined(there, str(CERTIFICATE)) as line:
        assert [ask(line) for _ in range(3)] == [DONE] * 3
    assert there.connections == 1


@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_that_ended_while_we_were_frozen_is_made_anew(tls: bool) -> None:
    with place(answers_once, tls=tls) as there, joined(there, str(CERTIFICATE)) as line:
        assert [ask(line) for _ in range(3)] == [DONE] * 3
    assert there.connections == 3


@pytest.mark.parametrize("tls", [False, True])
def test_a_request_that_meets_the_end_of_its_connection_is_sent_once_more(tls: bool) -> None:
    def answers_once_and_forgets(caller: Caller) -> None:
        answers_once(caller)
        forgets(caller)

    scripts = (answers_once_and_forgets, answers)
    with place(*scripts, tls=tls) as there, joined(there, str(CERTIFICATE)) as line:
        assert [ask(line), ask(line)] == [DONE, DONE]
    assert there.connections == 2


def test_a_new_connection_that_ends_is_not_tried_for_ever() -> None:
    with place(forgets) as there, pytest.raises(ConnectionResetError):
        ask(Line(there.address))
    assert there.connections == 1


def test_a_connection_that_has_rested_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with place(answers) as there, joined(there) as line:
        ask(line)
        later = monotonic() + module.IDLE_S + 1
        monkeypatch.setattr(module, "monotonic", lambda: later)
        assert line.exchange(REQUEST, later + 5) == DONE
    assert there.connections == 2


def test_the_last_reply_of_a_connection_is_followed_by_another() -> None:
    def says_so(caller: Caller) -> None:
        while caller.heard():
            caller.say(reply(b"{}", "200 OK", "Connection: close"))

    with place(says_so) as there, joined(there) as line:
        assert [ask(line), ask(line)] == [DONE, DONE]
    assert there.connections == 2


def test_a_reply_may_come_in_pieces() -> None:
    def slowly(caller: Caller) -> None:
        caller.heard()
        whole = reply(b"x" * 100_000, "400 Bad Request")
        caller.say(*(whole[at : at + 7_000] for at in range(0, len(whole), 7_000)))

    with place(slowly) as there, joined(there) as line:
        assert ask(line) == Reply(400, b"x" * 100_000)


def test_nobody_is_waited_for_beyond_the_time_there_is() -> None:
    def says_nothing(caller: Caller) -> None:
        caller.heard()
        caller.heard()

    with place(says_nothing) as there:
        began = monotonic()
        with pytest.raises(TimeoutError):
            ask(Line(there.address), within_s=0.1)
        assert monotonic() - began < 3


def test_without_time_nothing_is_sent() -> None:
    with place(answers) as there, pytest.raises(TimeoutError):
        ask(Line(there.address), within_s=0)
    assert there.connections == 0


@pytest.mark.parametrize(
    "said",
    [
        *(
            b"SSH-2.0-x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 ok\r\ncontent-length: 2\r\n\r\n{}",
        ),
        *(b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n", b"HTTP/1.1 200 OK\r\nconte", b""),
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n{}",
        b"x" * 3_000_000,
    ],
)
def test_what_is_no_reply_is_none(said: bytes) -> None:
    def talks(caller: Caller) -> None:
        caller.heard()
        caller.say(said)

    with place(talks) as there, pytest.raises(ConnectionError):
        ask(Line(there.address))


def test_nobody_listens() -> None:
    with place(answers) as there:
        pass
    with pytest.raises(ConnectionRefusedError):
        ask(Line(there.address))


def test_after_an_address_that_fails_the_next_one_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with place(answers) as gone:
        pass
    with place(answers) as there, joined(there) as line:
        addresses = [("127.0.0.1", int(one.address.rpartition(":")[2])) for one in (gone, there)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(ConnectionRefusedError):
            ask(line)
        assert ask(line) == DONE


# ── who is trusted ────────────────────────────────────────────────────────────


def test_whoever_aws_does_not_vouch_for_is_not_talked_to() -> None:
    with place(answers, tls=True) as there, pytest.raises(OSError, match="CERTIFICATE_VERIFY"):
        ask(Line(there.address))


def test_what_the_system_trusts_is_asked_before_giving_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    module._context.cache_clear()
    with place(answers, tls=True) as there, joined(there) as line:
        assert [ask(line), ask(line)] == [DONE, DONE]
    module._context.cache_clear()
    assert there.connections == 2


def test_only_the_named_authority_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with place(answers, tls=True) as there, pytest.raises(OSError, match="CERTIFICATE_VERIFY"):
        ask(Line(there.address, module.ROOTS))


def test_aws_answers_under_roots_that_are_good_for_years() -> None:
    roots = module._context(module.ROOTS).get_ca_certs()

    assert len(roots) == 5
    assert all("Amazon" in str(root) or "Starfield" in str(root) for root in roots)
    assert all(int(str(root["notAfter"]).split()[3]) >= 2037 for root in roots)
