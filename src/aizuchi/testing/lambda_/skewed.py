"""Runs a module whose clock is wrong by so many seconds: `skewed.py SECONDS -m MODULE …`."""

import runpy
import sys
import time


def main(seconds: float, module: str) -> None:
    right = time.time
    time.time = lambda: right() + seconds
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    skew_s, module = float(sys.argv[1]), sys.argv[3]
    del sys.argv[1:4]
    main(skew_s, module)
