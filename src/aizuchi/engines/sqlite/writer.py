"""Jobs on a connection: in a thread of their own and committed in groups, or at once."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from aizuchi.engines.sqlite.database import tidy
from aizuchi.errors import StoreUnavailable

Item = TypeVar("Item")
T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
# A request takes two passes of the loop from its bytes to here, so after three that brought nothing
# no other is on its way.
QUIET_PASSES = 3
GATHER_WITHIN_S = 0.002

ROOM = "Free some space; until then messages are refused."
RIGHTS = "Give this user the right to write there, or choose another folder with AIZUCHI_HOME."
MENDS = {
    "FULL": ROOM,
    "IOERR": ROOM,
    "READONLY": RIGHTS,
    "CANTOPEN": RIGHTS,
    "PERM": RIGHTS,
    "CORRUPT": "Stop aizuchi and put back a copy of the file, or choose another folder.",
    "NOTADB": "Choose another folder with AIZUCHI_HOME, or move the file away.",
}


def unavailable(error: sqlite3.Error) -> StoreUnavailable:
    """What SQLite says, as an error with its mend."""
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    mend = MENDS.get(name.split("_")[1], "Start aizuchi again; the log has more.")
    return StoreUnavailable(f"The store cannot be used: {error}.", mend)


class Bulk(Generic[Item, T]):
    """A kind of work that is done in one go for all who wait for it. `told` hears what came of it,
    also where whoever asked has been cancelled meanwhile."""

    def __init__(
        self,
        do: Callable[[sqlite3.Connection, Sequence[Item]], Sequence[T]],
        told: Callable[[Sequence[T]], None] = lambda _: None,
    ) -> None:
        self.do, self.told = do, told


Asked = Mapping[Bulk[Any, Any], Sequence[tuple[Any, asyncio.Future[Any]]]]
"""What is to be done, by its kind, and who waits for each."""

Work = Mapping[Bulk[Any, Any], Sequence[Any]]
"""The items of each kind, or what came of them. Nobody was answered yet, so only those of one kind
have an order."""


class Executor(Protocol):
    """Runs jobs in a transaction of their own or of their group: durable when they return.
    `commits` counts those transactions that have written."""

    commits: int

    async def run(self, job: Job[T]) -> T: ...

    async def run_together(self, bulk: Bulk[Item, T], item: Item) -> T: ...

    def close(self) -> None: ...


ONE_BY_ONE: Bulk[Job[Any], Any] = Bulk(lambda connection, jobs: [job(connection) for job in jobs])


def done(connection: sqlite3.Connection, work: Work) -> Work:
    return {bulk: bulk.do(connection, items) for bulk, items in work.items()}


def commit(connection: sqlite3.Connection, work: Work) -> Work:
    """What comes of all of it, in one durable transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = done(connection, work)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return results


class Inline:
    """Runs every job at once: for simulated time, where nothing may wait for a thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.commits = 0

    async def run(self, job: Job[T]) -> T:
        result: T = await self.run_together(ONE_BY_ONE, job)
        return result

    async def run_together(self, bulk: Bulk[Item, T], item: Item) -> T:
        try:
            results: Sequence[T] = commit(self._connection, {bulk: [item]})[bulk]
        except sqlite3.Error as error:
            raise unavailable(error) from error
        self.commits += 1
        bulk.told(results)
        return results[0]

    def close(self) -> None:
        pass


class _Thread:
    """A thread that does what is asked in groups, and answers a group at once.

    While it does one group, the next gathers. The loop then lets those come that are on their way,
    such as the next requests of whoever was just answered: fuller groups, fewer commits.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self.commits = 0
        self._loop = asyncio.get_running_loop()
        self._asked: dict[Bulk[Any, Any], list[tuple[Any, asyncio.Future[Any]]]] = {}
        self._is_busy = False
        self._groups: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, job: Job[T]) -> T:
        result: T = await self.run_together(ONE_BY_ONE, job)
        return result

    async def run_together(self, bulk: Bulk[Item, T], item: Item) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        self._asked.setdefault(bulk, []).append((item, future))
        if not self._is_busy:
            self._is_busy = True
            self._gather(self._loop.time() + GATHER_WITHIN_S)
        return await future

    def close(self) -> None:
        """Returns when everything asked so far is done."""
        if self._asked:
            self._hand_over()
        self._groups.put({})
        self._thread.join()

    def _gather(self, until: float, before: int = 0, quiet: int = 0) -> None:
        """Hands over what is asked once the loop brings nothing more, or time is up."""
        asked = sum(map(len, self._asked.values()))
        quiet = quiet + 1 if asked == before else 0
        if quiet == QUIET_PASSES or self._loop.time() >= until:
            self._hand_over()
        else:
            self._loop.call_soon(self._gather, until, asked, quiet)

    def _hand_over(self) -> None:
        group, self._asked = self._asked, {}
        self._groups.put(group)

    def _work(self) -> None:
        while asked := self._next():
            outcomes = self._do({bulk: [item for item, _ in some] for bulk, some in asked.items()})
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._answer, asked, outcomes)

    def _next(self) -> Asked:
        """The next group; an empty one is the last."""
        return self._groups.get()

    def _answer(self, asked: Asked, outcomes: Work) -> None:
        for bulk, some in asked.items():
            bulk.told([each for each in outcomes[bulk] if not isinstance(each, Exception)])
            for (_, waiting), outcome in zip(some, outcomes[bulk], strict=True):
                _answer(waiting, outcome)
        self._is_busy = bool(self._asked)
        if self._is_busy:
            self._gather(self._loop.time() + GATHER_WITHIN_S)

    def _do(self, work: Work) -> Work:
        """What comes of each, which may be an exception; one that fails in a group fails alone."""
        try:
            return self._do_together(work)
        except Exception as error:  # noqa: BLE001 - it belongs to who asked, and is raised there
            if sum(map(len, work.values())) > 1:
                return {
                    bulk: [self._do({bulk: [item]})[bulk][0] for item in items]
                    for bulk, items in work.items()
                }
            outcome = unavailable(error) if isinstance(error, sqlite3.Error) else error
            return {bulk: [outcome] for bulk in work}

    def _do_together(self, work: Work) -> Work:
        raise NotImplementedError


def _answer(waiting: asyncio.Future[Any], outcome: Any) -> None:
    if waiting.done():
        return
    if isinstance(outcome, Exception):
        waiting.set_exception(outcome)
    else:
        waiting.set_result(outcome)


class Writer(_Thread):
    """Commits whatever waits as one group: a commit costs the disk the same for one or fifty."""

    idle_s = 5.0

    def _next(self) -> Asked:
        """The next group; where none comes for a while, the file is tidied first."""
        with suppress(queue.Empty):
            return self._groups.get(timeout=self.idle_s)
        with suppress(sqlite3.Error):
            tidy(self._connection)
        return self._groups.get()

    def _do_together(self, work: Work) -> Work:
        results = commit(self._connection, work)
        self.commits += 1
        return results


class Reader(_Thread):
    """Reads beside the writer; what waits together reads one and the same moment."""

    def _do_together(self, work: Work) -> Work:
        self._connection.execute("BEGIN")
        try:
            return done(self._connection, work)
        finally:
            self._connection.execute("ROLLBACK")
