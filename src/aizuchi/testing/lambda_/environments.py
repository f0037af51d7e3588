"""One environment of a function: its process, and the Runtime API that the process talks to."""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from aizuchi.testing.lambda_.invocations import (
    MOST_RETURNED,
    MOST_STREAMED,
    Invocation,
    Outcome,
    trouble,
)
from aizuchi.testing.lambda_.server import Reply, Request, served

RUNTIME = "/2018-06-01/runtime"
INIT_WITHIN_S = 10.0
STREAMING = "application/vnd.awslambda.http-integration-response"
OK = Reply(202, b'{"status":"OK"}')
RIC = ("-m", "awslambdaric")
WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
"""Names a program that is started with the whole command, and may start another one."""

PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")


class Spec(NamedTuple):
    """A function: `handler` as module.function, found from `folder`. `command` is what the
    interpreter runs before the handler's name; `skew_s` puts the function's clock wrong."""

    handler: str
    folder: Path
    environ: Mapping[str, str] = {}
    timeout_s: float = 30.0
    memory_mb: int = 512
    name: str = "function"
    command: tuple[str, ...] = RIC
    skew_s: float = 0.0


class Environment:
    """Runs one invocation at a time, and is frozen between them, as Lambda freezes it."""

    def __init__(self, spec: Spec, process: Process, log: Path) -> None:
        self._spec, self._process, self._log_file = spec, process, log
        self._asking: asyncio.Future[Invocation] | None = None
        self._asked = asyncio.Event()
        self._running: Invocation | None = None
        self._init_error = b""
        self.is_frozen = False

    @property
    def log(self) -> str:
        """All that the function wrote."""
        return self._log_file.read_text("utf-8", "replace")

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    # ── one invocation ────────────────────────────────────────────────────────

    async def run(self, invocation: Invocation) -> None:
        """Returns when the invocation is over and the environment may take another, or is dead."""
        if not await self._is_asked_within(INIT_WITHIN_S):
            invocation.end(await self._never_began())
            return
        self._begin(invocation)
        if not await self._is_asked_within(self._spec.timeout_s):
            invocation.end(await self._broke_off(invocation.request_id))

    def _begin(self, invocation: Invocation) -> None:
        assert self._asking
        self._asked.clear()
        self._running = invocation
        self._signal(signal.SIGCONT)
        self.is_frozen = False
        self._asking.set_result(invocation)
        invocation.began.set()

    async def _is_asked_within(self, seconds: float) -> bool:
        """Whether the function asks for its next invocation in time."""
        asked = asyncio.create_task(self._asked.wait())
        ended = asyncio.create_task(self._process.wait())
        done, _ = await asyncio.wait(
            {asked, ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for task in (asked, ended):
            task.cancel()
        await asyncio.gather(asked, ended, return_exceptions=True)
        return asked in done and ended not in done

    async def _never_began(self) -> Outcome:
        in_time = not self.is_alive
        await self.kill()
        if self._init_error:
            return Outcome("failed", self._init_error)
        if in_time:
            return trouble("exited", "Runtime.ExitError", f"Runtime exited: {self._ended_by()}")
        return trouble("timed_out", "Sandbox.Timedout", "The init phase timed out")

    async def _broke_off(self, request_id: str) -> Outcome:
        in_time = not self.is_alive
        await self.kill()
        if in_time:
            message = f"RequestId: {request_id} Error: Runtime exited: {self._ended_by()}"
            return trouble("exited", "Runtime.ExitError", message)
        message = f"{request_id} Task timed out after {self._spec.timeout_s:.2f} seconds"
        return trouble("timed_out", "Sandbox.Timedout", message)

    def _ended_by(self) -> str:
        code = self._process.returncode or 0
        return f"signal: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    async def kill(self) -> None:
        """At once, whatever it does."""
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    # ── the Runtime API ───────────────────────────────────────────────────────

    async def answer(self, request: Request) -> Reply:
        match request.method, request.path.removeprefix(RUNTIME).split("/"):
            case "GET", ["", "invocation", "next"]:
                return await self._next()
            case "POST", ["", "init", "error"]:
                self._init_error = await request.body()
                return OK
            case "POST", ["", "invocation", request_id, what]:
                return await self._take(request, request_id, what)
        return _error(404, "InvalidRequest", f"no such call: {request.method} {request.path}")

    async def _next(self) -> Reply:
        """Waits for the next invocation; until then the process is frozen."""
        self._asking = asyncio.get_running_loop().create_future()
        self._asked.set()
        self._signal(signal.SIGSTOP)
        self.is_frozen = True
        invocation = await self._asking
        deadline = time.time() + self._spec.skew_s + self._spec.timeout_s
        headers = (
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(int(deadline * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", _arn(self._spec)),
            ("Lambda-Runtime-Trace-Id", f"Root=1-{int(time.time()):08x}-{'0' * 24};Sampled=0"),
        )
        return Reply(200, invocation.event, headers)

    async def _take(self, request: Request, request_id: str, what: str) -> Reply:
        invocation = self._running
        if invocation is None or invocation.request_id != request_id or invocation.is_over:
            await request.body()
            return _error(400, "InvalidRequestID", f"{request_id} is not running")
        if what == "error":
            invocation.end(Outcome("failed", await request.body()))
            return OK
        if request.headers.get("lambda-runtime-function-response-mode") == "streaming":
            return await self._stream(request, invocation)
        body = await request.body()
        if len(body) > MOST_RETURNED:
            message = f"Exceeded maximum allowed payload size ({MOST_RETURNED} bytes)."
            invocation.end(trouble("failed", "Function.ResponseSizeTooLarge", message))
            return _error(413, "RequestEntityTooLarge", message)
        invocation.end(Outcome("returned", body))
        return OK

    async def _stream(self, request: Request, invocation: Invocation) -> Reply:
        """Passes on what comes as it comes; an error on the way stands in the trailers."""
        if request.headers.get("content-type") == STREAMING:
            invocation.expect_prelude()
        async for chunk in request.chunks():
            if len(invocation.streamed) + len(chunk) > MOST_STREAMED:
                return self._too_much(invocation)
            invocation.show(chunk)
        if error_type := request.headers.get("lambda-runtime-function-error-type"):
            invocation.end(trouble("failed", error_type, "the stream broke off"))
        else:
            invocation.end(Outcome("returned", bytes(invocation.streamed)))
        return OK

    def _too_much(self, invocation: Invocation) -> Reply:
        message = f"Exceeded maximum allowed payload size ({MOST_STREAMED} bytes)."
        invocation.end(trouble("failed", "Function.ResponseSizeTooLarge", message))
        return _error(413, "RequestEntityTooLarge", message)


@asynccontextmanager
async def environment(spec: Spec, number: int) -> AsyncIterator[Environment]:
    """Starts the function's process, and ends it after the block."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        made: list[Environment] = []

        async def answer(request: Request) -> Reply:
            return await made[0].answer(request)

        async with served(answer) as address:
            with log.open("wb") as writing:
                process = await asyncio.create_subprocess_exec(
                    *_command(spec),
                    cwd=spec.folder,
                    env=_environ(spec, address, number),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=writing,
                    stderr=writing,
                    start_new_session=True,
                )
            made.append(Environment(spec, process, log))
            try:
                yield made[0]
            finally:
                await made[0].kill()


def _command(spec: Spec) -> list[str]:
    skewed = ["-m", "aizuchi.testing.lambda_.skewed", str(spec.skew_s)] if spec.skew_s else []
    wrapper = [spec.environ[WRAPPER]] if WRAPPER in spec.environ else []
    return [*wrapper, sys.executable, *skewed, *spec.command, spec.handler]


def _environ(spec: Spec, address: str, number: int) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"2026/01/01/[$LATEST]{number:032x}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "LAMBDA_TASK_ROOT": str(spec.folder),
        "PYTHONPATH": str(spec.folder),
        "PYTHONUNBUFFERED": "1",
        "TZ": ":UTC",
        "_HANDLER": spec.handler,
        **spec.environ,
    }


def _arn(spec: Spec) -> str:
    return f"arn:aws:lambda:us-east-1:000000000000:function:{spec.name}"


def _error(status: int, error_type: str, message: str) -> Reply:
    body = json.dumps({"errorType": error_type, "errorMessage": message})
    return Reply(status, body.encode())
