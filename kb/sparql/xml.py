"""Makes XML results and RDF/XML readable for every XML parser. The engine writes them, but does not check everything.

- A carriage return is written as `&#13;`, because an XML parser turns a plain one into a line feed.
- XML 1.0 does not allow most control characters, even as references, so a value with one is refused.
- RDF/XML writes a predicate as the name of an element, and not every IRI ends in one; labels of blank nodes are names.

What cannot be written is refused; it is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from kb.errors import NotWritableError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_START = (  # NameStartChar of XML 1.0, without the colon
    r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME = rf"[{_START}][{_START}\-.0-9\u00B7\u0300-\u036F\u203F\u2040]*"
_ENDS_IN_NAME = re.compile(rf"{_NAME}$")
_IS_NAME = re.compile(_NAME)
_MARK = "n_"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Output(Protocol):
    """Where the bytes of a document go."""

    def write(self, data: Buffer, /) -> int:
        """Take some bytes more."""


def escape_returns(document: bytes) -> bytes:
    """XML in which every carriage return is a reference."""
    return document.replace(b"\r", b"&#13;")


def check_characters(term: Term | None) -> None:
    """Refuse a term with a character that XML does not have.

    Raises:
        NotWritableError: it has one.
    """
    if isinstance(term, ox.Triple):
        for part in (term.subject, term.predicate, term.object):
            check_characters(part)
    elif term is not None and (found := _FORBIDDEN.search(term.value)):
        raise NotWritableError(
            f"XML does not have the character U+{ord(found[0]):04X}, which is in a value of the answer",
            help="ask for JSON, CSV or Turtle",
        )


def write_rdf_xml(triples: Iterable[ox.Triple], output: Output, prefixes: Mapping[str, str] | None) -> None:
    """Write triples as RDF/XML.

    Raises:
        NotWritableError: a triple that RDF/XML cannot carry; some of the document may be written already.
    """
    try:
        ox.serialize(_writable(triples), _Escaped(output), ox.RdfFormat.RDF_XML, prefixes=dict(prefixes or {}))  # type: ignore[arg-type]
    except OSError as error:
        if error.errno is not None:  # the output's own error
            raise
        raise NotWritableError(f"RDF/XML cannot carry this graph: {error}", help=_OTHERS) from error


_OTHERS = "ask for Turtle, N-Triples or JSON-LD"


class _Escaped:
    """Passes the bytes on with their carriage returns escaped."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def write(self, data: Buffer, /) -> int:
        """Take some bytes more."""
        with memoryview(data) as view:
            whole = bytes(view)
        self.output.write(escape_returns(whole))
        return len(whole)

    def flush(self) -> None:
        """Part of being a file: nothing is kept back."""


def _writable(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The triples, with names of blank nodes that XML allows.

    Raises:
        NotWritableError: a triple that cannot be written.
    """
    for triple in triples:
        if not _ENDS_IN_NAME.search(triple.predicate.value):
            message = f"RDF/XML has no name for the predicate <{triple.predicate.value}>"
            raise NotWritableError(message, help=_OTHERS)
        check_characters(triple)
        yield ox.Triple(_named(triple.subject), triple.predicate, _named(triple.object))  # type: ignore[arg-type]


def _named(term: Term) -> Term:
    """The term; a blank node whose label is no XML name gets another label, which no other blank node has."""
    if isinstance(term, ox.BlankNode) and (term.value.startswith(_MARK) or not _IS_NAME.fullmatch(term.value)):
        return ox.BlankNode(_MARK + term.value)
    return term
