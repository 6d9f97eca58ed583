"""Damage the shapes, one place at a time, and see whether a case notices: `python tests/mutate_shapes.py`.

A case that passes proves little while nobody knows what would make it fail. So each constraint of each shape is
dropped, weakened, narrowed or pointed elsewhere, and the cases of its rule are checked against the damaged
rule (then, where none of them notices, the cases of all rules). A mutant that no case notices is a survivor: it
stands in `REASONS` with the reason, or a case is missing. Nothing is written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from pyparsing import ParseException
from pyshacl.errors import ReportableRuntimeError

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kb.graph import Graph, Term, key
from kb.shapes import Rule
from kb.vocab import FC, RDF, RDFS, SH, SHAPES, XSD
from tests.shape_cases import Case, Found, all_rules, all_shapes, case_files, find, read_case, vocabulary

NS = SH.iri
NOTHING = SHAPES + "nothing"
SIGNS = {NS + "zeroOrMorePath": "*", NS + "oneOrMorePath": "+", NS + "zeroOrOnePath": "?"}
NUMBERS = {"minCount": -1, "maxCount": 1, "minInclusive": -1, "minLength": -1, "maxLength": 1}
DROPPED = (
    *NUMBERS,
    *("datatype", "class", "nodeKind", "pattern", "in", "hasValue", "uniqueLang", "lessThan", "equals"),
    *("disjoint", "or", "not", "node", "property", "sparql"),  # a prefix that goes missing stops the engine, loudly
    *("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"),
)
OTHER_KINDS = {"BlankNode": ("BlankNodeOrIRI", "BlankNodeOrLiteral")}
OTHER_SEVERITIES = {"Violation": ("Warning",), "Warning": ("Info", "Violation")}
BROKEN = (AssertionError, ParseException, ReportableRuntimeError)
_LOOP = "with * a node also reaches itself, which matters for a link to itself only; + finds that link as well"
_NONE = "no step at all is allowed by the other way up, so it makes no difference whether this way allows it too"
_KIN, _SAME = "(specialises)*|(^specialises)+", "(specialises)*|(^specialises)*"
_RESTATED = "(restates|translates|duplicates)"
REASONS = {
    "DuplicateCycle path (^duplicateOf)+ -> (^duplicateOf)*": _LOOP,
    "ReplyCycle path (^inReplyTo)+ -> (^inReplyTo)*": _LOOP,
    "SpecialisesCycle path (^specialises)+ -> (^specialises)*": _LOOP,
    "RestatesCycle path (^(restates|translates|duplicates))+ -> (^(restates|translates|duplicates))*": _LOOP,
    **{
        f"{name} path ({_RESTATED}/{stance}/({_KIN})) -> ({_RESTATED}/{stance}/({_SAME}))": _NONE
        for name, stance in (("AssertsElse", "asserts"), ("DeniesElse", "denies"), ("MentionsElse", "mentions"))
    },
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One damage: what was done, and the triples that go and come."""

    what: str
    subject: str
    gone: frozenset[ox.Triple]
    new: tuple[ox.Triple, ...] = ()

    @property
    def drops(self) -> bool:
        """Whether something is taken away and nothing put in its place."""
        return not self.new


# --- paths as values -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PathTree:
    """A property path: kind is `iri`, `^`, `|`, `/`, `*`, `+` or `?`."""

    kind: str
    parts: tuple[PathTree, ...] = ()
    iri: str = ""

    def __str__(self) -> str:
        if self.kind == "iri":
            return short(self.iri)
        if self.kind in "|/":
            return f"({self.kind.join(map(str, self.parts))})"
        inner = str(self.parts[0])
        return f"^{inner}" if self.kind == "^" else f"({inner}){self.kind}"


def read_path(node: Term) -> PathTree:
    """The tree of a path in the shapes (SHACL section 2.3.1)."""
    shapes = all_shapes()
    if isinstance(node, ox.NamedNode):
        return PathTree("iri", iri=node.value)
    members = list_members(node)
    if members:
        return PathTree("/", tuple(read_path(member) for member in members))
    for predicate in shapes.predicates(key(node)):
        (inner,) = shapes.objects(key(node), predicate)
        if predicate == SH.alternativePath:
            return PathTree("|", tuple(read_path(member) for member in list_members(inner)))
        return PathTree(SIGNS.get(predicate, "^"), (read_path(inner),))
    raise ValueError(f"no path at {node}")


