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


_Asked = tuple[Task, asyncio.Future[Any]]


class Executor(Protocol):
    """Runs jobs in a transaction of their own or of their group: durable when they return."""

    async def run(self, job: Job[T]) -> T: ...

    async def run_together(self, do: Bulk[Item, T], item: Item) -> T:
        """Does one thing of a kind of which many may wait, in one go."""
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

    async def run_together(self, do: Bulk[Item, T], item: Item) -> T:
        try:
            result: T = commit(self._connection, [Task(do, item)])[0]
        except sqlite3.Error as error:
            raise unavailable(error) from error
        return result

    def close(self) -> None:
        pass


class _Thread:
    """A thread that takes tasks from its queue in groups, and answers a group at once."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._waiting: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, job: Job[T]) -> T:
        return await self.run_together(one_by_one, job)

    async def run_together(self, do: Bulk[Item, T], item: Item) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.put((Task(do, item), future))
        return await future

    def close(self) -> None:
        """Returns when everything asked so far is done."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while group := self._next_group():
            asked = [entry for entry in group if entry is not None]
            outcomes = self._do([task for task, _ in asked])
            answers = list(zip([future for _, future in asked], outcomes, strict=True))
            if answers and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_answer, answers)
            if len(asked) < len(group):
                return

    def _next_group(self) -> list[_Asked | None]:
        group = [self._next()]
        while len(group) < GROUP and group[-1] is not None:
            try:
                group.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return group

    def _next(self) -> _Asked | None:
        return self._waiting.get()

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

    def _next(self) -> _Asked | None:
        """What comes next; where nothing comes for a while, the file is tidied first."""
        with suppress(queue.Empty):
            return self._waiting.get(timeout=self.idle_s)
        with suppress(sqlite3.Error):
            tidy(self._connection)
        return self._waiting.get()

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


def _answer(answers: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, outcome in answers:
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
