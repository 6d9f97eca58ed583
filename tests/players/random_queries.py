"""Random SPARQL: derived from the standard's grammar, with SERVICE added, and then damaged.

The names, strings and comments are chosen to mislead a reader: names that end in a dot or hold a keyword, IRIs that
could be comparisons, strings that look like the end of a string.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.sparql import grammar as reader
from kb.sparql.grammar import Grammar, Symbols, read_grammar

PROLOGUE = (
    "BASE <http://e.example/> PREFIX e: <http://e.example/> PREFIX c: <http://e.example/C> "
    "PREFIX : <http://e.example/> PREFIX c.d: <urn:cd:> PREFIX a: <urn:a:> PREFIX 名: <urn:n:>\n"
)
TERMINALS = {
    "var": ("?x", "?y", "$z", "?service", "?a1", "?x", "?y"),
    "iriref": (
        *("<http://e.example/a>", "<http://e.example/p>", "<urn:SERVICE>", "<http://e.example/O'Brien>", "<rel>", "<>"),
        *("<http://e.example/a#SERVICE(x)>", "<\\u0068ttp://e.example/x>", "<a:b&&c>", "<a:'>", "<x:2>", "<urn:x?a=b>"),
        *("<../b/./c>", "<#f>", "<?q>", "<2&&?x>"),
    ),
    "pname_ln": (
        *("e:a", "e:p", "e:a.b", "e:1.1.2", "e:a..b.c", "e:a%20b", "e:a\\,b", "e:a\\.SERVICE", "e:SERVICE", "e:a:b"),
        *(":x", "c.d:e.f", "a:OPTIONAL", "e:é", "名:前.後", "e:\\-a", "e:\U00020000", "e:a.SERVICE"),
    ),
    "pname_ns": ("c:", ":", "c:", "c.d:", "e:"),
    "blank_node_label": ("_:a", "_:a.b", "_:1", "_:SERVICE", "_:x..y"),
    "lang_dir": ("@en", "@en-GB", "@KO", "@en--ltr"),
    "string_literal1": ("'a'", "''", "'it\"s'", "'a\\'b'", "'#'", "'SERVICE <x> {'", "'\\u0041\\n'"),
    "string_literal2": ('"a"', '""', '"it\'s"', '"a\\"b"', '"\\\\"', '"# SERVICE"', '"} SERVICE <x> {"', '"\x01é"'),
    "string_literal_long1": ("'''a'b''c'''", "''''''", "'''\n'''"),
    "string_literal_long2": ('"""a"b""c"""', '""""""', '"""#\n\\""""'),
    "integer": ("0", "1", "007", "3"),
    "decimal": ("1.0", ".5", "2.50"),
    "double": ("1e0", "1.e1", ".5E-1"),
    "integer_positive": ("+1",),
    "decimal_positive": ("+.5",),
    "double_positive": ("+1e1",),
    "integer_negative": ("-1",),
    "decimal_negative": ("-1.5",),
    "double_negative": ("-1e-1",),
    "nil": ("()", "( )"),
    "anon": ("[]", "[ ]"),
    "end": ("",),
}
SPACES = (" ", " ", " ", "\n", "  ", " # SERVICE <x> {\n", "\t", "#'\n", " #>\n", "\r\n")
CALL = "SERVICE <%s> { ?x ?y ?z }"
PIECES = (
    *(CALL, CALL, "SERVICE SILENT <%s> {}", "service<%s>{}", "c:.", ".", "<", ">", "'", '"', "#", "\n", "{", "}", ":"),
    *("OPTIONAL {", "c:.SERVICE <%s> { ?x ?y ?z }", "e:a.", "_:a.", "1.", "?", "$", "\\", "\\u0053ERVICE", "@", "^^"),
    *("TRUE", "false", "a", "LATERAL { }", "'''", '"""', "\u00a0", "é", "\ufeff", "<<(", ")>>", "{|", "|}", "~", "&&"),
    *("INSERT DATA { e:a e:a e:a }", "; CLEAR ALL", "1<2&&?x='>'", "FILTER(1<2#>'''\n)", "a.b", "x-y", "-", "/", "*"),
)
MOST = 150  # tokens of a derived query
DEEP = 12


