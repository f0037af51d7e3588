"""The socket a server listens on: bound here, or handed over by the parent."""

import errno
import os
import socket
from collections.abc import Mapping

from aizuchi.errors import ServerError

LISTEN_FD = "AIZUCHI_LISTEN_FD"
BACKLOG = 2048


def listener(host: str, port: int, environment: Mapping[str, str] = os.environ) -> socket.socket:
    """The socket of the parent where there is one, else a new one at this address."""
    number = environment.get(LISTEN_FD)
    if number is None:
        return bind(host, port)
    handed_over = socket.socket(fileno=int(number))
    handed_over.set_inheritable(False)
    return handed_over


def bind(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on, though nobody answers them yet.

    Raises:
        ServerError: nobody can listen there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _not_there(host, port, error) from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise _not_there(host, port, error) from None
    return bound


def _not_there(host: str, port: int, error: OSError) -> ServerError:
    if error.errno == errno.EADDRINUSE:
        return ServerError(
            f"Port {port} on {host} is in use: another program listens there, perhaps aizuchi.",
            f"End it, or take another port: AIZUCHI_PORT={port + 1 if port < 65_535 else 8765}",
        )
    if error.errno == errno.EACCES:
        return ServerError(
            f"Port {port} is only for the system's own programs.",
            "Take one from 1024 on: AIZUCHI_PORT=8765",
        )
    return ServerError(
        f"Nobody can listen on {host}: {error.strerror}.",
        "Write an address of this machine into [server] host, for example 127.0.0.1.",
    )
