"""Runs the command line as `python -m aizuchi`."""

import sys

from aizuchi.cli import main

sys.exit(main())
