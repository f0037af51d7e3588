"""How a request arrives: never more of its head than a request needs, and no part of it waited for
for ever. It is watched here, by connection, as a timer for each body would cost more than reading
it."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_BYTES = 64 * 1024
HEAD_WITHIN_S = 20.0
BODY_WITHIN_S = 20.0
LAST_REQUEST_WITHIN_S = 0.1
READ_BYTES = 64 * 1024
"""So much is read at once. asyncio takes 256 KiB of memory for each read, which the system may give
and take back each time: up to a fifth of a small request on a busy machine, nothing on a quiet one.
"""

TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\n"
    b"content-length: 22\r\nconnection: close\r\n\r\nthe body took too long"
)


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP, which bounds nothing: a head that is too long is refused, a body that takes
    too long too, and a connection on which no head comes is closed without a word. A server that
    ends still answers what was on its way to it, and says that this was the last answer."""

    _is_last = False
    _head_bytes = 0
    _head_deadline: asyncio.TimerHandle | None = None
    _body_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]  # asyncio's, which no protocol names
        self._wait_on_head(0)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._head_has_come()
        self._body_has_come()

    def shutdown(self) -> None:
        if self._is_last or self._is_answering():
            super().shutdown()
        else:
            self._is_last = True
            self.loop.call_later(LAST_REQUEST_WITHIN_S, self.shutdown)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_last and self._is_answering():
            super().shutdown()
        if "method" not in (self.scope or ()):  # there is no scope before the first request
            self._wait_on_head(len(data))
            return
        if self._head_deadline is not None:
            self._head_has_come()
        if self._lacks_body():
            self._wait_on_body()
        elif self._body_deadline is not None:
            self._body_has_come()

    def _wait_on_head(self, more_bytes: int) -> None:
        self._head_bytes += more_bytes
        if self._head_deadline is None:
            self._head_deadline = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)
        if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(TOO_LONG)
            self.transport.close()

    def _head_has_come(self) -> None:
        self._head_bytes = 0
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # a socket has none
        return cycle is not None and not cycle.response_complete

    def _lacks_body(self) -> bool:
        """Whether somebody may still be waiting for it."""
        return self._is_answering() and self.cycle.more_body

    def _wait_on_body(self) -> None:
        if self._body_deadline is None:
            self._body_deadline = self.loop.call_later(BODY_WITHIN_S, self._give_up_body)

    def _body_has_come(self) -> None:
        if self._body_deadline is not None:
            self._body_deadline.cancel()
            self._body_deadline = None

    def _give_up_body(self) -> None:
        if self._lacks_body():
            if not self.cycle.response_started:
                self.transport.write(TOO_SLOW)
            self.transport.close()
