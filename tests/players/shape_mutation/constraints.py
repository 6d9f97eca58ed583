"""Damage to a single constraint of a shape: a number changed by one, a wider class, a list with one member less,
another path, a pattern or a query with one part changed.

Each is a mistake that an editor of a rule could make. Damage that leaves a text that cannot be parsed is left out: the
lint of the shapes finds it (FC958).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kb.mutate.damage import NOTHING, Damage, RuleParts, object_of
from kb.rdf.datatypes import whole
from kb.rdf.graph import Graph, Term, key
from kb.shacl.engine import query_prefixes
from kb.vocab import FC, RDF, RDFS, SH, XSD, local_name
from tests.players.shape_mutation.paths import list_members, path_variants, read_path, write_list, write_path

STEPS = {"minCount": -1, "maxCount": 1, "minInclusive": -1, "minLength": -1, "maxLength": 1}
"""A number that bounds, and the step that lets one more value in."""

DROPPED = (
    *STEPS,
    *("datatype", "class", "nodeKind", "pattern", "in", "hasValue", "uniqueLang", "lessThan", "equals", "disjoint"),
    *("or", "xone", "not", "node", "property", "sparql"),
)
"""Constraints that are left out as a whole."""

OTHER_KINDS = {
    "IRI": ("BlankNodeOrIRI", "IRIOrLiteral"),
    "BlankNode": ("BlankNodeOrIRI", "BlankNodeOrLiteral"),
    "Literal": ("IRIOrLiteral", "BlankNodeOrLiteral"),
}


@dataclass(frozen=True)
class Change:
    """Another value of a constraint: how it reads, the value, the triples that the value is made of."""

    shown: str
    value: Term
    extra: tuple[ox.Triple, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the damage is chosen from: every shape, and the vocabulary with its classes."""

    shapes: Graph
    vocabulary: Graph

    def changes(self, triple: ox.Triple) -> Iterator[Change]:
        """Every change of the value of one constraint, worse ones and wrong ones alike."""
        term, value = triple.predicate.value.removeprefix(SH.iri), object_of(triple)
        if term in STEPS:
            bound = whole(key(value))
            if bound is None or (term in ("minCount", "minLength") and bound == 1):  # that is dropping it
                return
            number = str(bound + STEPS[term])
            yield Change(number, ox.Literal(number, datatype=ox.NamedNode(XSD.integer)))
        elif term in ("class", "targetClass"):
            yield from self._other_classes(key(value), wider=term == "class")
        elif term == "nodeKind":
            for kind in OTHER_KINDS.get(key(value).removeprefix(SH.iri), ()):
                yield Change(kind, ox.NamedNode(SH.iri + kind))
        elif term == "path":
            for tree in dict.fromkeys(path_variants(read_path(self.shapes, value))):
                node, triples = write_path(tree)
                yield Change(str(tree), node, tuple(triples))
        elif term in ("in", "or", "xone"):
            yield from self._other_lists(term, value)
        elif term == "pattern":
            yield from (Change(shown, ox.Literal(text)) for shown, text in pattern_variants(key(value)))
        elif term == "select":
            prefixes = query_prefixes(self.shapes, key(triple.subject))
            yield from (Change(shown, ox.Literal(text)) for shown, text in query_variants(key(value), prefixes))

    def shown(self, triple: ox.Triple) -> str:
        """The value of a constraint, for people; empty for a query, of which the spot is enough."""
        value = object_of(triple)
        if triple.predicate.value == SH.path:
            return str(read_path(self.shapes, value))
        return "" if triple.predicate.value == SH.iri + "select" else self._shown(value)

    def _shown(self, term: Term) -> str:
        if isinstance(term, ox.Literal):
            return repr(term.value) if len(term.value) < 60 else repr(term.value[:50] + "…")
        if isinstance(term, ox.NamedNode):
            return short(term.value)
        members = list_members(self.shapes, term)
        if members:
            return "( " + " ".join(self._shown(member) for member in members) + " )"
        node = key(term)
        inner = (
            f"{short(predicate)} {self._shown(value)}"
            for predicate in self.shapes.predicates(node)
            for value in self.shapes.objects(node, predicate)
        )
        return f"[ {' ; '.join(inner)} ]"

    def _other_classes(self, iri: str, *, wider: bool) -> Iterator[Change]:
        above = self.vocabulary.nodes(iri, RDFS.subClassOf) if wider else ()
        for other in (*above, *self.vocabulary.subjects(RDFS.subClassOf, iri)):
            yield Change(short(other), ox.NamedNode(other))

    def _other_lists(self, term: str, value: Term) -> Iterator[Change]:
        members = list_members(self.shapes, value)
        for at, member in enumerate(members if len(members) > 1 else ()):
            head, cells = write_list(members[:at] + members[at + 1 :])
            yield Change(f"without {self._shown(member)}", head, tuple(cells))
        if term == "in":
            other = ox.NamedNode(self._stranger([key(member) for member in members]))
            head, cells = write_list([*members, other])
            yield Change(f"with {self._shown(other)}", head, tuple(cells))

    def _stranger(self, members: list[str]) -> str:
        """A term that looks as if it might be allowed, and is not."""
        if XSD.string in members:
            return XSD.double
        classes = self.vocabulary.nodes(members[0], RDF.type) if members else ()
        kin = {iri for cls in classes for iri in self.vocabulary.instances(cls)}
        return min(kin - set(members), default=FC.Body)


