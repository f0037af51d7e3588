"""A plain function in a thread of its own, which nobody has to wait for."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_thread(function: Callable[[], T]) -> T:
    """What the function returns. A function that hangs holds up nothing but its own thread: not
    the pool that others wait for, nor the end of the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def tell(step: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lambda: None if done.done() else step())

    def work() -> None:
        try:
            result = context.run(function)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told to who waits
            failure = error
            tell(lambda: done.set_exception(_bearable(failure)))
        else:
            tell(lambda: done.set_result(result))

    threading.Thread(target=work, name="aizuchi-tool", daemon=True).start()
    return await done


def _bearable(error: BaseException) -> BaseException:
    """A future takes no StopIteration, and SystemExit would end more than this call."""
    if isinstance(error, StopIteration | SystemExit | KeyboardInterrupt):
        return RuntimeError(f"{type(error).__name__} left the function")
    return error
