"""One SPARQL query, one answer; what is refused, and why; the queries that are kept as files.

The text of a query is read by a tokenizer before any parser sees it, because a deeply nested one kills
the process that parses it (no exception, a crash), and because SERVICE would call out. The engine never fetches for
FROM; a graph that is not in the base is refused too, so that an empty answer is not mistaken for a result.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urljoin

from kb.errors import QueryRefusedError
from kb.rdf.curies import expand
from kb.vocab import PREFIXES

# --- what is refused -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a query may cost before it is parsed.

    Attributes:
        chars: code points of the text.
        depth: nested brackets of any kind.
        tokens: words and marks in all.
        patterns: OPTIONAL, UNION, BIND, FILTER, MINUS, GRAPH and VALUES together.
        operators: signs of expressions and paths (`!`, `|`, `/`, `^`, `+`, `*`, `-`, `&`, `=`) together.
        brackets: opening brackets in all.
    """

    chars: int = 100_000
    depth: int = 50
    tokens: int = 20_000
    patterns: int = 200
    operators: int = 400
    brackets: int = 1_000


LIMITS = QueryLimits()

_LOCAL = (  # one character of the last part of a name: PN_CHARS, and what may stand between them
    r"(?:[\w.:%\u00b7\u0300-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
    r"\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff-]|\\.)"
)
_TOKEN = re.compile(
    rf"""(?P<space>\s+|\#[^\n\r]*)
    |(?P<string>\"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"{{3}}|'{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
        |\"(?:[^\"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<iri><[^<>\"{{}}|^`\\\x00-\x20]*>)
    |(?P<variable>[?$]\w+)
    |(?P<run>[^\W\d][\w.-]*(?P<local>:{_LOCAL}*)?)
    |(?P<name>:{_LOCAL}*)
    |(?P<word>@[^\W\d_][\w-]*)
    |(?P<number>[0-9.]+(?:[eE][+-]?[0-9]+)?)
    |(?P<open>[({{\[])
    |(?P<close>[)}}\]])
    |(?P<operator>[!|/^+*=&-])
    |(?P<other>\"(?:[^\"\\\n\r]|\\.)*|'(?:[^'\\\n\r]|\\.)*|.)""",
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(r"(?P<word>[^\W\d_][\w-]*)|(?P<number>[0-9.]+(?:[eE][0-9]+)?)|(?P<operator>-)|(?P<other>.)")
"""What a run of letters, digits, dots and hyphens is made of where no colon makes it a name."""
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})
_PATTERNS = frozenset({"OPTIONAL", "UNION", "BIND", "FILTER", "MINUS", "GRAPH", "VALUES", "EXISTS"})


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str
    start: int


def refuse(
    text: str,
    *,
    graphs: Sequence[str] | None = None,
    prefixes: Mapping[str, str] | None = None,
    limits: QueryLimits = LIMITS,
) -> None:
    """Refuse a query that may not be asked; answer nothing when it may.

    Args:
        text: a SPARQL 1.1 query.
        graphs: IRIs of the graphs that FROM may name; None skips that test.
        prefixes: prefixes that need no declaration; None skips the test for undeclared ones.
        limits: what it may cost.

    Raises:
        QueryRefusedError: with line and column.
    """
    if len(text) > limits.chars:
        raise QueryRefusedError(f"the query is longer than {limits.chars:,} characters", help="ask less at once")
    words = tuple(tokenize(text))
    _refuse_cost(text, words, limits)
    _refuse_keywords(text, words)
    declared = _declared(words)
    if graphs is not None:
        _refuse_graphs(text, words, {**PREFIXES, **declared}, frozenset(graphs))
    if prefixes is not None:
        _refuse_prefixes(text, words, prefixes.keys() | declared.keys())


