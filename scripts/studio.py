"""A server, a fake model and a browser of their own, for pictures and films of the web chat.

Chromium is Debian's, or the one that CHROMIUM names; the built page and `playwright` are needed.
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
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESKTOP, PHONE = (1280, 820), (390, 844)
# A server's Linux has no interface font: what pictures show is set, where it is installed.
FONT = """addEventListener("DOMContentLoaded", () =>
  document.documentElement.style.setProperty("--sans", "'Noto Sans CJK JP', system-ui"))"""
TOKEN = "a-token-for-pictures"


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