def path_variants(tree: PathTree) -> Iterator[PathTree]:
    """The same path with one spot damaged."""
    if tree.kind == "iri":
        yield PathTree("iri", iri=NOTHING)
    elif tree.kind in "|/":
        for index, part in enumerate(tree.parts):
            rest = tree.parts[:index] + tree.parts[index + 1 :]
            yield PathTree(tree.kind, rest) if len(rest) > 1 else rest[0]
            if tree.kind == "|" and part.kind == "iri":
                continue
            for variant in path_variants(part):
                yield PathTree(tree.kind, (*tree.parts[:index], variant, *tree.parts[index + 1 :]))
    else:
        inner = tree.parts[0]
        yield inner
        yield from (PathTree(sign, (inner,)) for sign in "*+?" if tree.kind != "^" and sign != tree.kind)
        for variant in path_variants(inner):
            yield PathTree(tree.kind, (variant,))


def write_path(tree: PathTree) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Triple]]:
    """A node for a path, and the triples that say what it is."""
    if tree.kind == "iri":
        return ox.NamedNode(tree.iri), []
    built = [write_path(part) for part in tree.parts]
    triples = [triple for _, inner in built for triple in inner]
    if tree.kind in "|/":
        head, cells = write_list([node for node, _ in built])
        triples += cells
        if tree.kind == "/":
            return head, triples
        predicate, target = SH.alternativePath, head
    else:
        predicate = {"*": SH.zeroOrMorePath, "+": SH.oneOrMorePath, "?": SH.zeroOrOnePath}.get(
            tree.kind, SH.inversePath
        )
        target = built[0][0]
    node = ox.BlankNode()
    return node, [*triples, ox.Triple(node, ox.NamedNode(predicate), target)]


def list_members(head: Term) -> list[Term]:
    """The members of a list in the shapes; none where there is no list."""
    shapes, members, cell = all_shapes(), list[Term](), key(head)
    while first := shapes.objects(cell, RDF.first):
        members.append(first[0])
        cell = shapes.nodes(cell, RDF.rest)[0]
    return members


def write_list(members: Sequence[Term]) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Triple]]:
    """A list with these members."""
    head: ox.NamedNode | ox.BlankNode = ox.NamedNode(RDF.nil)
    triples: list[ox.Triple] = []
    for member in reversed(members):
        cell = ox.BlankNode()
        triples.append(ox.Triple(cell, ox.NamedNode(RDF.first), member))
        triples.append(ox.Triple(cell, ox.NamedNode(RDF.rest), head))
        head = cell
    return head, triples


# --- damage ----------------------------------------------------------------------------------------------


def mutants() -> Iterator[Mutant]:
    """Every damage to every constraint, in the order of the files; rules in code are tested with their code."""
    for triple in all_shapes().triples:
        if not triple.predicate.value.startswith(NS) or key(triple.subject) not in owners():
            continue
        term = triple.predicate.value.removeprefix(NS)
        if term in DROPPED:
            yield _mutant(triple, "drop")
        for what, value, extra in _changes(term, _object(triple)):
            yield _mutant(triple, what, value, extra)
    for rule in all_rules():
        if rule.host:
            off = ox.Triple(
                ox.NamedNode(rule.iri),
                ox.NamedNode(SH.deactivated),
                ox.Literal("true", datatype=ox.NamedNode(XSD.boolean)),
            )
            yield Mutant(f"{short(rule.iri)} deactivated", rule.iri, frozenset(), (off,))


def _mutant(triple: ox.Triple, what: str, value: Term | None = None, extra: Iterable[ox.Triple] = ()) -> Mutant:
    target = _object(triple)
    old = str(read_path(target)) if triple.predicate.value == SH.path else _shown(target)
    changed = "" if value is None else f" -> {what}"
    start = "drop " if value is None else ""
    label = f"{short(key(triple.subject))} {start}{short(triple.predicate.value)} {old}{changed}"
    new = () if value is None else (ox.Triple(triple.subject, triple.predicate, value), *extra)
    return Mutant(label, key(triple.subject), frozenset((triple,)), new)


def _object(triple: ox.Triple) -> Term:
    assert not isinstance(triple.object, ox.Triple)  # the gate lets no triple term in
    return triple.object


