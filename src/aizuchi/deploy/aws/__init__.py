"""Applies the stack in an account, by AWS's own client; what loads it needs `aizuchi[aws]`."""
