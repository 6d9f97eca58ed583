"""Answers are compressed on their way out, for clients that say that they read gzip (RFC 9110, section 8.4)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from flask import Response, request
from werkzeug.wsgi import ClosingIterator

from webapp.endpoint.media import accepts_coding

SMALLEST = 1_024
"""Bytes below which compression only costs."""
LEVEL = 5
TEXTS = ("text/", "application/", "image/svg+xml")


def compress(response: Response) -> Response:
    """The response with a compressed body, where that is wanted and worth it; its time is the same each time."""
    if not _is_text(response) or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    wanted = accepts_coding(request.headers.get("Accept-Encoding", ""), "gzip")
    if response.status_code in (204, 206, 304) or not wanted:
        return response
    if response.direct_passthrough:  # a file of ours, the same each time
        return _with(response, _read(response), _kept)
    if response.is_streamed:
        pieces = response.response
        response.response = ClosingIterator(_zipped(pieces), [getattr(pieces, "close", _nothing)])  # type: ignore[arg-type]
        response.headers["Content-Encoding"] = "gzip"
        return response
    return _with(response, response.get_data(), _pack)


def _with(response: Response, body: bytes, pack: Callable[[bytes], bytes]) -> Response:
    """The response with its body packed, if that is worth it."""
    if len(body) >= SMALLEST:
        response.set_data(pack(body))
        response.headers["Content-Encoding"] = "gzip"
        etag, weak = response.get_etag()
        if etag and not weak:
            response.set_etag(etag, weak=True)
    return response


def _read(response: Response) -> bytes:
    """The bytes of a file, which is closed."""
    pieces = response.response
    body = b"".join(pieces)  # type: ignore[arg-type]
    getattr(pieces, "close", _nothing)()
    response.direct_passthrough = False
    response.set_data(body)
    return body


def _pack(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)


@lru_cache(maxsize=32)
def _kept(body: bytes) -> bytes:
    """A file packed once, and as small as it gets."""
    return gzip.compress(body, 9, mtime=0)


def _zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each piece compressed as it comes, none held back for the next; what breaks off has no end here either."""
    packer = zlib.compressobj(LEVEL, wbits=16 + zlib.MAX_WBITS)
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _nothing() -> None:
    """Nothing to close."""


def _is_text(response: Response) -> bool:
    return (response.mimetype or "").startswith(TEXTS)