def short(name: str) -> str:
    """The part of an IRI that people read."""
    return "part" if name.startswith("_:") else local_name(name)


# --- damage ------------------------------------------------------------------------------------------------


def damage_constraints(parts: RuleParts, known: Known) -> Iterator[Damage]:
    """Each constraint dropped, loosened, narrowed or pointed elsewhere, and each of several targets lost."""
    for triple in find_constraints(parts):
        if triple.predicate.value.removeprefix(SH.iri) in DROPPED:
            yield Damage(f"{_named(parts, known, triple)} dropped", frozenset((triple,)))
        yield from _changed(parts, known, triple)
    for triple in parts.targets:
        if len(parts.targets) > 1:
            yield Damage(f"{_named(parts, known, triple)} lost", frozenset((triple,)))
        yield from _changed(parts, known, triple)


def find_constraints(parts: RuleParts) -> tuple[ox.Triple, ...]:
    """What the rule asks, and what leads to it from the shape that gives it its nodes; no targets."""
    targets, led = set(parts.targets), parts.reach(parts.rule.host, without=parts.others)
    said = (t for t in dict.fromkeys((*parts.own, *led)) if t.predicate.value.startswith(SH.iri))
    return tuple(t for t in said if t not in targets and key(object_of(t)) not in parts.others)


def _changed(parts: RuleParts, known: Known, triple: ox.Triple) -> Iterator[Damage]:
    for change in known.changes(triple):
        new = ox.Triple(triple.subject, triple.predicate, change.value)
        yield Damage(f"{_named(parts, known, triple)} -> {change.shown}", frozenset((triple,)), (new, *change.extra))


def _named(parts: RuleParts, known: Known, triple: ox.Triple) -> str:
    """`ParagraphLength minCount '1'`; the rule's own name is left out."""
    subject = key(triple.subject)
    name = f"{short(subject)} " if subject != parts.rule.iri else ""
    return f"{name}{short(triple.predicate.value)} {known.shown(triple)}".rstrip()


# --- patterns ----------------------------------------------------------------------------------------------


def pattern_variants(pattern: str) -> Iterator[tuple[str, str]]:
    """A pattern that takes anything, one without an anchor, without one alternative, without one `?`."""
    yield "'.*'", ".*"
    if pattern.startswith("^"):
        yield "without ^", pattern[1:]
    if pattern.endswith("$"):
        yield "without $", pattern[:-1]
    for start, end in _alternatives(pattern):
        shown = f"without {pattern[start:end]!r} at {start}"
        if pattern[end : end + 1] == "|":
            yield shown, pattern[:start] + pattern[end + 1 :]
        else:
            yield shown, pattern[: start - 1] + pattern[end:]
    for match in re.finditer(r"(?<=[\])])\?", pattern):
        yield f"without ? at {match.start()}", pattern[: match.start()] + pattern[match.end() :]


