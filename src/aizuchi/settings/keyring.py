"""Secrets that may be changed where they are kept while the server runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import overload

from aizuchi.errors import SettingsError
from aizuchi.settings.secrets import Secret

AGAIN_AFTER_S = 60.0
"""Who sends bad signatures has us read at most so often."""

PATIENCE_S = 1.0
"""How long a request that did not verify waits for the secrets to be read."""

Reading = Callable[[], Sequence[Secret]]
logger = logging.getLogger(__name__)


class Keyring(Sequence[str]):
    """What requests are verified with, as it was when it was last read."""

    def __init__(
        self,
        secrets: Iterable[Secret],
        read: Callable[[Reading], Awaitable[Sequence[Secret]]] = asyncio.to_thread,
    ) -> None:
        self._secrets: Sequence[Secret] = tuple(secrets)
        self._read = read
        self._read_at = asyncio.get_running_loop().time()
        self._reading: asyncio.Task[bool] | None = None

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return [secret.reveal() for secret in self._secrets][index]

    def __len__(self) -> int:
        return len(self._secrets)

    async def renew(self) -> bool:
        """Reads the secrets again, unless that was done within the last minute; whether they are
        others now. All who ask meanwhile share one reading, and none waits long for it."""
        if self._is_due():
            self._read_at = asyncio.get_running_loop().time()
            self._reading = asyncio.create_task(self._renew())
        if self._reading is None or self._reading.done():
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(self._reading)
        return False

    def _is_due(self) -> bool:
        is_free = self._reading is None or self._reading.done()
        age_s = asyncio.get_running_loop().time() - self._read_at
        may_change = any(secret.may_change for secret in self._secrets)
        return is_free and may_change and age_s >= AGAIN_AFTER_S

    async def _renew(self) -> bool:
        before, self._secrets = self._secrets, await self._read(self._again)
        return self._secrets != before

    def _again(self) -> Sequence[Secret]:
        return tuple(_now(secret) for secret in self._secrets)


def _now(secret: Secret) -> Secret:
    """A secret that cannot be read now stays as it was."""
    try:
        return secret.again()
    except SettingsError as error:
        logger.error("%s", error)
        return secret
