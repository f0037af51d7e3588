"""The demo model's own process: the server that llama.cpp brings, on loopback, with a key.

A crash in native code ends this process and not the chat. It is told what to do in one line on
its standard input, and ends when that closes: when whoever started it ends, in whatever way.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from typing import Any

from aizuchi.models.smol import CONTEXT_TOKENS

AT_ONCE = 2
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Says the address on standard output once the model is loaded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who then ends us
    _die_with_parent()
    order = json.loads(_first_line())
    lifeline = threading.Thread(target=_end_with_input)
    lifeline.start()
    answer = os.dup(1)
    os.dup2(2, 1)  # what native code prints is not our answer
    server = _serve(**order)
    os.write(answer, json.dumps(server.listening_address).encode() + b"\n")
    lifeline.join()


def _serve(packages: str, weights: str, key: str) -> Any:
    sys.path.insert(0, packages)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys, params.ui, params.verbosity = [key], False, 0
    params.n_ctx, params.n_parallel = CONTEXT_TOKENS * AT_ONCE, AT_ONCE
    params.cache_ram_mib = 0
    threads = max(1, (os.cpu_count() or 1) - 1)  # one too many makes it several times slower
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    _choose_words(params.sampling)
    return xllamacpp.Server(params)


def _choose_words(sampling: Any) -> None:
    """As the model's makers advise; more of a penalty and it no longer repeats a name it needs."""
    sampling.temp, sampling.top_p = 0.2, 0.9
    sampling.penalty_repeat, sampling.penalty_last_n = 1.05, 64


def _first_line() -> bytes:
    """One line of standard input, and not a byte more."""
    line = b""
    while not line.endswith(b"\n"):
        if not (letter := os.read(0, 1)):
            os._exit(0)
        line += letter
    return line


def _end_with_input() -> None:
    while os.read(0, 64):
        pass
    os._exit(0)


def _die_with_parent() -> None:
    """On Linux the system sees to it, even while native code holds the interpreter."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
