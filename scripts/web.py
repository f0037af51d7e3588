"""Builds the web page out of web/, once for each state of it; quick and quiet when that is done.

web.py               builds it
web.py beside        the same beside a running server, and ends with whoever started it
web.py npm run dev   runs npm in web/, with the Node that builds the page
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import package_index
from node import environment_with_node
from package_index import SetupFailed
from setup import ROOT, VENV, digest, read

WEB = ROOT / "web"
LOCKFILE = WEB / "package-lock.json"
INSTALLED = WEB / "node_modules" / ".installed"
PAGE = ROOT / "src" / "aizuchi" / "surfaces" / "web" / "static" / "app" / "index.html"
BUILT, BUILDING, LOG = VENV / "web-built", VENV / "web-building.lock", VENV / "web.log"
NOT_SOURCES = {"node_modules", "dist"}
LOOK_EVERY_S = 0.25

# What npm says → what we say: what happened, then the mend.
SIGNS_OF_TROUBLE = {
    r"ENOSPC": "The disk is full. Free about 300 MB",
    r"EACCES|EROFS|EPERM": "npm may not write in web/. Mend that",
    r"\bE40[13]\b": "npm's registry refused the user name and password, or wants some. "
    "See npm config get registry",
    r"EINTEGRITY": "npm's registry has a package that is not the one locked in "
    "web/package-lock.json. Do not install it; clear npm's cache, or use another registry",
    r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|network": "npm could not reach its registry. "
    "Check the network and npm config get registry",
}


def main(arguments: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments[:1] == ["npm"]:
            return npm_by_hand(arguments[1:])
        if arguments[:1] == ["beside"]:
            threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
        return build()
    except SetupFailed as failure:
        return report(str(failure))
    except OSError as error:
        return report(f"{error.strerror} ({error.filename}). Mend that")
    except KeyboardInterrupt:
        return 130


def report(failure: str) -> int:
    plain = "" if PAGE.exists() else " Until then a plain page is served."
    print(f"The web page was not built: {failure}. Then run make web.{plain}", flush=True)
    return 1


def end_with(starter: int) -> None:
    while os.getppid() == starter:
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGINT)


def build() -> int:
    if not LOCKFILE.exists() or is_built():
        return 0
    print("Building the web page, once …", flush=True)
    with only_one_build():
        if not is_built():
            made_of = stamp_of_sources()
            install()
            npm("run", "build")
            BUILT.write_text(f"{made_of} {digest(PAGE)}")
    print("The web page is built: load it anew.", flush=True)
    return 0


def is_built() -> bool:
    """Whether the page there is the one of these sources; its names are those of what it loads."""
    return PAGE.exists() and read(BUILT) == f"{stamp_of_sources()} {digest(PAGE)}"


def stamp_of_sources() -> str:
    stamp = hashlib.sha256()
    for file in sources():
        content = file.read_bytes()
        stamp.update(f"{file.relative_to(WEB)} {len(content)}\n".encode() + content)
    return stamp.hexdigest()


def sources() -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder, name) for name in files]
    return sorted(found)


@contextlib.contextmanager
def only_one_build() -> Iterator[None]:
    with BUILDING.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ── npm ───────────────────────────────────────────────────────────────────────


def npm_by_hand(arguments: Sequence[str]) -> int:
    """npm as the person called it, after what is locked was installed."""
    with only_one_build():
        install()
    command = ["npm", *arguments]
    return subprocess.run(command, cwd=WEB, env=environment_with_node(), check=False).returncode


def install() -> None:
    if read(INSTALLED) != digest(LOCKFILE):
        npm("ci", "--no-audit", "--no-fund")
        INSTALLED.parent.mkdir(exist_ok=True)
        INSTALLED.write_text(digest(LOCKFILE))


def npm(*arguments: str) -> None:
    """Runs npm; whatever it starts ends with us."""
    with LOG.open("w") as log:
        process = subprocess.Popen(
            ["npm", *arguments],
            cwd=WEB,
            env=environment_with_node(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        raise SetupFailed(f"{explain(LOG.read_text())} (all that was said: {LOG})")


def explain(output: str) -> str:
    """Why npm failed, from all that it said."""
    for sign, words in SIGNS_OF_TROUBLE.items():
        if re.search(rf"npm (?:error|ERR!).*(?:{sign})", output):
            return words
    lines = package_index.without_credentials(output).splitlines()
    said = [line.strip() for line in lines if re.match(r"(?!npm |> |\s*$|\s+at )", line)][-3:]
    own = [line[10:] for line in lines if re.match(r"npm error [^aAcR]\S+ \S", line)][:1]
    return f"npm failed: {' / '.join(said or own) or 'it said nothing'}. Mend that"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
