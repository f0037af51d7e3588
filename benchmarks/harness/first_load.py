"""What a browser loads of the built page before it can be used."""

import gzip
import re
from pathlib import Path

EAGER = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="(?:\./|/)?([^"]+\.js)"')
IMPORTED = re.compile(r'(?:\bfrom|\bimport)\s*["\']\./([^"\']+\.js)["\']')


def scripts(app: Path) -> list[Path]:
    """The scripts that `index.html` names and, on and on, those that they import at once."""
    page = (app / "index.html").read_text("utf-8")
    named = EAGER.findall(page)
    waiting = [app / name.removeprefix("static/app/") for name in named]
    found: list[Path] = []
    while waiting:
        script = waiting.pop()
        if script not in found:
            found.append(script)
            text = script.read_text("utf-8")
            waiting += [script.parent / name for name in IMPORTED.findall(text)]
    return sorted(found)


def gzipped_kb(files: list[Path]) -> float:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / 1000
