"""The command, where every name below `.localhost` leads to this machine: RFC 6761 says so, but not
every C library does, and such are the names of ministack's APIs."""

import socket
import sys
from typing import Any

from aizuchi.cli import main

look_up = socket.getaddrinfo


def at_home(host: Any, *rest: Any, **named: Any) -> Any:
    is_ours = isinstance(host, str) and host.endswith(".localhost")
    return look_up("127.0.0.1" if is_ours else host, *rest, **named)


if __name__ == "__main__":
    socket.getaddrinfo = at_home
    sys.exit(main(sys.argv[1:]))