def _changes(term: str, value: Term) -> Iterator[tuple[str, Term, list[ox.Triple]]]:
    """What a constraint can be changed to: how it reads, the value, the triples that the value needs."""
    if term in NUMBERS and not (term in ("minCount", "minLength") and key(value) == "1"):
        number = str(int(key(value)) + NUMBERS[term])
        yield number, ox.Literal(number, datatype=ox.NamedNode(XSD.integer)), []
    elif term in ("class", "targetClass"):
        wider = superclasses(key(value)) if term == "class" else ()
        yield from ((short(iri), ox.NamedNode(iri), []) for iri in (*wider, *subclasses(key(value))))
    elif term == "nodeKind":
        for kind in OTHER_KINDS[key(value).removeprefix(NS)]:
            yield kind, ox.NamedNode(NS + kind), []
    elif term == "severity":
        for severity in OTHER_SEVERITIES[key(value).removeprefix(NS)]:
            yield severity, ox.NamedNode(NS + severity), []
    elif term == "pattern":
        yield from ((shown, ox.Literal(text), []) for shown, text in pattern_variants(key(value)))
    elif term in ("in", "or"):
        yield from _list_changes(term, value)
    elif term == "path":
        for tree in dict.fromkeys(path_variants(read_path(value))):
            node, triples = write_path(tree)
            yield str(tree), node, triples
    elif term == "select":
        yield from ((f"{shown}", ox.Literal(text), []) for shown, text in query_variants(key(value)))


def _list_changes(term: str, value: Term) -> Iterator[tuple[str, Term, list[ox.Triple]]]:
    members = list_members(value)
    for index, member in enumerate(members):
        if len(members) > 1:
            head, cells = write_list(members[:index] + members[index + 1 :])
            yield f"without {_shown(member)}", head, cells
    if term == "in":
        other = ox.NamedNode(_stranger([key(member) for member in members]))
        head, cells = write_list([*members, other])
        yield f"with {_shown(other)}", head, cells


def _stranger(members: Sequence[str]) -> str:
    """A term that looks as if it might be allowed, and is not."""
    if XSD.string in members:
        return XSD.double
    graph = Graph.of(vocabulary())
    kin = {iri for cls in graph.nodes(members[0], RDF.type) for iri in graph.instances(cls)}
    return min(kin - set(members), default=FC.Body)


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


QUERY_DAMAGE = (
    (r"\n[^\n]*UNION\s*\{[^\n]*\}", ""),  # the second branch
    (r"\{ \?value [^\n]*\}\s*UNION", ""),  # the first branch
    (r"\n *FILTER [^\n]*", ""),
    (r"\nHAVING [^\n]*", ""),
    (r"(?<=\()[^()|]*(\([^()]*\))?[^()|]* \|\| ", ""),
    (r" \|\| [^|]*?(?=\)\n|\)$)", ""),
    (r"!=", "="),
    (r"!isLiteral", "isLiteral"),
    (r"NOT EXISTS", "EXISTS"),
    (r"(?<!NOT )EXISTS", "NOT EXISTS"),
    (r"DISTINCT ", ""),
    (r"MAX", "MIN"),
    (r"(?<=[a-zA-Z])\*", ""),
    (r"(?<=[a-zA-Z])\*", "+"),
    (r"(?<=[a-zA-Z])\*", "?"),
    (r"\|fc:\w+", ""),
    (r"fc:\w+\|", ""),
    (r"rdf:type/", ""),
    (r"fc:attribution/", ""),
    (r"rdf:nil", "fc:Body"),
    (r"rdf:first", "rdf:rest"),
    (r"rdfs:domain", "rdfs:range"),
    (r"rdfs:range", "rdfs:domain"),
    (r"(?<=; )rdf:subject", "rdf:object"),
    (r"(?<=; )rdf:object", "rdf:subject"),
    (r"dcterms:isPartOf", "dcterms:hasPart"),
    (r"fc:index", "fc:length"),
)


def query_variants(query: str) -> Iterator[tuple[str, str]]:
    """A query with one spot damaged: how it reads, and the query."""
    for pattern, other in QUERY_DAMAGE:
        for match in re.finditer(pattern, query):
            shown = f"{' '.join(match[0].split())!r} by {other!r} at {match.start()}"
            yield shown, query[: match.start()] + other + query[match.end() :]


@cache
def _classes() -> Graph:
    return Graph.of(triple for triple in vocabulary() if triple.predicate.value == RDFS.subClassOf)


def superclasses(iri: str) -> tuple[str, ...]:
    """The classes right above, without the most general one of RDF."""
    return _classes().nodes(iri, RDFS.subClassOf)


def subclasses(iri: str) -> tuple[str, ...]:
    """The classes right below."""
    return tuple(sub for sub, sup in _classes().pairs(RDFS.subClassOf) if sup == iri)


