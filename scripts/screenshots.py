"""Makes pictures of the web chat: `python scripts/screenshots.py FOLDER [SCENE ...]`.

Starts a server and a fake model of its own on free ports, drives Chromium (Debian's, or the one
that CHROMIUM names) and writes one PNG a scene. Needs the built page and the package `playwright`.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# A server's Linux has no interface font: what pictures show is set, where it is installed.
FONT = """addEventListener("DOMContentLoaded", () =>
  document.documentElement.style.setProperty("--sans", "'Noto Sans CJK JP', system-ui"))"""
TOKEN = "a-token-for-pictures"  # noqa: S105 - opens a server that lives for a minute
DESKTOP, PHONE = (1280, 820), (390, 844)

PLAN = """Kyoto in a **quiet** weekend, away from the crowds:

### Saturday

1. **Morning:** walk the Philosopher's Path before nine, then *Hōnen-in*, whose gate is thatched.
2. **Midday:** soba in Ginkaku-ji's side streets.
3. **Evening:** the Kamo river, from Demachiyanagi downwards.

### Sunday, compared

| Place | Why | Crowded | Cost |
|:--|:--|:--|--:|
| Ōhara | moss gardens, tea | rarely | ¥700 |
| Takao | a valley of maples | in November | ¥800 |
| Uji | tea, and the river | at noon | ¥600 |

> Buses fill up early: the first one to Ōhara leaves at 7:10.

More at [the city's travel guide](https://kyoto.travel/en) when you have decided.
"""

CODE = """Here is a small one. It lowers the case, so `Tea` and `tea` are the same word:

```python
import re
from collections import Counter


def count_words(text: str) -> Counter[str]:
    \"\"\"How often each word stands in a text.\"\"\"
    words = re.findall(r"\\w+", text.lower())  # letters and digits
    return Counter(words)


def test_words_are_counted_whatever_their_case() -> None:
    assert count_words("Tea, tea and TEA")["tea"] == 3
```

Run it with `pytest`; nothing else is needed.
"""

JAPANESE = """お茶とコーヒーは、どちらも**「目を覚ます」**飲み物ですが、効き方が違います。

| | お茶 | コーヒー |
|:--|:--|:--|
| カフェイン | 少なめ（約30mg） | 多め（約90mg） |
| 効き方 | **穏やか。**長く続く | 速い。短め |
| 香り | 若葉、海苔 | 焙煎香、果実 |

- **注意：**夜は、どちらも控えめにしてください。
- 迷ったら、朝はコーヒー、午後は*「ほうじ茶」*がおすすめです。
"""

TOOL_STEPS: list[dict[str, Any]] = [
    {"type": "start", "messageId": "w" + "0" * 32},
    {
        "type": "data-heard",
        "id": "heard",
        "data": {"stage": "working", "text": "Reading kyoto.travel…"},
    },
    {"type": "start-step"},
    {
        "type": "data-step",
        "id": "s1",
        "data": {"title": "Searched for “autumn leaves Kyoto 2026”", "state": "done"},
    },
    {
        "type": "data-step",
        "id": "s2",
        "data": {"title": "Weather in Kyoto could not be read", "state": "failed"},
    },
    {
        "type": "data-step",
        "id": "s3",
        "data": {"title": "Reading kyoto.travel…", "state": "running"},
    },
]


class Studio(NamedTuple):
    """A server, its model, and a browser in front of them."""

    address: str
    model: str
    browser: Browser

    def page(self, size: tuple[int, int] = DESKTOP, **more: Any) -> Page:
        """A page of a person who has come in."""
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2,
            **({"locale": "en-GB", "color_scheme": "light"} | more),
        )
        context.add_init_script(FONT)
        page = context.new_page()
        page.on("console", lambda said: print(f"  console {said.type}: {said.text}"))
        page.on("pageerror", lambda error: print(f"  page error: {error}"))
        page.goto(f"{self.address}/?token={TOKEN}")
        return page

    def model_does(self, **behaviour: object) -> None:
        """What the model does from now on."""
        post(f"{self.model}/_control/script", [behaviour])

    def ask(self, page: Page, text: str) -> None:
        """A question, sent as a person does."""
        field = page.get_by_role("textbox", name=re.compile("Message|メッセージ"))
        field.fill(text)
        field.press("Enter")

    def answered(self, page: Page, question: str, answer: str) -> None:
        """A question, and its whole answer."""
        self.model_does(text=answer)
        self.ask(page, question)
        page.get_by_role("button", name=re.compile("Regenerate|再生成")).wait_for()
        page.wait_for_timeout(700)


def first(studio: Studio) -> Page:
    return studio.page()


def first_dark(studio: Studio) -> Page:
    return studio.page(color_scheme="dark")


def first_phone_ja(studio: Studio) -> Page:
    return studio.page(PHONE, locale="ja-JP", has_touch=True)


def light(studio: Studio) -> Page:
    page = studio.page()
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    return page


def dark_code(studio: Studio) -> Page:
    page = studio.page(color_scheme="dark")
    studio.answered(page, "Write a Python function that counts words, with a test", CODE)
    return page


def light_code(studio: Studio) -> Page:
    page = studio.page()
    studio.answered(page, "Write a Python function that counts words, with a test", CODE)
    return page


def phone(studio: Studio) -> Page:
    page = studio.page(PHONE, has_touch=True)
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    return page


def phone_code(studio: Studio) -> Page:
    page = studio.page(PHONE, has_touch=True, color_scheme="dark")
    studio.answered(page, "Write a Python function that counts words, with a test", CODE)
    return page


def japanese(studio: Studio) -> Page:
    page = studio.page(locale="ja-JP")
    studio.answered(page, "お茶とコーヒーを小さな表で比べてください", JAPANESE)
    return page


def japanese_phone(studio: Studio) -> Page:
    page = studio.page(PHONE, locale="ja-JP", has_touch=True)
    studio.answered(page, "お茶とコーヒーを小さな表で比べてください", JAPANESE)
    return page


def streaming(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=12)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text("Midday").wait_for()
    return page


def thinking(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=20, first=8)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text(re.compile("Thinking")).wait_for()
    page.wait_for_timeout(400)
    return page


def tool_step(studio: Studio) -> Page:
    """No model calls a tool here: the stream's chunks are played."""
    page = studio.page()
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in TOOL_STEPS)
    page.route(
        "**/api/chat",
        lambda route: route.fulfill(
            body=body, headers={"content-type": "text/event-stream"}
        ),
    )
    page.route("**/api/chat/*", lambda route: None)
    studio.ask(page, "Where are the leaves red this weekend?")
    page.get_by_role("list", name="Steps").wait_for()
    page.wait_for_timeout(400)
    return page


