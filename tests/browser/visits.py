"""Opens the chat in browsers of its person, and watches what happens there."""

from playwright.sync_api import Browser, BrowserContext, expect

from .chat import Chat
from .processes import TOKEN, Server
from .watching import Watch

PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


class Visits:
    """Opens the chat in browsers of its person, and watches them."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser, self._server = browser, server
        self._contexts: list[BrowserContext] = []
        self.watch = Watch(server.port)

    def open(
        self,
        language: str = "en",
        *,
        dark: bool = False,
        width: int = 1100,
        chat: str = "",
        over: str = "",
        port: int = 0,
    ) -> Chat:
        """A page in a browser of its own, signed in; `port` is another way to the server."""
        context = self._browser.new_context(
            locale={"en": "en-GB", "ja": "ja-JP"}[language],
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 800},
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.watch.over(context)
        self._contexts.append(context)
        url = f"http://127.0.0.1:{port or self._server.port}/"
        if port:
            self.watch.allow_cuts(port)
        context.request.get(f"{url}?token={TOKEN}", max_redirects=0)
        return self._come_in(context, language, f"{url}{over and f'?over={over}'}", chat)

    def tab(self, beside: Chat, chat: str = "") -> Chat:
        """Another tab of the same browser."""
        language = "ja" if beside.words.send == "送信" else "en"
        url = beside.page.url.partition("#")[0]
        return self._come_in(beside.page.context, language, url, chat)

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _come_in(self, context: BrowserContext, language: str, url: str, chat_id: str) -> Chat:
        page = context.new_page()
        page.goto(f"{url}#{chat_id}" if chat_id else url)
        chat = Chat(page, language)
        expect(chat.field).to_be_visible()
        return chat