def short(iri: str) -> str:
    """The part of an IRI that people read."""
    return re.split(r"[#/]", iri)[-1] if not iri.startswith("_:") else "member"


def _shown(term: Term) -> str:
    if isinstance(term, ox.Literal):
        return repr(term.value) if len(term.value) < 60 else repr(term.value[:50] + "…")
    if isinstance(term, ox.NamedNode):
        return short(term.value)
    members = list_members(term)
    if members:
        return "( " + " ".join(_shown(member) for member in members) + " )"
    node, shapes = key(term), all_shapes()
    inner = (f"{short(p)} {_shown(value)}" for p in shapes.predicates(node) for value in shapes.objects(node, p))
    return f"[ {' ; '.join(inner)} ]"


# --- what belongs to a rule ------------------------------------------------------------------------------


@cache
def reach(node: str) -> frozenset[str]:
    """The nodes of the shapes that a node is made of, itself included."""
    shapes, seen, waiting = all_shapes(), set[str](), [node]
    while waiting:
        current = waiting.pop()
        if current not in seen and shapes.predicates(current):
            seen.add(current)
            for predicate in shapes.predicates(current):
                waiting.extend(shapes.nodes(current, predicate))
    return frozenset(seen)


@cache
def owners() -> dict[str, tuple[Rule, ...]]:
    """The rules that a node of the shapes is part of."""
    found: dict[str, list[Rule]] = {}
    for rule in all_rules():
        if rule.host:
            siblings = {other.iri for other in all_rules() if other.host == rule.host and other != rule}
            mine = reach(rule.host) - frozenset(node for iri in siblings for node in reach(iri) - reach(rule.iri))
            for node in mine:
                found.setdefault(node, []).append(rule)
    return {node: tuple(rules) for node, rules in found.items()}


def damaged(mutant: Mutant, rules: Sequence[Rule]) -> Graph:
    """The shapes of these rules, with the damage done."""
    nodes = {node for rule in rules for node in reach(rule.host)}
    kept = (t for t in all_shapes().triples if key(t.subject) in nodes and t not in mutant.gone)
    return Graph.of((*kept, *mutant.new))


# --- judging ---------------------------------------------------------------------------------------------


@cache
def cases(code: str) -> tuple[Case, ...]:
    """The cases of one rule, or all of them for `FC*`."""
    return tuple(read_case(path) for path in case_files(code))


def killed(mutant: Mutant) -> bool:
    """Whether a case notices: those of the rule first, then all."""
    rules = owners()[mutant.subject]
    shapes = damaged(mutant, rules)
    codes = {rule.code for rule in rules}
    own = [case for code in sorted(codes) for case in cases(code)]
    return _notice(own, shapes, codes) or _notice(cases("FC*"), shapes, codes)


def _notice(some: Sequence[Case], shapes: Graph, codes: set[str]) -> bool:
    try:
        found = find(some, shapes)
    except BROKEN:
        return True
    for case, actual in zip(some, found, strict=True):
        expected = tuple(each for each in case.expected if each.code in codes)
        if not Case(case.code, case.name, expected, ()).holds(_of(actual, codes)):
            return True
    return False


def _of(found: Iterable[Found], codes: set[str]) -> list[Found]:
    return [each for each in found if each.code in codes]


def main(words: Sequence[str] | None = None) -> int:
    """Print the score and the survivors; 1 where a survivor has no reason."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("code", nargs="?", default="", help="only the rules whose code starts like this")
    parser.add_argument("--drops", action="store_true", help="only the mutants that drop something")
    arguments = parser.parse_args(words)
    chosen = [
        mutant
        for mutant in mutants()
        if any(rule.code.startswith(arguments.code) for rule in owners()[mutant.subject])
        and (mutant.drops or not arguments.drops)
    ]
    survivors = [mutant for mutant in chosen if not killed(mutant)]
    excused = [mutant for mutant in survivors if mutant.what in REASONS]
    counted = len(chosen) - len(excused)
    dead = len(chosen) - len(survivors)
    print(f"{len(chosen)} mutants, {dead} killed, {len(survivors)} survive, {len(excused)} of them with a reason")
    print(f"score {dead}/{counted} = {100 * dead / max(counted, 1):.1f} % of those that change what is allowed")
    for mutant in survivors:
        codes = " ".join(rule.code for rule in owners()[mutant.subject])
        print(f"  {codes} {mutant.what}\n      {REASONS.get(mutant.what, 'NO REASON GIVEN: a case is missing')}")
    return 0 if len(survivors) == len(excused) else 1


if __name__ == "__main__":
    sys.exit(main())
