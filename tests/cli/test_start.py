"""What a start says: where to open the chat, what answers, and why it cannot start."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aizuchi.cli import common
from aizuchi.cli.greeting import greeting
from aizuchi.errors import ServerError
from aizuchi.hosts.listening import LISTEN_FD, bind, listener
from aizuchi.settings import Settings, load


def settings(home: Path, **environment: str) -> Settings:
    return load(None, {"AIZUCHI_HOME": str(home), **environment})


@contextmanager
def taken_port() -> Iterator[int]:
    with bind("127.0.0.1", 0) as taken:
        yield taken.getsockname()[1]


def test_the_owners_address_has_the_token_and_it_stays(tmp_path: Path) -> None:
    address = common.owner_address(settings(tmp_path))
    assert address.startswith("http://127.0.0.1:8765/?token=")
    assert common.owner_address(settings(tmp_path)) == address


def test_a_given_token_takes_its_place(tmp_path: Path) -> None:
    assert common.owner_address(settings(tmp_path, AIZUCHI_WEB_TOKEN="mine")).endswith("=mine")
    others = settings(tmp_path, AIZUCHI_WEB_TOKEN="ann:hers")
    assert common.owner_address(others) == "http://127.0.0.1:8765"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8765"),
        ("0.0.0.0", "http://127.0.0.1:8765"),
        ("::1", "http://[::1]:8765"),
        ("::", "http://127.0.0.1:8765"),
    ],
)
def test_the_address_can_be_opened(tmp_path: Path, host: str, address: str) -> None:
    found = settings(tmp_path, AIZUCHI__SERVER__HOST=host, AIZUCHI_WEB_TOKEN="t")
    assert common.base_address(found) == address


def test_without_a_model_a_start_says_so_and_what_to_do(tmp_path: Path) -> None:
    text = "\n".join(greeting(settings(tmp_path), "serve"))
    assert "echo: it only repeats" in text
    assert "OPENAI_API_KEY=… " in text


def test_a_start_names_the_model(tmp_path: Path) -> None:
    text = "\n".join(
        greeting(
            settings(tmp_path, AIZUCHI_MODEL="openai:q", OPENAI_BASE_URL="http://a/v1"), "serve"
        )
    )
    assert "q at http://a/v1" in text
    assert str(tmp_path) in text


def test_a_start_names_what_answers_if_the_model_fails(tmp_path: Path) -> None:
    fallback = settings(tmp_path, AIZUCHI_MODEL="echo").model
    both = settings(tmp_path)._replace(fallbacks={"ollama": fallback, "last": fallback})
    assert "if it fails: ollama, last" in "\n".join(greeting(both, "serve"))


def test_a_server_for_others_needs_the_names_it_is_called_by(tmp_path: Path) -> None:
    open_to_all = settings(tmp_path, AIZUCHI__SERVER__HOST="0.0.0.0", AIZUCHI_WEB_TOKEN="t")
    assert "[web] hosts" in "\n".join(greeting(open_to_all, "serve"))


def test_a_port_in_use_is_told_with_another() -> None:
    with taken_port() as port, pytest.raises(ServerError) as told:
        bind("127.0.0.1", port)
    assert f"Port {port} on 127.0.0.1 is in use" in told.value.what
    assert f"AIZUCHI_PORT={port + 1 if port < 65535 else 8765}" in told.value.mend


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_host_that_is_not_here_is_told(host: str) -> None:
    with pytest.raises(ServerError, match=f"Nobody can listen on {host}"):
        bind(host, 0)


def test_connections_wait_before_anybody_answers() -> None:
    with bind("127.0.0.1", 0) as bound, socket.create_connection(bound.getsockname(), 1):
        pass


def test_the_parents_socket_is_taken_over() -> None:
    with bind("127.0.0.1", 0) as bound:
        number = bound.detach()
        with listener("unused", 1, {LISTEN_FD: str(number)}) as taken:
            assert not taken.get_inheritable()
            socket.create_connection(taken.getsockname(), 1).close()
