"""Jobs on a connection: in a thread of their own and committed in groups, or at once."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, TypeVar

from aizuchi.engines.sqlite.database import tidy
from aizuchi.errors import StoreUnavailable

Item = TypeVar("Item")
T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
Bulk = Callable[[sqlite3.Connection, Sequence[Item]], Sequence[T]]
GROUP = 512
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


class Task(NamedTuple):
    """Something to do in a transaction, together with all others of its kind."""

    do: Bulk[Any, Any]
    item: Any


class _Asked(NamedTuple):
    """A task, who waits for its result, and who hears of it in any case."""

    task: Task
    waiting: asyncio.Future[Any]
    told: Callable[[Any], None] | None


class Executor(Protocol):
    """Runs jobs in a transaction of their own or of their group: durable when they return."""

    async def run(self, job: Job[T]) -> T: ...

    async def run_together(
        self, do: Bulk[Item, T], item: Item, told: Callable[[T], None] | None = None
    ) -> T:
        """Does one thing of a kind of which many may wait, in one go. `told` hears what came of it,
        also where whoever asked has been cancelled meanwhile."""
        ...

    def close(self) -> None: ...


def one_by_one(connection: sqlite3.Connection, jobs: Sequence[Job[Any]]) -> Sequence[Any]:
    return [job(connection) for job in jobs]


def commit(connection: sqlite3.Connection, tasks: Sequence[Task]) -> Sequence[Any]:
    """The results of all tasks, in one durable transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = _in_bulk(connection, tasks)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return results


def _in_bulk(connection: sqlite3.Connection, tasks: Sequence[Task]) -> Sequence[Any]:
    """The results of tasks in their order, done kind by kind: none was answered yet, so none of
    them is before another."""
    kinds: dict[Bulk[Any, Any], list[int]] = {}
    for place, task in enumerate(tasks):
        kinds.setdefault(task.do, []).append(place)
    results: list[Any] = [None] * len(tasks)
    for do, places in kinds.items():
        done = do(connection, [tasks[place].item for place in places])
        for place, result in zip(places, done, strict=True):
            results[place] = result
    return results


class Inline:
    """Runs every job at once: for simulated time, where nothing may wait for a thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def run(self, job: Job[T]) -> T:
        return await self.run_together(one_by_one, job)

    async def run_together(
        self, do: Bulk[Item, T], item: Item, told: Callable[[T], None] | None = None
    ) -> T:
        try:
            result: T = commit(self._connection, [Task(do, item)])[0]
        except sqlite3.Error as error:
            raise unavailable(error) from error
        if told:
            told(result)
        return result

    def close(self) -> None:
        pass


class _Thread:
    """A thread that does what is asked in groups, and answers a group at once.

    While it does one group, the next gathers. The loop then lets those come that are on their way,
    such as the next requests of whoever was just answered: fuller groups, fewer commits.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._asked: list[_Asked] = []
        self._is_busy = False
        self._groups: queue.SimpleQueue[Sequence[_Asked]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, job: Job[T]) -> T:
        return await self.run_together(one_by_one, job)

    async def run_together(
        self, do: Bulk[Item, T], item: Item, told: Callable[[T], None] | None = None
    ) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        self._asked.append(_Asked(Task(do, item), future, told))
        if not self._is_busy:
            self._is_busy = True
            self._gather(self._loop.time() + GATHER_WITHIN_S)
        return await future

    def close(self) -> None:
        """Returns when everything asked so far is done."""
        while self._asked:
            self._hand_over()
        self._groups.put(())
        self._thread.join()

    def _gather(self, until: float, before: int = 0, quiet: int = 0) -> None:
        """Hands over what is asked once the loop brings nothing more, or enough, or time is up."""
        asked = len(self._asked)
        quiet = quiet + 1 if asked == before else 0
        if quiet == QUIET_PASSES or asked >= GROUP or self._loop.time() >= until:
            self._hand_over()
        else:
            self._loop.call_soon(self._gather, until, asked, quiet)

    def _hand_over(self) -> None:
        group, self._asked = self._asked[:GROUP], self._asked[GROUP:]
        self._groups.put(group)

    def _work(self) -> None:
        while asked := self._next():
            outcomes = self._do([one.task for one in asked])
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._answer, asked, outcomes)

    def _next(self) -> Sequence[_Asked]:
        """The next group; an empty one is the last."""
        return self._groups.get()

    def _answer(self, asked: Sequence[_Asked], outcomes: Sequence[Any]) -> None:
        for (_, waiting, told), outcome in zip(asked, outcomes, strict=True):
            failed = isinstance(outcome, Exception)
            if told and not failed:
                told(outcome)
            if not waiting.done():
                waiting.set_exception(outcome) if failed else waiting.set_result(outcome)
        self._is_busy = bool(self._asked)
        if self._is_busy:
            self._gather(self._loop.time() + GATHER_WITHIN_S, len(self._asked))

    def _do(self, tasks: Sequence[Task]) -> Sequence[Any]:
        """The result of each task, or its exception."""
        try:
            return self._do_together(tasks)
        except sqlite3.Error as error:
            if len(tasks) == 1:
                return [unavailable(error)]
        except Exception as error:  # noqa: BLE001 - it belongs to who asked, and is raised there
            if len(tasks) == 1:
                return [error]
        return [self._do([task])[0] for task in tasks]  # so that one bad task fails alone

    def _do_together(self, tasks: Sequence[Task]) -> Sequence[Any]:
        raise NotImplementedError


class Writer(_Thread):
    """Commits whatever waits as one group: a commit costs the disk the same for one or fifty."""

    idle_s = 5.0

    def _next(self) -> Sequence[_Asked]:
        """The next group; where none comes for a while, the file is tidied first."""
        with suppress(queue.Empty):
            return self._groups.get(timeout=self.idle_s)
        with suppress(sqlite3.Error):
            tidy(self._connection)
        return self._groups.get()

    def _do_together(self, tasks: Sequence[Task]) -> Sequence[Any]:
        return commit(self._connection, tasks)


class Reader(_Thread):
    """Reads beside the writer; what waits together reads one and the same moment."""

    def _do_together(self, tasks: Sequence[Task]) -> Sequence[Any]:
        self._connection.execute("BEGIN")
        try:
            return _in_bulk(self._connection, tasks)
        finally:
            self._connection.execute("ROLLBACK")
