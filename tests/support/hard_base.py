"""An invented base of hard cases for the web tests: two more articles beside the one of `kb init`.

`ferry-sale` has a quotation in a quotation, a relay that is not stated, words of which it is open whose they are, an
allegation and its denial, a paragraph that stands twice, and comments of readers with irony.
`two-banks` is printed in English and Korean, and the two part.
"""

from __future__ import annotations

from pathlib import Path

import kb
from tests.support.web_base import ODDITIES

HEAD = "".join(line + "\n" for line in ODDITIES.splitlines() if line.startswith("@prefix"))
DIGEST = "sha256:" + "0" * 64


def article(slug: str, title: str, paragraphs: str) -> str:
    """An article; each line of `paragraphs` is an index, a language, a role, and more triples."""
    lines = [f'art:{slug} a fc:Article ; dcterms:title "{title}"@en ; fc:digest "{DIGEST}" .']
    for line in paragraphs.strip().splitlines():
        index, language, role, more = (*line.split(maxsplit=3), "")[:4]
        lines.append(
            f"art:{slug}-p{index} a fc:Paragraph ; dcterms:isPartOf art:{slug} ; fc:index {index} ; fc:role fc:{role} "
            f'; dcterms:language "{language}" ; fc:length 90 ; fc:digest "{DIGEST}" ; '
            f'rdfs:comment "Gist of {slug} {index}."@en {more} .'
        )
    return "\n".join(lines) + "\n"


def claim(name: str, words: str, more: str = "") -> str:
    """A claim about the ferry."""
    return (
        f'claim:{name} a fc:Claim ; rdfs:label "{words}"@en ; rdf:subject ent:harrowmere-ferry ; '
        f"rdf:predicate rel:lastsYears ; rdf:object ent:mill-bridge {more} .\n"
    )


def cite(name: str, does: str, claimed: str, voices: str = "", more: str = "") -> str:
    """`name` is slug-paragraph-number."""
    slug, paragraph, _ = name.rsplit("-", 2)
    return (
        f"cite:{name} a fc:Citation ; fc:{does} claim:{claimed} ; prov:wasQuotedFrom art:{slug}-p{paragraph} ; "
        f'oa:start 0 ; oa:end 9 ; fc:digest "{DIGEST}" ; fc:attribution ( art:{slug} {voices} ) ; '
        f"fc:kind fc:Factual {more} .\n"
    )


def date(value: str) -> str:
    """An EDTF date."""
    return f'; fc:when "{value}"^^<http://id.loc.gov/datatypes/edtf/EDTF>'


CASES = "".join(
    [
        HEAD,
        "".join(
            f'ent:{name} a schema:Person ; rdfs:label "{label}"@en ; skos:altLabel "{label}"@en .\n'
            for name, label in (
                ("mayor", "the mayor"),
                ("old-captain", "the old captain"),
                ("river-post", "the River Post"),
                ("boatmen", "the boatmen"),
                ("reader-one", "Reader One"),
                ("reader-two", "Reader Two"),
                ("bank-people", "people of both banks"),
            )
        ),
        "ent:boat-dependence a fc:Dependence ; fc:notIndependentOf ent:boatmen , ent:bank-people ; "
        'rdfs:comment "The boatmen live on both banks."@en .\n',
        article(
            "ferry-sale",
            "The ferry is sold",
            """
            1 en Body
            2 en Body
            3 en Body
            4 en Body ; fc:duplicateOf art:ferry-sale-p1
            5 en CommentByline
            6 en Comment ; fc:threadDepth 1 ; dcterms:creator ent:reader-one ; fc:inReplyTo art:ferry-sale
            7 en CommentByline
            8 en Comment ; fc:threadDepth 2 ; dcterms:creator ent:reader-two ; fc:inReplyTo art:ferry-sale-p6
            """,
        ),
        claim("ferry-ran", "The ferry ran at night.", date("1950/1960")),
        claim("ferry-slow", "The ferry was slow.", date("1999~")),
        claim("council-in-sale", "The council has a part in the sale."),
        claim("council-took-money", "The council took money for the sale.", "; fc:specialises claim:council-in-sale"),
        claim("sale-splendid", "The sale is splendid.", date("XXXX-07-09")),
        cite("ferry-sale-1-1", "asserts", "ferry-ran", "ent:mayor ent:old-captain", "; fc:impliedVia ent:river-post"),
        cite(
            "ferry-sale-1-2",
            "asserts",
            "ferry-slow",
            "ent:mayor",
            '; fc:modality fc:AmbiguousVoice ; rdfs:comment "Or they are the captain\'s."@en',
        ),
        cite("ferry-sale-2-1", "asserts", "council-took-money", "ent:boatmen"),
        cite("ferry-sale-3-1", "denies", "council-in-sale", "ent:mayor"),
        cite(
            "ferry-sale-4-1", "asserts", "ferry-ran", "ent:mayor ent:old-captain", "; fc:duplicates cite:ferry-sale-1-1"
        ),
        cite("ferry-sale-6-1", "asserts", "ferry-slow", "ent:reader-one"),
        cite("ferry-sale-8-1", "mentions", "sale-splendid", "ent:reader-two", "; fc:modality fc:Ironic"),
        article(
            "two-banks",
            "Two banks",
            """
            1 en Body
            2 en Body
            3 en SignOff
            4 ko Body ; fc:translationOf art:two-banks-p1
            5 ko Body ; fc:translationOf art:two-banks-p2
            6 ko Body ; fc:translationOf art:two-banks-p2
            """,
        ),
        'q:who-opened a fc:SingleAnswerQuestion ; rdfs:label "Who opened the ferry?"@en .\n',
        claim("north-opened", "The north bank opened the ferry.", f"{date('1931')} ; fc:answers q:who-opened"),
        claim("south-opened", "The south bank opened the ferry.", f"{date('1931')} ; fc:answers q:who-opened"),
        claim("ferry-free", "The ferry was free.", date("1970/..")),
        claim("ferry-loved", "The ferry is loved.", date("198X")),
        claim("ferry-blue", "The ferry is blue."),
        cite("two-banks-1-1", "asserts", "ferry-free", "ent:bank-people"),
        cite("two-banks-2-1", "asserts", "north-opened", "ent:bank-people"),
        cite("two-banks-2-2", "asserts", "ferry-loved", "ent:bank-people"),
        cite(
            "two-banks-4-1",
            "asserts",
            "ferry-free",
            "ent:bank-people",
            '; fc:translates cite:two-banks-1-1 ; rdfs:comment "Korean says without a fee."@en',
        ),
        cite("two-banks-5-1", "asserts", "south-opened", "ent:bank-people"),
        cite("two-banks-6-1", "asserts", "ferry-loved", "ent:bank-people", "; fc:translates cite:two-banks-2-2"),
        cite("two-banks-6-2", "asserts", "ferry-blue", "ent:bank-people", '; rdfs:comment "Korean only."@en'),
        cite("two-banks-1-2", "asserts", "council-took-money", "ent:bank-people"),
    ]
)


def make(folder: Path) -> Path:
    """Make the base below `folder`; where it is."""
    home = folder / "hardbase"
    kb.init(home, source=kb.find_home())
    (home / "kb" / "claims" / "hard-cases.ttl").write_text(CASES, "utf-8")
    return home
