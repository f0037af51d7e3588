"""How the Gateway packs its frames: as one stream for a connection, flushed after each of them."""

import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

Pack = Callable[[bytes], bytes]


def packing(asked: str) -> Pack | None:
    """What packs for a connection that has asked so; None where nothing here does."""
    match asked:
        case "zlib-stream":
            return _zlib()
        case "zstd-stream":
            return _zstd()
    return None


def _zlib() -> Pack:
    stream = zlib.compressobj()
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


def _zstd() -> Pack | None:
    """By what discord.py, too, looks for: a package, or Python itself from 3.14 on."""
    with suppress(ModuleNotFoundError):
        zstandard: Any = import_module("zstandard")
        stream = zstandard.ZstdCompressor().compressobj()
        return lambda data: stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    with suppress(ModuleNotFoundError):
        compressor = import_module("compression.zstd").ZstdCompressor()
        return lambda data: compressor.compress(data, compressor.FLUSH_BLOCK)
    return None
