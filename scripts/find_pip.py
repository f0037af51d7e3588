"""Finds a pip on any machine: installed, in a wheel, on the configured index, or by apt."""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.util
import re
import ssl
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from package_index import SetupFailed, explain, name_of_index, pip_settings, without_credentials

PIP_LOCK = Path(__file__).resolve().parent.parent / "requirements" / "pip.txt"
SYSTEM_WHEELS = Path("/usr/share/python-wheels")  # Debian and Fedora keep pip's wheel there
FETCH_TIMEOUT_S = 30.0


def find_pip(base: str, python: str, folder: Path) -> list[str]:
    """A command that is pip and installs into `python`'s environment.

    `base` is the machine's own interpreter; what has to be fetched is put into `folder`, made here.
    """
    folder.mkdir()
    installed = [base, "-m", "pip", "--python", python]
    if works([*installed, "--version"], folder):
        return installed
    wheel = wheel_on_this_machine() or wheel_from_index(folder) or wheel_by_apt(folder)
    if wheel is None:
        raise SetupFailed("There is no pip here, nor a way to get one: apt install python3-venv")
    return [python, f"{wheel}/pip"]


def works(command: list[str], folder: Path) -> bool:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def wheel_on_this_machine() -> Path | None:
    """The wheel that ensurepip carries, or that the system keeps for it."""
    ensurepip = importlib.util.find_spec("ensurepip")
    folders = [Path(ensurepip.origin).parent] if ensurepip and ensurepip.origin else []
    found = (wheel_in(folder) for folder in [*folders, SYSTEM_WHEELS])
    return next(filter(None, found), None)


def wheel_in(folder: Path) -> Path | None:
    return max(folder.rglob("pip-*.whl"), default=None)


def wheel_by_apt(folder: Path) -> Path | None:
    """Debian's own pip wheel: apt checks its signature, needs no root, and installs nothing."""
    package = "python3-pip-whl"
    if not works(["apt-get", "download", package], folder):
        return None
    archive = next(folder.glob(f"{package}*.deb"))
    return wheel_in(folder) if works(["dpkg-deb", "-x", str(archive), "."], folder) else None


# ── from the configured index ─────────────────────────────────────────────────


def wheel_from_index(folder: Path) -> Path | None:
    """The pinned pip, its hash checked; None where pip is configured with no index."""
    index = pip_settings().get("index-url")
    if index is None:
        return None
    lock = PIP_LOCK.read_text()
    name = "pip-{}-py3-none-any.whl".format(*re.findall(r"^pip==(\S+)", lock, re.MULTILINE))
    try:
        content = from_index(index.rstrip("/") + "/pip/", name)
    except OSError as error:
        raise SetupFailed(explain(str(error))) from error
    if hashlib.sha256(content).hexdigest() not in lock:
        raise SetupFailed(f"There is no {name} with the locked hash on {name_of_index()}")
    wheel = folder / name
    wheel.write_bytes(content)
    return wheel


def from_index(project: str, name: str) -> bytes:
    page, address = fetch(project, project)
    link = re.search(rf'href="([^"]*{re.escape(name)}[^"]*)"', page.decode())
    return fetch(urljoin(address, html.unescape(link[1])), project)[0] if link else b""


def fetch(url: str, index: str) -> tuple[bytes, str]:
    """The bytes at `url` and where they were found; credentials go to the index's host alone."""
    request, own = urllib.request.Request(without_credentials(url)), urlsplit(index)
    if own.username and own.hostname == urlsplit(url).hostname:
        pair = f"{unquote(own.username)}:{unquote(own.password or '')}"
        basic = base64.b64encode(pair.encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {basic}")
    with opener().open(request, timeout=FETCH_TIMEOUT_S) as response:
        return response.read(), response.geturl()


def opener() -> urllib.request.OpenerDirector:
    settings = pip_settings()
    proxy, trusted = settings.get("proxy"), settings.get("cert")
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=trusted)),
    )
