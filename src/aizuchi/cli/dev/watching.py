"""Notices that one of a few files was written, made or taken away."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

LOOK_EVERY_S = 0.3

Stamp = tuple[int, int, int] | None


def stamp(path: Path) -> Stamp:
    """What changes when a file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class Watch:
    """The files as they were when last looked at."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._stamps = {file: stamp(file) for file in files}

    def changed(self) -> list[Path]:
        """The files that are not what they were at the last look."""
        changed = [file for file, old in self._stamps.items() if stamp(file) != old]
        self._stamps = {file: stamp(file) for file in self._stamps}
        return changed

    async def next_change(self) -> list[Path]:
        """The files that change next."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if files := self.changed():
                return files
