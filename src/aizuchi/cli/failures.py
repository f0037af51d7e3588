"""What a person reads when a command fails: one line, and its mend."""

import errno
import os
import sys
import traceback

from aizuchi.errors import AizuchiError

FAILED = 1
INTERRUPTED = 130


def report(error: BaseException, *, verbose: bool) -> int:
    """Says on stderr what went wrong; returns the exit code."""
    error = innermost(error)
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return _nobody_reads()
    what, mend = lines(error)
    sys.stderr.write(f"aizuchi: {what}\n" + (f"  {mend}\n" if mend else ""))
    if verbose:
        traceback.print_exception(error)
    return FAILED


def _nobody_reads() -> int:
    """Who read our output has gone: there is nobody to tell, not even at the end of Python."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def innermost(error: BaseException) -> BaseException:
    """What happened first, of errors that tasks raised together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def lines(error: BaseException) -> tuple[str, str]:
    """What happened, and the mend."""
    if isinstance(error, AizuchiError):
        return error.what, error.mend
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full.", "Free some space and try again."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}.", "Run it again with -v to see where."
    return (
        f"Something went wrong inside aizuchi ({type(error).__name__}).",
        "Run it again with -v to see where, and tell us: this should not happen.",
    )
