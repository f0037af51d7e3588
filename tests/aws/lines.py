"""A place at the other end of a socket, which does with each connection what its script says."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

CERTIFICATE = Path(__file__).parents[1] / "models" / "model_test.pem"
"""For 127.0.0.1; it vouches for itself."""

PATIENCE_S = 10.0


def reply(body: bytes = b"{}", status: str = "200 OK", *more: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"content-length: {len(body)}", *more, "", "")
    return "\r\n".join(lines).encode() + body


class Caller:
    """Somebody who has connected; `silent_until` the test has looked."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def heard(self) -> bytes:
        """A whole request, or nothing where the caller hung up."""
        said = b""
        while b"\r\n\r\n" not in said:
            more = self._connection.recv(65_536)
            if not more:
                return b""
            said += more
        head, _, body = said.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._connection.recv(65_536)
        return head + b"\r\n\r\n" + body

    def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._connection.sendall(piece)

    def hang_up(self) -> None:
        """Without a word, as who has forgotten the connection."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


Script = Callable[[Caller], None]


class Place:
    """`requests` are those that were heard whole, over so many `connections`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.connections = 0


@contextmanager
def place(*scripts: Script, tls: bool = False) -> Iterator[Place]:
    """The first connection gets the first script, and so on; the last one all that follow."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scheme = "https" if tls else "http"
        found = Place(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listening, scripts, found, context))
        thread.start()
        try:
            yield found
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)
            assert not thread.is_alive(), "a script did not end"


def _serve(
    listening: socket.socket,
    scripts: Sequence[Script],
    found: Place,
    context: ssl.SSLContext | None,
) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        connection.settimeout(PATIENCE_S)
        script = scripts[min(found.connections, len(scripts) - 1)]
        found.connections += 1
        with suppress(OSError):
            whole = context.wrap_socket(connection, server_side=True) if context else connection
            caller = Caller(whole)
            script(caller)
            caller.hang_up()
        connection.close()
