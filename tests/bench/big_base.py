"""A big invented base: as many claims as asked for, a hundred an article, sound by every rule.

usage: python -m tests.bench.big_base DIR [CLAIMS]

Towns close places, and articles say so. Each claim is cited where it stands; every seventh in the next article too,
in another voice, so that it is corroborated; every twentieth is said twice, and the second saying restates the first.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import kb

PER_ARTICLE = 100
PARAGRAPHS = 25
DATA = "https://example.org/mybase"
HEAD = f"""@prefix art: <{DATA}/article/> .
@prefix cite: <{DATA}/citation/> .
@prefix claim: <{DATA}/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix ent: <{DATA}/entity/> .
@prefix fc: <https://w3id.org/factcite/ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rel: <{DATA}/rel#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

"""


def make(folder: Path, claims: int) -> None:
    """Make a base with at least so many claims, beside the ten of `kb init`."""
    kb.init(folder, source=kb.find_home())
    articles = -(-claims // PER_ARTICLE)
    (folder / "kb/people.ttl").write_text(HEAD + "".join(_entities(articles)), "utf-8")
    for number in range(articles):
        (folder / f"corpus/news-{number}.ttl").write_text(HEAD + "".join(_record(number)), "utf-8")
        (folder / f"kb/claims/news-{number}.ttl").write_text(HEAD + "".join(_claims(number, articles)), "utf-8")


def _digest(words: str) -> str:
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()


def _entities(articles: int) -> Iterator[str]:
    for number in range(articles):
        for kind, name in (("Person", "writer"), ("Person", "witness"), ("GovernmentOrganization", "town")):
            label = f"{name.title()} {number}"
            yield f'ent:{name}-{number}\n    a schema:{kind} ;\n    rdfs:label "{label}"@en ;\n'
            yield f'    skos:altLabel "{label}"@en ;\n    .\n\n'
    for number in range(PER_ARTICLE):
        yield f'ent:place-{number}\n    a schema:Place ;\n    rdfs:label "Place {number}"@en ;\n'
        yield f'    skos:altLabel "Place {number}"@en ;\n    .\n\n'


def _record(number: int) -> Iterator[str]:
    name = f"art:news-{number}"
    yield f"""{name}
    a fc:Article ;
    a schema:NewsArticle ;
    dcterms:creator ent:writer-{number} ;
    dcterms:language "en" ;
    dcterms:rights "Invented for a measurement."@en ;
    dcterms:title "News {number}"@en ;
    fc:digest "{_digest(name)}" ;
    fc:textProfile fc:TextProfile1 ;
    .

"""
    for index in range(1, PARAGRAPHS + 1):
        yield f"""{name}-p{index}
    a fc:Paragraph ;
    dcterms:isPartOf {name} ;
    dcterms:language "en" ;
    rdfs:comment "Says what was shut, part {index}."@en ;
    fc:digest "{_digest(f"{name} {index}")}" ;
    fc:index {index} ;
    fc:length 900 ;
    {'fc:noClaim "A title only."@en ;' if index == 1 else "fc:role fc:Body ;"}
    {"fc:role fc:Headline ;" if index == 1 else ""}
    .

"""


def _claims(number: int, articles: int) -> Iterator[str]:
    counts: dict[int, int] = {}
    for at in range(PER_ARTICLE):
        claim = f"claim:town-{number}-closed-place-{at}"
        yield f"""{claim}
    a fc:Claim ;
    rdfs:label "Town {number} shut place {at}."@en ;
    rdf:object ent:place-{at} ;
    rdf:predicate rel:closed ;
    rdf:subject ent:town-{number} ;
    fc:when "20{at:02}"^^edtf:EDTF ;
    .

"""
        first = yield from _cite(number, at, claim, counts, f"ent:witness-{number}" if at % 2 else "")
        if at % 20 == 0:
            yield from _cite(number, at, claim, counts, "", restates=first)
        if at % 7 == 0 and articles > 1:
            before = (number - 1) % articles
            yield from _cite(number, at, f"claim:town-{before}-closed-place-{at}", counts, f"ent:witness-{number}")


def _cite(
    number: int, at: int, claim: str, counts: dict[int, int], speaker: str, *, restates: str = ""
) -> Generator[str, None, str]:
    """One citation; answers its name."""
    paragraph = at % (PARAGRAPHS - 1) + 2
    counts[paragraph] = counts.get(paragraph, 0) + 1
    count = counts[paragraph]
    name = f"cite:news-{number}-{paragraph}-{count}"
    link = f"    fc:restates {restates} ;\n" if restates else ""
    yield f"""{name}
    a fc:Citation ;
    oa:end {count * 40} ;
    oa:start {count * 40 - 30} ;
    prov:wasQuotedFrom art:news-{number}-p{paragraph} ;
    fc:asserts {claim} ;
    fc:attribution ( art:news-{number} {speaker} ) ;
    fc:digest "{_digest(name)}" ;
    fc:kind fc:Factual ;
{link}    .

"""
    return name


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
