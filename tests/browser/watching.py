"""Notices what must never happen in a page: an error, or a request to anybody but our server."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

# What the browser itself writes when a server is gone, or says no.
OF_THE_NETWORK = "Failed to load resource"
OF_A_SOCKET = "WebSocket connection to"
NO_CONNECTION = ("net::ERR_", "Connection closed before receiving a handshake response")
NOT_FOUND = "the server responded with a status of 404"


class Watch:
    """All that went wrong in the pages of a test. `cuts` says that connections may break."""

    def __init__(self, own: int) -> None:
        self._own = {f"127.0.0.1:{own}"}
        self.cuts = False
        self.wrong: list[str] = []

    def allow_cuts(self, port: int) -> None:
        """Another port leads to our server too, and its connections may break."""
        self._own.add(f"127.0.0.1:{port}")
        self.cuts = True

    def allow(self, host: str) -> None:
        """From now on this host may be asked for something."""
        self._own.add(host)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("crash", lambda _: self.wrong.append("the page crashed"))

    def _console(self, message: ConsoleMessage) -> None:
        expected = self._is_a_cut(message) or _is_a_new_chat(message)
        if message.type in ("error", "warning") and not expected:
            self.wrong.append(f"console: {message.text} ({message.location.get('url')})")

    def _is_a_cut(self, message: ConsoleMessage) -> bool:
        """Whether it only tells that the server was not there, as a test meant it."""
        told = message.text.startswith((OF_THE_NETWORK, OF_A_SOCKET))
        return self.cuts and told and any(cause in message.text for cause in NO_CONNECTION)

    def _error(self, error: WebError) -> None:
        self.wrong.append(f"exception: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc not in self._own:
            self.wrong.append(f"request: {request.method} {request.url}")


def _is_a_new_chat(message: ConsoleMessage) -> bool:
    """Whether it only tells that nothing is stored yet under a chat's address."""
    path = urlsplit(message.location.get("url", "")).path
    return path.startswith("/api/chat/") and f"{OF_THE_NETWORK}: {NOT_FOUND}" in message.text
