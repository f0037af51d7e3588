"""Speed and memory, measured beside others in the same run: `python -m benchmarks`."""
