"""Small invented bases for tests, written the way a base is written: in Turtle."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kb.rdf.graph import Graph, Term
from kb.rdf.graph import key as graph_key
from kb.vocab import PREFIXES

CLASSES = """
schema:Person rdfs:subClassOf fc:Agent . schema:Organization rdfs:subClassOf fc:Agent .
fc:UnnamedSource rdfs:subClassOf fc:Agent . fc:SingleAnswerQuestion rdfs:subClassOf fc:Question .
"""


def iri(name: str) -> str:
    """`claim:x` in full."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def key(term: object) -> str:
    """The IRI, blank label or lexical form of a term."""
    assert isinstance(term, Term)
    return graph_key(term)


def triples(turtle: str) -> tuple[ox.Triple, ...]:
    """The triples of a Turtle text that may use the house's prefixes."""
    head = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in PREFIXES.items())
    return tuple(quad.triple for quad in ox.parse(head + turtle, format=ox.RdfFormat.TURTLE))


def graph(*parts: str) -> Graph:
    """The graph of some Turtle texts, with the classes of agents and questions."""
    return Graph.of(triples(CLASSES + "\n".join(parts)))


def article(slug: str, *, by: str = "") -> str:
    """An article of two paragraphs."""
    author = f"art:{slug} dcterms:creator {by} ." if by else ""
    return f"""
    art:{slug} a fc:Article . {author}
    art:{slug}-p1 a fc:Paragraph ; dcterms:isPartOf art:{slug} .
    art:{slug}-p2 a fc:Paragraph ; dcterms:isPartOf art:{slug} .
    """


def person(*names: str) -> str:
    """Named people, `ent:ada`."""
    return "".join(f"{name} a schema:Person ." for name in names)


def unnamed(*names: str) -> str:
    """Unnamed sources."""
    return "".join(f"{name} a fc:UnnamedSource ." for name in names)


def claims(*names: str) -> str:
    """Claims without anything else."""
    return "".join(f"{name} a fc:Claim ." for name in names)


def cite(
    name: str,
    claim: str,
    slug: str,
    *speakers: str,
    stance: str = "fc:asserts",
    paragraph: int = 1,
    restates: Iterable[str] = (),
    by: str = "fc:restates",
) -> str:
    """A citation in an article; without `speakers`, in the article's own voice."""
    links = "".join(f"{name} {by} {other} ." for other in restates)
    return f"""
    {name} a fc:Citation ; {stance} {claim} ; prov:wasQuotedFrom art:{slug}-p{paragraph} ;
        fc:attribution ( art:{slug} {" ".join(speakers)} ) . {links}
    """