def tokenize(text: str) -> Iterator[_Word]:
    """The words of a text, in linear time: a long token that does not match is skipped as a whole."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "run" and match["local"] is None:
            pieces = _PIECE.finditer(text, *match.span())
            yield from (_Word(str(piece.lastgroup), piece[0], piece.start()) for piece in pieces)
        elif match.lastgroup != "space":
            kind = "name" if match.lastgroup == "run" else str(match.lastgroup)
            yield _Word(kind, match[0], match.start())


def _refuse_cost(text: str, words: Sequence[_Word], limits: QueryLimits) -> None:
    depth = 0
    counts = {"tokens": 0, "patterns": 0, "operators": 0, "brackets": 0}
    for word in words:
        depth += {"open": 1, "close": -1}.get(word.kind, 0)
        counts["tokens"] += 1
        counts["brackets"] += word.kind == "open"
        counts["operators"] += word.kind == "operator"
        counts["patterns"] += word.kind == "word" and word.text.upper() in _PATTERNS
        if depth > limits.depth:
            raise _refused(text, word, f"brackets nest deeper than {limits.depth}", "write a flatter query")
        for name, count in counts.items():
            most = getattr(limits, name)
            if count > most:
                raise _refused(text, word, f"more than {most:,} {name}", "ask a smaller query")


def _refuse_keywords(text: str, words: Sequence[_Word]) -> None:
    hides = "SERVICE" in text.upper()
    for before, word in zip((None, *words), words, strict=False):
        if hides and word.kind == "iri" and _may_compare(word):
            help = "write a space behind the <, or the whole IRI"
            raise _refused(text, word, "this < may compare or begin an IRI, and there is SERVICE elsewhere", help)
        if word.kind != "word":
            continue
        keyword = word.text.upper()
        if keyword == "SERVICE":
            raise _refused(
                text, word, "SERVICE is not allowed: this base does not ask other servers", "ask this base only"
            )
        opens = before is None or before.kind in ("close", "iri") or before.text == ";"
        if keyword in _UPDATES and opens:
            raise _refused(text, word, f"{keyword} is an update, and this base is read-only", "ask with SELECT")


def _may_compare(word: _Word) -> bool:
    """Whether what looks like an IRI may be a comparison, with a string or a comment that begins inside of it.

    The engine decides by the place where it stands: `1<2&&?x='>'` has no IRI. No comparison goes on with `x://`.
    """
    return ("'" in word.text or "#" in word.text) and not re.match(r"<[A-Za-z][A-Za-z0-9+.-]*://", word.text)


def _declared(words: Sequence[_Word]) -> dict[str, str]:
    """The prefixes that a query declares."""
    return {
        name.text[:-1]: iri.text[1:-1]
        for key, name, iri in zip(words, words[1:], words[2:], strict=False)
        if key.text.upper() == "PREFIX" and name.kind == "name" and iri.kind == "iri"
    }


def _refuse_prefixes(text: str, words: Sequence[_Word], known: Collection[str]) -> None:
    for word in words:
        prefix = word.text.partition(":")[0]
        if word.kind == "name" and prefix not in known and prefix != "_":
            raise _refused(text, word, f"the prefix {prefix}: is not declared", f"write PREFIX {prefix}: <…> above")


def _refuse_graphs(text: str, words: Sequence[_Word], prefixes: Mapping[str, str], graphs: frozenset[str]) -> None:
    for index, word in enumerate(words):
        if word.kind == "word" and word.text.upper() == "FROM":
            target = next((w for w in words[index + 1 : index + 3] if w.kind in ("iri", "name")), None)
            named = None if target is None else _resolved(target, words, prefixes)
            if target is not None and named not in graphs:
                shown = target.text
                raise _refused(text, target, f"no graph {shown} in this base, and nothing is fetched", "drop FROM")


def _resolved(target: _Word, words: Sequence[_Word], prefixes: Mapping[str, str]) -> str | None:
    """The IRI that stands behind a word, a relative one resolved against the BASE that was declared last."""
    if target.kind == "name":
        return expand(target.text, prefixes)
    base = ""
    for word, iri in pairwise(words):
        if word.text.upper() == "BASE" and iri.kind == "iri" and word.start < target.start:
            base = urljoin(base, iri.text[1:-1])
    return urljoin(base, target.text[1:-1])


def _refused(text: str, word: _Word, message: str, help: str) -> QueryRefusedError:
    line = text.count("\n", 0, word.start) + 1
    return QueryRefusedError(message, line=line, column=word.start - text.rfind("\n", 0, word.start), help=help)


# --- asking ----------------------------------------------------------------------------------------------


# --- saved queries -------------------------------------------------------------------------------------