def _alternatives(pattern: str) -> Iterator[tuple[int, int]]:
    """Where each alternative of each alternation starts and ends."""
    groups: list[list[int]] = [[0]]
    escaped = in_class = False
    for place, sign in enumerate((*pattern, ")")):
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "(":
            groups.append([place + 1])
        elif sign == "|":
            groups[-1].append(place + 1)
        elif sign == ")":
            starts = groups.pop()
            ends = [*(start - 1 for start in starts[1:]), place]
            yield from zip(starts, ends, strict=True) if len(starts) > 1 else ()


# --- queries -----------------------------------------------------------------------------------------------

_NOWHERE = f"<{NOTHING}>"
_QUERY_DAMAGE = (
    (r"\n[^\n]*UNION\s*\{[^\n]*\}", ""),  # the second branch
    (r"\{ \?value [^\n]*\}\s*UNION", ""),  # the first branch
    (r"\n *FILTER [^\n]*", ""),
    (r"FILTER (NOT )?EXISTS \{[^{}]*\}", ""),
    (r"OPTIONAL \{ [^{}]* \}", ""),
    (r"\nHAVING [^\n]*", ""),
    (r"(?<=\()[^()|]*(\([^()]*\))?[^()|]* \|\| ", ""),
    (r" \|\| [^|]*?(?=\)\n|\)$)", ""),
    (r"(?<=FILTER \()[^\n]*? && ", ""),
    (r" && [^\n]*(?=\)(\n|$))", ""),
    (r"&&", "||"),
    (r"\|\|", "&&"),
    (r"!=", "="),
    (r">=", ">"),
    (r">=", "<="),
    (r"<=", "<"),
    (r"<=", ">="),
    (r" > ", " >= "),
    (r" > ", " < "),
    (r"!isLiteral", "isLiteral"),
    (r"NOT EXISTS", "EXISTS"),
    (r"(?<!NOT )EXISTS", "NOT EXISTS"),
    (r"DISTINCT ", ""),
    (r"MAX", "MIN"),
    (r"(?<=[a-zA-Z])\*", ""),
    (r"(?<=[a-zA-Z])\*", "+"),
    (r"(?<=[a-zA-Z])\*", "?"),
    (r"\|[a-z]+:\w+", ""),
    (r"[a-z]+:\w+\|", ""),
    (r"[a-z]+:\w+/", ""),
    (r"/[a-z]+:\w+\*?", ""),
    (r"\. \?\w+ [^\s.;{}]+ \?\w+(?= [.}])", ""),  # one statement
    (r"; [^\s.;{}]+ \?\w+", ""),
    (r"(?<![\w<:/])[a-z]+:[a-zA-Z]+", _NOWHERE),
    (r"rdf:nil", "fc:Body"),
    (r"rdf:first", "rdf:rest"),
    (r"rdfs:domain", "rdfs:range"),
    (r"rdfs:range", "rdfs:domain"),
    (r"(?<=; )rdf:subject", "rdf:object"),
    (r"(?<=; )rdf:object", "rdf:subject"),
    (r"\[\?~%\]", "[?~]"),
    (r"\[\?~%\]", "[?%]"),
    (r"\[\?~%\]", "[~%]"),
    (r"fc:index", "fc:length"),
)
"""A spot of a query, and what it becomes."""


def query_variants(query: str, prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A query with one spot damaged: how it reads, and the query. What no engine can read is left out."""
    seen = {query}
    for pattern, other in _QUERY_DAMAGE:
        for match in re.finditer(pattern, query):
            changed = query[: match.start()] + other + query[match.end() :]
            if changed not in seen and _reads(changed, prefixes):
                seen.add(changed)
                yield f"{' '.join(match[0].split())!r} by {other!r} at {match.start()}", changed


def _reads(query: str, prefixes: Mapping[str, str]) -> bool:
    try:
        ox.Store().query(query, prefixes=dict(prefixes))
    except SyntaxError:
        return False
    return True
