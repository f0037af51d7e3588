"""A stream of an answer that is played to the page bit by bit, in the server's own frames.

No model calls a tool yet, so no server can be brought to tell of steps. What is played here is made
by the web surface from entries of a log, as it makes any answer; only who wrote the log is missing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue

from playwright.sync_api import Page

from aizuchi.answers import Entry, Logged, Position
from aizuchi.surfaces.web.tail import DONE, AnswerFrames

TURN = f"w{'0' * 32}"


class Play:
    """Answers every question with the entries that it is told, as they are told."""

    def __init__(self) -> None:
        self._frames = AnswerFrames(TURN, "en")
        self._told: SimpleQueue[bytes | None] = SimpleQueue()
        self._count = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def begin(self, page: Page) -> None:
        """From now on questions of this page come here."""
        self._thread.start()
        address = f"http://127.0.0.1:{self._server.server_port}/api/chat"
        page.route("**/api/chat", lambda route: route.continue_(url=address))
        self._told.put(self._frames.begin())

    def tell(self, *entries: Entry) -> None:
        for entry in entries:
            self._told.put(self._frames.feed([Logged(Position(1, self._count), entry)]))
            self._count += 1

    def end(self) -> None:
        self._told.put(DONE)
        self._told.put(None)

    def close(self) -> None:
        self._told.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        told = self._told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                for frames in iter(told.get, None):
                    self.wfile.write(frames)
                    self.wfile.flush()

            def log_message(self, *said: object) -> None:
                """Says nothing."""

        return Handler


@contextmanager
def play_to(page: Page) -> Iterator[Play]:
    play = Play()
    play.begin(page)
    try:
        yield play
    finally:
        play.close()
