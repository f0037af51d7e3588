"""What browser tests need; where it is missing they are skipped, or fail if it is required."""

import os
import shutil
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REQUIRED = "AIZUCHI_REQUIRE_BROWSER"
APP = Path(__file__).parents[2] / "src" / "aizuchi" / "surfaces" / "web" / "static" / "app"


def need_browser() -> str:
    """The path of a browser."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or _missing("no browser is here; install chromium (apt install chromium)")


def need_page() -> None:
    """The built page is there."""
    if not (APP / "index.html").exists():
        _missing("the web page is not built; run make web")


def need(path: Path, mend: str) -> Path:
    """A file is there."""
    return path if path.exists() else Path(_missing(f"{path.name} is missing; {mend}"))


def _missing(what: str) -> str:
    if os.environ.get(REQUIRED):
        pytest.fail(f"{what} ({REQUIRED} is set)", pytrace=False)
    pytest.skip(what)
