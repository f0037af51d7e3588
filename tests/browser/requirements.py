"""What browser tests need; where it is missing they are skipped, or fail if it is required."""

import os
from pathlib import Path
from typing import NoReturn

import pytest
from benchmarks.harness.browser import find_browser

REQUIRED = "AIZUCHI_REQUIRE_BROWSER"
APP = Path(__file__).parents[2] / "src" / "aizuchi" / "surfaces" / "web" / "static" / "app"


def need_browser() -> str:
    """The path of a browser."""
    return find_browser() or lacks("no browser is here; install chromium (apt install chromium)")


def need_page() -> None:
    """The built page is there."""
    if not (APP / "index.html").exists():
        lacks("the web page is not built; run make web")


def lacks(what: str) -> NoReturn:
    """Something that a test needs is not here."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{what} ({REQUIRED} is set)", pytrace=False)
    pytest.skip(what)