def error(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(fail="503")
    studio.ask(page, "Where are the leaves red this weekend?")
    page.get_by_role("button", name="Regenerate").wait_for(timeout=60_000)
    page.wait_for_timeout(400)
    return page


def stopped(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=15)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text("Midday").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Regenerate").wait_for()
    page.wait_for_timeout(300)
    return page


def reconnecting(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=15)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text("Morning").wait_for()
    page.route("**/api/**", lambda route: route.abort())
    page.get_by_role("button", name="Kill the server").click()
    page.get_by_text("Reconnecting").wait_for()
    return page


def editing(studio: Studio) -> Page:
    page = studio.page()
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit your message").wait_for()
    return page


def drawer(studio: Studio) -> Page:
    page = studio.page(PHONE, has_touch=True)
    page.get_by_role("button", name="Open the list of chats").click()
    page.wait_for_timeout(500)
    return page


def remove(studio: Studio) -> Page:
    page = studio.page(color_scheme="dark")
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    page.get_by_role("button", name="Delete").first.click()
    page.wait_for_timeout(300)
    return page


def compare(studio: Studio) -> Page:
    page = studio.page()
    page.goto(f"{studio.address}/compare")
    studio.model_does(text=PLAN, pace=60)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.wait_for_timeout(2500)
    return page


def compare_first(studio: Studio) -> Page:
    page = studio.page(color_scheme="dark")
    page.goto(f"{studio.address}/compare")
    page.wait_for_timeout(300)
    return page


SCENES: tuple[Callable[[Studio], Page], ...] = (
    *(first, first_dark, first_phone_ja, light, light_code, dark_code, phone, phone_code),
    *(japanese, japanese_phone, streaming, thinking, tool_step, error, stopped, reconnecting),
    *(editing, drawer, remove, compare, compare_first),
)


def main(folder: Path, wanted: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with studio_in_order() as studio:
        for scene in SCENES:
            if wanted and scene.__name__ not in wanted:
                continue
            page = scene(studio)
            page.wait_for_timeout(350)
            page.screenshot(path=folder / f"{scene.__name__.replace('_', '-')}.png")
            page.context.close()
            print(scene.__name__)


@contextmanager
def studio_in_order() -> Iterator[Studio]:
    """Everything that a picture needs, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as home, fake_model() as model:
        settings = {
            "AIZUCHI_HOME": home,
            "AIZUCHI_PORT": str(free_port()),
            "AIZUCHI_WEB_TOKEN": TOKEN,
            "AIZUCHI_MODEL": "openai:fake",
            "OPENAI_BASE_URL": f"{model}/v1",
            "OPENAI_API_KEY": "none",
            "AIZUCHI__LIMITS__MESSAGES_PER_MINUTE": "0",
        }
        address = f"http://127.0.0.1:{settings['AIZUCHI_PORT']}"
        command = [sys.executable, "-m", "aizuchi", "dev"]
        with running(command, settings), sync_playwright() as playwright:
            wait_for(f"{address}/readyz")
            browser = playwright.chromium.launch(executable_path=CHROMIUM)
            yield Studio(address, model, browser)
            browser.close()


@contextmanager
def fake_model() -> Iterator[str]:
    command = [sys.executable, "-m", "aizuchi.simulator.model"]
    with running(command, {}) as process:
        assert process.stdout
        address: str = json.loads(process.stdout.readline())["base_url"]
        yield address.removesuffix("/v1")


@contextmanager
def running(command: list[str], settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")


def post(address: str, value: object) -> None:
    body = json.dumps(value).encode()
    urllib.request.urlopen(urllib.request.Request(address, body), timeout=5).close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
