"""A connection that is kept while a function is frozen: http.client would take 20 ms to load."""

import os.path
import socket
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ssl import SSLContext

ROOTS = os.path.join(os.path.dirname(__file__), "roots.pem")
"""What AWS's services are certified by: to load all that a system trusts takes 20 ms."""

IDLE_S = 20.0
"""After a rest that was longer, nobody knows whether what stands between still lets it through."""

CHUNK_BYTES = 65_536
LONGEST_HEAD, LONGEST_REPLY = 2**16, 2**20
PORTS = {"http": 80, "https": 443}
NO_REPLY = "what came back is no reply of AWS's"
NOTHING_YET = ("BlockingIOError", "SSLWantReadError")


class Reply(NamedTuple):
    status: int
    body: bytes


class Line:
    """A connection to one place, made when it is needed; what is asked there may be done twice.

    `trusted` is a file of certificates to trust instead of AWS's.
    """

    def __init__(self, endpoint: str, trusted: str = "") -> None:
        scheme, _, self.host = endpoint.rstrip("/").partition("://")
        name, _, port = self.host.partition(":")
        # As bytes no name has to be translated, and 3 ms of tables stay unread.
        self._name, self._port = name.encode("ascii"), int(port or PORTS[scheme])
        self._context = _context(trusted or ROOTS) if scheme == "https" else None
        self._may_trust_more = not trusted
        self._socket: socket.socket | None = None
        self._used_at, self._failed = 0.0, 0

    def exchange(self, request: bytes, until: float) -> Reply:
        """What comes back, before that time of `monotonic`. Where the connection had ended in
        between, it is made anew and the request sent once more.

        Raises:
            OSError: nothing came, or no answer; it may have been done or not.
        """
        if self._is_fit():
            try:
                return self._ask(request, until)
            except TimeoutError:
                raise
            except OSError:
                pass  # it ended in the moment in which it was used
        self._connect(until)
        return self._ask(request, until)

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def _is_fit(self) -> bool:
        """Whether the connection stands as it was left: not for too long, and not ended since."""
        if self._socket is None or monotonic() - self._used_at > IDLE_S:
            return False
        self._socket.setblocking(False)
        try:
            self._socket.recv(1)
        except OSError as error:
            return type(error).__name__ in NOTHING_YET
        return False

    def _connect(self, until: float) -> None:
        self.close()
        try:
            self._socket = self._open(until)
        except OSError as error:
            if type(error).__name__ != "SSLCertVerificationError" or not self._may_trust_more:
                raise
            assert self._context
            self._may_trust_more = False
            self._context.load_default_certs()
            self._socket = self._open(until)

    def _open(self, until: float) -> socket.socket:
        connection = self._dial(until)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                return connection
            connection.settimeout(_left_s(until))
            return self._context.wrap_socket(connection, server_hostname=self._name)
        except BaseException:
            connection.close()
            raise

    def _dial(self, until: float) -> socket.socket:
        """To one of the addresses that the name has; after one that fails, to the next."""
        every = socket.getaddrinfo(self._name, self._port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = every[self._failed % len(every)]
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_left_s(until))
            connection.connect(address)
        except OSError:
            self._failed += 1
            connection.close()
            raise
        return connection

    def _ask(self, request: bytes, until: float) -> Reply:
        assert self._socket
        try:
            self._socket.settimeout(_left_s(until))
            self._socket.sendall(request)
            reply, is_last = _read(self._socket, until)
        except BaseException:
            self.close()
            raise
        self._used_at = monotonic()
        if is_last:
            self.close()
        return reply


@cache
def _context(trusted: str) -> "SSLContext":
    from ssl import PROTOCOL_TLS_CLIENT, SSLContext  # 15 ms that a stand-in without TLS saves

    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trusted)
    return context


def _read(connection: socket.socket, until: float) -> tuple[Reply, bool]:
    """A reply, and whether it is the connection's last."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection, until, LONGEST_HEAD - len(received))
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    headers = {name.lower(): value.strip().lower() for name, _, value in pairs}
    try:
        number, length = int(status.split(b" ", 2)[1]), int(headers[b"content-length"])
    except (ValueError, LookupError):
        raise ConnectionError(NO_REPLY) from None
    if not 0 <= length <= LONGEST_REPLY:
        raise ConnectionError(NO_REPLY)
    while len(body) < length:
        body += _more(connection, until, CHUNK_BYTES)
    return Reply(number, body), headers.get(b"connection") == b"close"


def _more(connection: socket.socket, until: float, most: int) -> bytes:
    if most <= 0:
        raise ConnectionError(NO_REPLY)
    connection.settimeout(_left_s(until))
    received = connection.recv(min(most, CHUNK_BYTES))
    if not received:
        raise ConnectionResetError("the connection ended before the reply did")
    return received


def _left_s(until: float) -> float:
    left_s = until - monotonic()
    if left_s <= 0:
        raise TimeoutError("no time is left")
    return left_s
