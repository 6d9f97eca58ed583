"""Answers are compressed on their way out, for clients that say that they read gzip (RFC 9110, section 8.4)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator

from flask import Response, request
from werkzeug.wsgi import ClosingIterator

from webapp.media import accepts_coding

SMALLEST = 1_024
"""Bytes below which compression only costs."""
LEVEL = 5
TEXTS = ("text/", "application/", "image/svg+xml")


def compress(response: Response) -> Response:
    """The response with a compressed body, where that is wanted and worth it; its time is the same each time."""
    if not _is_text(response) or response.status_code in (204, 206, 304) or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not accepts_coding(request.headers.get("Accept-Encoding", ""), "gzip") or response.direct_passthrough:
        return response
    if response.is_streamed:
        pieces = response.response
        response.response = ClosingIterator(_zipped(pieces), [getattr(pieces, "close", _nothing)])  # type: ignore[arg-type]
        response.headers["Content-Encoding"] = "gzip"
        return response
    body = response.get_data()
    if len(body) >= SMALLEST:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, weak = response.get_etag()
        if etag and not weak:
            response.set_etag(etag, weak=True)
    return response


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
