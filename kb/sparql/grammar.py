"""Checks that tokens follow the grammar of SPARQL. The grammar is a data file, `sparql.ebnf`.

The grammar is LL(1): the next token alone decides which alternative applies. The parse table is computed once. Parsing
takes one pass and does not recurse, so that no query can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kb.sparql.tokens import QueryToken, refused

Symbols = tuple[str, ...]
START, END = "Query", "end"

_WORD = re.compile(r"'[^']+'|::=|[A-Za-z_][A-Za-z0-9_]*|[()|?*+]")
_SHOWN = {
    "var": "a variable",
    "iriref": "an IRI",
    "pname_ln": "an IRI",
    "pname_ns": "an IRI",
    "lang_dir": "a language tag",
    "blank_node_label": "a blank node",
    "nil": "()",
    "anon": "[]",
    END: "the end",
}
_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Grammar:
    """Rules, and what is computed from them.

    Attributes:
        rules: the alternatives of each symbol, each a sequence of symbols.
        nullable: symbols that can be empty.
        first: the tokens that a symbol can begin with.
        table: for a symbol and a token, the alternative that applies, last symbol first.
        keywords: the reserved words, in capitals.
    """

    rules: Mapping[str, tuple[Symbols, ...]]
    nullable: frozenset[str]
    first: Mapping[str, frozenset[str]]
    table: Mapping[str, Mapping[str, Symbols]]
    keywords: frozenset[str]


def check_grammar(text: str, tokens: Sequence[QueryToken]) -> None:
    """Refuse tokens that do not follow the grammar.

    Raises:
        QueryRefusedError: with line and column.
    """
    grammar = sparql_grammar()
    table, nullable = grammar.table, grammar.nullable
    stack = [END, START]
    for token in (*tokens, QueryToken(END, "", len(text))):
        kind = token.kind
        left_out: list[str] = []
        while (symbol := stack.pop()) != kind:
            row = table.get(symbol)
            if row is not None and kind in row:
                stack.extend(row[kind])
            elif symbol in nullable:
                left_out.append(symbol)
            else:
                raise _unexpected(text, token, [*left_out, symbol], grammar)


@cache
def sparql_grammar() -> Grammar:
    """The grammar of `sparql.ebnf`."""
    return read_grammar(Path(__file__).with_name("sparql.ebnf").read_text("utf-8"))


def read_grammar(text: str) -> Grammar:
    """A grammar in the notation of the W3C: `::=`, `|`, `( )`, `?`, `*`, `+`, quoted keywords and marks."""
    rules = _Reader(text).rules
    nullable = _nullable(rules)
    first = _first(rules, nullable)
    table: dict[str, Mapping[str, Symbols]] = {}
    for name, alternatives in rules.items():
        row: dict[str, Symbols] = {}
        for symbols in alternatives:
            row.update(dict.fromkeys(_begins(symbols, first, nullable), symbols[::-1]))
        table[name] = MappingProxyType(row)
    keywords = frozenset(name for names in first.values() for name in names if name.isupper())
    return Grammar(MappingProxyType(rules), nullable, MappingProxyType(first), MappingProxyType(table), keywords)


def conflicts(grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Each symbol and token for which two alternatives apply; an LL(1) grammar has none."""
    follow = _follow(grammar)
    for name, alternatives in grammar.rules.items():
        seen: set[str] = set()
        for symbols in alternatives:
            can_be_empty = all(symbol in grammar.nullable for symbol in symbols)
            tokens = _begins(symbols, grammar.first, grammar.nullable) | (follow[name] if can_be_empty else set())
            yield from ((name, token) for token in sorted(seen & tokens))
            seen |= tokens


