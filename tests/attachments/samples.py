"""Files as people send them: small, and true to their first bytes."""

import struct
import zlib


def png(side: int = 1) -> bytes:
    """A square picture."""
    rows = (b"\x00" + b"\x80\x40\x20" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = png()
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 32
GIF = b"GIF89a" + b"\0" * 16
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 16
PDF = b"%PDF-1.7\nonly letters, and yet no text\n"
ZIP = b"PK\x03\x04" + b"\0" * 26
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
LOGIN_PAGE = b"<!DOCTYPE html><title>Sign in</title>"