@dataclass(frozen=True)
class Case:
    """A query, whether it was derived without damage, and whether a space is between all of its tokens."""

    text: str
    whole: bool
    calls: bool


def make(seed: int, url: str) -> Case:
    """The query of a seed; what it calls, it calls at `url`."""
    chance = random.Random(seed)
    tokens: list[str] = []
    _derive(chance, "Query", 0, tokens)
    spaced = chance.random() < 0.6
    parts = [part for token in tokens if token for part in (token, chance.choice(SPACES) if spaced else "")]
    if not spaced:
        parts = [part + (" " if part[-1].isalnum() and chance.random() < 0.8 else "") for part in parts if part]
    text = "".join(parts).replace("%s", url)
    if seed % 2:  # without the word, so that the engine may be given the text itself
        text = text.replace("# SERVICE <x> {", "# OPTIONAL {").replace("?service", "?s")
    damage = chance.choice((0, 0, 1, 1, 2, 4))
    for _ in range(damage):
        text = _damaged(chance, text).replace("%s", url)
    return Case(PROLOGUE + text, spaced and not damage, "SERVICE" in tokens)


@cache
def _grammar() -> Grammar:
    text = Path(reader.__file__).with_name("sparql.ebnf").read_text("utf-8")
    service = "\nServiceGraphPattern ::= 'SERVICE' 'SILENT'? CalledIri GroupGraphPattern\nCalledIri ::= 'called'\n"
    return read_grammar(text.replace("| MinusGraphPattern |", "| MinusGraphPattern | ServiceGraphPattern |") + service)


@cache
def _heights() -> dict[str, int]:
    """How many rules at least lead from each symbol to tokens only."""
    heights: dict[str, int] = {}
    rules = _grammar().rules
    while True:
        before = dict(heights)
        for name, alternatives in rules.items():
            found = [
                1 + max((heights.get(each, 0) for each in symbols), default=0)
                for symbols in alternatives
                if all(each not in rules or each in heights for each in symbols)
            ]
            if found:
                heights[name] = min(found)
        if before == heights:
            return heights


def _derive(chance: random.Random, symbol: str, depth: int, tokens: list[str]) -> None:
    rules = _grammar().rules
    if symbol not in rules:
        tokens.append("<%s>" if symbol == "called" else _terminal(chance, symbol))
        return
    choices = rules[symbol]
    if symbol == "Prologue":
        return
    if depth > DEEP * 4 or len(tokens) > MOST:
        choices = (min(choices, key=_cost),)
    symbols = _preferred(chance, symbol, choices, depth)
    for each in symbols:
        _derive(chance, each, depth + 1, tokens)


def _cost(symbols: Symbols) -> int:
    return max((_heights().get(symbol, 0) for symbol in symbols), default=0)


def _preferred(chance: random.Random, symbol: str, choices: tuple[Symbols, ...], depth: int) -> Symbols:
    """One of the alternatives; deep in a query, more often one that ends soon."""
    if symbol.startswith("Part") and () in choices and chance.random() < min(0.35 + depth / 60, 0.95):
        return ()
    if depth > DEEP and chance.random() < 0.5:
        return min(choices, key=_cost)
    return chance.choice(choices)


def _terminal(chance: random.Random, kind: str) -> str:
    if kind in TERMINALS:
        return chance.choice(TERMINALS[kind])
    return kind.lower() if kind.isalpha() and kind != "a" and chance.random() < 0.2 else kind


def _damaged(chance: random.Random, text: str) -> str:
    at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    match chance.randrange(6):
        case 0:
            return text[:at] + text[min(to, at + chance.randrange(1, 6)) :]
        case 1:
            return text[:at] + text[at : min(to, at + 30)] + text[at:]
        case 2:
            return "".join(text.split(" ", chance.randrange(1, 20)))
        case 3:
            words = text.split(" ")
            words.insert(chance.randrange(len(words) + 1), chance.choice(PIECES))
            return " ".join(words)
        case _:
            return text[:at] + chance.choice(PIECES) + text[at:]
