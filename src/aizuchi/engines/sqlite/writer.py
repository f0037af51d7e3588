"""Jobs on a connection: in a thread of their own and committed in groups, or at once."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from aizuchi.errors import StoreUnavailable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
GROUP = 512


class Executor(Protocol):
    """Runs a job in a transaction of its own or of its group: durable when it returns."""

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T: ...

    def close(self) -> None: ...


def unavailable(error: sqlite3.Error) -> StoreUnavailable:
    """What SQLite says, as an error with its mend."""
    return StoreUnavailable(
        f"The store cannot be written: {error}.",
        "Free some space or mend the folder; messages are refused until then.",
    )


def commit(connection: sqlite3.Connection, jobs: Sequence[Job]) -> list[Any]:
    """The results of all jobs, in one durable transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = [job(connection) for job in jobs]
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

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        try:
            result: T = commit(self._connection, [job])[0]
        except sqlite3.Error as error:
            raise unavailable(error) from error
        return result

    def close(self) -> None:
        pass


class _Thread:
    """A thread that takes jobs from its queue in groups."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[tuple[Job, asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((job, future))
        return await future

    def close(self) -> None:
        """Returns when everything asked so far is done."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while group := self._next_group():
            jobs = [entry for entry in group if entry is not None]
            outcomes = self._do([job for job, _ in jobs])
            answers = list(zip([future for _, future in jobs], outcomes, strict=True))
            if answers and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_answer, answers)
            if len(jobs) < len(group):
                return

    def _next_group(self) -> list[tuple[Job, asyncio.Future[Any]] | None]:
        group = [self._jobs.get()]
        while len(group) < GROUP and group[-1] is not None:
            try:
                group.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return group

    def _do(self, jobs: Sequence[Job]) -> Sequence[Any]:
        raise NotImplementedError


class Writer(_Thread):
    """Commits whatever waits as one group: a commit costs the disk the same for one or fifty."""

    def _do(self, jobs: Sequence[Job]) -> Sequence[Any]:
        try:
            return commit(self._connection, jobs)
        except sqlite3.Error as error:
            if len(jobs) == 1:
                return [unavailable(error)]
        except Exception as error:
            if len(jobs) == 1:
                return [error]
        return [self._do([job])[0] for job in jobs]  # so that one bad job fails alone


class Reader(_Thread):
    """Runs jobs that only read, beside the writer."""

    def _do(self, jobs: Sequence[Job]) -> Sequence[Any]:
        return [self._one(job) for job in jobs]

    def _one(self, job: Job) -> Any:
        try:
            return job(self._connection)
        except sqlite3.Error as error:
            return unavailable(error)
        except Exception as error:
            return error


def _answer(answers: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, outcome in answers:
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
