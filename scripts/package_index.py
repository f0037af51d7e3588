"""Where packages come from: what pip is configured with, and handing that to uv.

No address stands here or anywhere in the project: each machine says its own.
"""

from __future__ import annotations

import configparser
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# pip's setting → the variable uv reads it from, and the other names that would already say it.
FOR_UV = {
    "index-url": ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    "extra-index-url": ("UV_INDEX", "UV_EXTRA_INDEX_URL"),
    "find-links": ("UV_FIND_LINKS",),
    "no-index": ("UV_NO_INDEX",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "cert": ("SSL_CERT_FILE",),
    "proxy": ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"),
}

# What an installer says → what we say: what happened, then the mend.
SIGNS_OF_TROUBLE = {
    r"No space left": "The disk is full. Free about 300 MB",
    r"Permission denied|Read-only file system": "Something cannot be written ({said}). Mend that",
    r"\b40[13]\b": "{index} refused the user name and password, or wants some. Mend them there",
    r"(?i)certificate|UnknownIssuer": "{index} showed a certificate that is not trusted. "
    "Name your organisation's certificates with PIP_CERT=/path/to/ca.pem",
    r"(?i)hash(es)? mismatch|DO NOT MATCH THE HASHES": "{index} has a package that is not the "
    "one locked in requirements/. Do not install it; clear that index's cache, or use another",
    r"(?i)error sending request|connect|dns|name resolution|not known|timed? ?out|from versions: "
    "none": "Could not reach {index}. Check the network and HTTPS_PROXY, or name an index that "
    "can be reached with PIP_INDEX_URL",
}


class SetupFailed(Exception):
    """What went wrong and its mend, in one line for a person."""


# ── what pip is configured with ───────────────────────────────────────────────


def pip_settings() -> dict[str, str]:
    """As pip reads them: its files, then PIP_* variables; the last one wins."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read(pip_files(), encoding="utf-8")
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found.update(named_as_pip_does(parser[section]))
    variables = {key[4:]: value for key, value in os.environ.items() if key.startswith("PIP_")}
    found.update(named_as_pip_does(variables))
    return found


def named_as_pip_does(settings: Mapping[str, str]) -> dict[str, str]:
    named = {}
    for key, value in settings.items():
        name = key.lower().replace("_", "-").replace("default-timeout", "timeout")
        named[name] = " ".join(value.split())
    return {name: value for name, value in named.items() if value}


def pip_files() -> list[Path]:
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    home, library = Path.home(), Path("Library/Application Support/pip/pip.conf")
    systemwide = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), Path("/") / library]
    own = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip/pip.conf"
    users = [] if named else [home / ".pip/pip.conf", own, home / library]
    site = Path(sys.base_prefix) / "pip.conf"
    return [*systemwide, *users, site, *([Path(named)] if named else [])]


def name_of_index() -> str:
    """The index to name in an error: uv's or pip's setting, without its credentials."""
    named = [os.environ.get(name) for name in FOR_UV["index-url"]]
    url = next(filter(None, named), pip_settings().get("index-url"))
    if url is None:
        return "the package index pip uses by default"
    return f"the package index pip is configured with ({without_credentials(url)})"


def without_credentials(text: str) -> str:
    return re.sub(r"://[^@/\s]+@", "://", text)


def explain(output: str) -> str:
    """Why an installer failed, from all it said."""
    last_line = (without_credentials(output).strip().splitlines() or ["it said nothing"])[-1]
    for sign, words in SIGNS_OF_TROUBLE.items():
        if re.search(sign, output):
            return words.format(index=name_of_index(), said=last_line)
    return f"The installer failed: {last_line.strip()}. Mend that"


# ── handed to the installers ──────────────────────────────────────────────────


def environment_for_installers() -> dict[str, str]:
    """What uv reads, from what pip was told; an explicit UV_* setting wins."""
    elsewhere = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER"}  # ours go into .venv
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    environment.update(PIP_USER="0", UV_PYTHON_DOWNLOADS="never")
    for setting, value in pip_settings().items():
        names = FOR_UV.get(setting, ())
        if names and not any(environment.get(name) for name in names):
            environment[names[0]] = value.replace(" ", ",") if setting == "find-links" else value
    # uv takes a package from the first index that has its name, even if the locked file is only in
    # another. The hashes already say which file it must be, so every index may be asked.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    if has_system_certificates():
        environment.setdefault("UV_SYSTEM_CERTS", "true")  # as pip does
    return environment


def has_system_certificates() -> bool:
    import ssl  # here, as it would cost every start 20 ms

    paths = ssl.get_default_verify_paths()
    folder = Path(paths.capath) if paths.capath else None
    return bool(paths.cafile) or (folder is not None and any(folder.iterdir()))