class _Reader:
    """Parses the notation; each group and repetition becomes a separate rule."""

    def __init__(self, text: str) -> None:
        self.rules: dict[str, tuple[Symbols, ...]] = {}
        self.words: list[str] = [word for line in text.splitlines() if line[:1] != "#" for word in _WORD.findall(line)]
        self.at = 0
        self.made = 0
        while self.at < len(self.words):
            name = self.words[self.at]
            self.at += 2
            self.rules[name] = self._alternatives()

    def _alternatives(self) -> tuple[Symbols, ...]:
        found = [self._sequence()]
        while self._take("|"):
            found.append(self._sequence())
        return tuple(found)

    def _sequence(self) -> Symbols:
        found: list[str] = []
        while self.at < len(self.words) and self.words[self.at] not in ("|", ")") and not self._starts_rule():
            found.append(self._item())
        return tuple(found)

    def _item(self) -> str:
        word = self.words[self.at]
        self.at += 1
        symbol = word.lower() if word.isupper() else word
        if word.startswith("'"):
            symbol = word.strip("'")
        if word == "(":
            symbol = self._rule(self._alternatives())
            self.at += 1
        if self._take("?"):
            return self._rule(((symbol,), ()))
        if self._take("*"):
            return self._repeated(symbol)
        if self._take("+"):
            return self._rule(((symbol, self._repeated(symbol)),))
        return symbol

    def _repeated(self, symbol: str) -> str:
        name = self._rule(())
        self.rules[name] = ((symbol, name), ())
        return name

    def _rule(self, alternatives: tuple[Symbols, ...]) -> str:
        self.made += 1
        self.rules[f"Part {self.made}"] = alternatives
        return f"Part {self.made}"

    def _take(self, word: str) -> bool:
        taken = self.words[self.at : self.at + 1] == [word]
        self.at += taken
        return taken

    def _starts_rule(self) -> bool:
        return self.words[self.at + 1 : self.at + 2] == ["::="]


def _nullable(rules: Mapping[str, Sequence[Symbols]]) -> frozenset[str]:
    found: set[str] = set()
    while True:
        more = {
            name
            for name, alternatives in rules.items()
            if any(all(symbol in found for symbol in symbols) for symbols in alternatives)
        }
        if more <= found:
            return frozenset(found)
        found |= more


def _first(rules: Mapping[str, Sequence[Symbols]], nullable: frozenset[str]) -> dict[str, frozenset[str]]:
    first: dict[str, frozenset[str]] = dict.fromkeys(rules, frozenset())
    changed = True
    while changed:
        changed = False
        for name, alternatives in rules.items():
            found = frozenset().union(*(_begins(symbols, first, nullable) for symbols in alternatives))
            if found != first[name]:
                first[name], changed = found, True
    return first


def _begins(symbols: Symbols, first: Mapping[str, frozenset[str]], nullable: frozenset[str]) -> set[str]:
    """The tokens that a sequence can begin with; a symbol without rules is a token."""
    found: set[str] = set()
    for symbol in symbols:
        found |= first.get(symbol, {symbol})
        if symbol not in nullable:
            break
    return found


def _follow(grammar: Grammar) -> dict[str, set[str]]:
    follow: dict[str, set[str]] = {name: set() for name in grammar.rules}
    follow[START].add(END)
    changed = True
    while changed:
        changed = False
        for name, alternatives in grammar.rules.items():
            for symbols in alternatives:
                for at, symbol in enumerate(symbols):
                    if symbol not in follow:
                        continue
                    rest = symbols[at + 1 :]
                    more = _begins(rest, grammar.first, grammar.nullable)
                    if all(each in grammar.nullable for each in rest):
                        more |= follow[name]
                    changed = changed or not more <= follow[symbol]
                    follow[symbol] |= more
    return follow


def _unexpected(text: str, token: QueryToken, symbols: Sequence[str], grammar: Grammar) -> Exception:
    found = "the end of the query" if token.kind == END else token.text
    expected = sorted({_shown(kind) for symbol in symbols for kind in grammar.first.get(symbol, {symbol})})
    message = f"not SPARQL: unexpected {found if len(found) <= 40 else found[:39] + '…'}"
    if len(expected) <= _MOST_SHOWN:
        message += f", expected {', '.join(expected[:-1]) + ' or ' if expected[1:] else ''}{expected[-1]}"
    help = "correct the query at this place"
    if symbols[-1] == "AS":
        message += ", expected AS and a variable"
        help = "name the value: (… AS ?name)"
    elif token.kind == "iriref" and re.match(r"<[^:/#?]*[&|=+*!,()?$]", token.text):
        help = "if < compares two values, write a space after it"
    elif token.kind.isupper() and token.kind not in grammar.keywords:
        help = f"{token.text} is not a keyword of SPARQL; a name needs a prefix, a variable begins with ?"
    return refused(text, token.start, message, help)


def _shown(kind: str) -> str:
    if kind.startswith("string_"):
        return "a string"
    if kind.startswith(("integer", "decimal", "double")):
        return "a number"
    return _SHOWN.get(kind, kind)
