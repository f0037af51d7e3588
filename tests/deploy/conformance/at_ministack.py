"""The command, as a process of its own. What it asks to see whether all of it answers it asks at
ministack's port, as no name leads there."""

import os
import sys

from tests.deploy.accounts import posting_at

from aizuchi.cli import deploy, main

if __name__ == "__main__":
    deploy.post = lambda: posting_at(os.environ["AWS_ENDPOINT_URL"])
    sys.exit(main(sys.argv[1:]))
