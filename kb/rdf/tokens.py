"""The tokens of a Turtle text, with their offsets.

The parser has accepted the text before (kb/rdf/turtle.py); this tokenizer never decides whether a file is Turtle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A lexical token: kind, text as written, code point offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after the last code point."""
        return self.start + len(self.text)


_NAME = (  # what a name may contain, apart from dots, colons, percents and escapes (PN_CHARS, section 6.5)
    r"A-Za-z0-9_\-\u00B7\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u037D\u037F-\u1FFF\u200C\u200D\u203F\u2040"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)

_NOT_FIRST = r".\-\u00B7\u0300-\u036F\u203F\u2040"  # what the part of a name after its colon cannot begin with


_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    |(?P<comment>\#[^\n\r]*)
    |(?P<string>\"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"{{3}}|'{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
        |\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')
    |(?P<iri><(?:[^<>\"{{}}|^`\\\x00-\x20]|\\.)*>)
    |(?P<at>@[A-Za-z][A-Za-z0-9-]*)
    |(?P<hat>\^\^)
    |(?P<open>[(\[])
    |(?P<close>[)\]])
    |(?P<mark>[;,])
    |(?P<number>[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))
    |(?P<word>_:[.{_NAME}]+|[.{_NAME}]*:(?=[{_NOT_FIRST}])|(?:\\.|[.:%{_NAME}])+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a Turtle text, white space left out; the dot that ends a statement is of kind `dot`."""
    yield from _tokens(text, 0, len(text))


def _tokens(text: str, first: int, last: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, first, last):
        kind, found, start = str(match.lastgroup), match[0], match.start()
        if kind == "space":
            continue
        if kind == "number":
            yield Token("word", found, start)
            continue
        if kind != "word":
            yield Token(kind, found, start)
            continue
        if found.startswith("."):  # no name starts with a dot
            dots = len(found) - len(found.lstrip("."))
            yield from (Token("dot", ".", at) for at in range(start, start + dots))
            yield from _tokens(text, start + dots, match.end())
            continue
        ends = found.endswith(".") and not found.endswith("\\.")
        if found.removesuffix(".") if ends else found:
            yield Token("word", found[:-1] if ends else found, start)
        if ends:
            yield Token("dot", ".", start + len(found) - 1)


def position(text: str, offset: int) -> tuple[int, int]:
    """1-based line and column, in code points, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def named_tokens(text: str) -> Iterator[tuple[Token, str | None]]:
    """The tokens, each with the IRI that it names under the prefixes declared before it."""
    prefixes: dict[str, str] = {}
    word = name = before = ""
    for token in tokens(text):
        iri = resolve(token, prefixes)
        if iri is not None and token.kind == "iri" and word in ("@prefix", "prefix"):
            prefixes[name.partition(":")[0]] = iri
        if token.kind != "comment":
            language = token.kind == "at" and before == "string"  # `@prefix` can be a language tag
            word, name, before = name.lower(), "" if language else token.text, token.kind
        yield token, iri


def is_directive(token: Token) -> bool:
    """Whether a token begins a prefix or base declaration."""
    return token.text.lower() in ("@prefix", "@base") or (
        token.kind == "word" and token.text.lower() in ("prefix", "base")
    )


def resolve(token: Token, prefixes: Mapping[str, str]) -> str | None:
    """The IRI that a token names; None where it names none."""
    if token.kind == "iri":
        return unescape(token.text[1:-1])
    if token.kind == "word" and ":" in token.text and not token.text.startswith("_:"):
        prefix, _, local = token.text.partition(":")
        if prefix in prefixes:
            return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
    return None


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


_SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def unescape(text: str) -> str:
    """A string or IRI body with its escapes resolved (Turtle section 6.4)."""

    def replace(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _SHORT.get(match[3], match[3])

    return _ESCAPE.sub(replace, text) if "\\" in text else text


def without_strings(text: str) -> str:
    """The text with strings, IRIs and comments blanked, offsets kept."""
    return _TOKEN.sub(
        lambda match: " " * len(match[0]) if match.lastgroup in ("string", "iri", "comment") else match[0],
        text,
    )
