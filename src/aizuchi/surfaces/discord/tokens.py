"""What is known of the tokens of interactions: which are of use, and from when."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aizuchi.surfaces.discord import TOKEN_S
from aizuchi.surfaces.discord.address import Address

FIRST_CALL_S = 0.25
"""How long after it was accepted an interaction that came as a request is first called about: our
response has to arrive before."""

NOT_YET_S = 10.0
"""For how long after its beginning a token that is not known may yet become so."""

SPARE_S = 5.0
"""How long before its end a token is used no more: a call may take that time."""

MOST_KNOWN = 10_000


class Tokens:
    """Whether an interaction can still be answered by its token. `clock` is the time of day."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._over: dict[str, bool] = {}
        self._claimed_at: dict[str, float] = {}
        self._responding: dict[str, asyncio.Event] = {}

    def claimed(self, address: Address) -> None:
        """Somebody is about to answer it."""
        self._claimed_at[address.id] = asyncio.get_running_loop().time()
        _bound(self._claimed_at)

    @contextmanager
    def responding(self, interaction: str) -> Iterator[None]:
        """While our response is on its way, in this process, nothing else is called about it."""
        over = self._responding.setdefault(interaction, asyncio.Event())
        try:
            yield
        finally:
            self._responding.pop(interaction, None)
            over.set()

    def over(self, interaction: str) -> None:
        """The token is dead."""
        self._over.setdefault(interaction, False)
        _bound(self._over)

    def close(self, interaction: str) -> None:
        """Nothing more is to be said by the token, and what was said by it is to stay."""
        self._over[interaction] = True
        _bound(self._over)

    def were_closed(self, address: Address) -> bool:
        return self._over.get(address.id, False)

    def are_usable(self, address: Address) -> bool:
        age_s = self._clock() - address.began_at
        return (
            address.kind == "interaction"
            and address.id not in self._over
            and age_s < TOKEN_S - SPARE_S
        )

    def may_live(self, address: Address) -> bool:
        """Whether the token is not over by its time."""
        return self._clock() - address.began_at < TOKEN_S

    def may_come(self, address: Address) -> bool:
        """Whether Discord may only not know the interaction yet."""
        return self._clock() - address.began_at < NOT_YET_S

    async def first_call(self, address: Address) -> None:
        """Returns when the interaction may be called about."""
        if over := self._responding.get(address.id):
            await over.wait()
        claimed_at = self._claimed_at.get(address.id)
        if address.by_request and claimed_at is not None:
            wait_s = claimed_at + FIRST_CALL_S - asyncio.get_running_loop().time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)


def _bound(known: dict[str, bool] | dict[str, float]) -> None:
    if len(known) > MOST_KNOWN:
        del known[next(iter(known))]
