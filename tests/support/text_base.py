"""An invented base with a reader's copy: words that nest, overlap and coincide, hostile ones, a copy that differs.

The article is about a weir. Its text lies in `corpus/texts`, as a reader would put it there. Three of its
paragraphs are Korean: two translate the first, one the fourth.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import kb
from tests.support.hard_base import HEAD, claim
from tests.support.web_base import make as make_base

PARAGRAPHS = (
    "The weir leaks, the lock keeper said. “It has leaked since spring,” Ada Brandt told the Gazette. Nobody cared.",
    "수문지기는 둑에서 물이 샌다고 말했다. 봄부터 그랬다고 한다.",
    "A sign reads <script>document.title='run'</script> & \"shut\" \u202etxet; beside it جسر النهر stands in red.",
    "The mill stopped on Monday.",
    "It will run again when the weir holds, wrote the miller. The miller did not say when.",
    "그런데 아무도 걱정하지 않았다고 신문은 썼다.",
    "방앗간은 월요일부터 멈추어 서 있다고 한다.",
)
RECORDED = (*PARAGRAPHS[:3], "The mill stopped on Tuesday.", *PARAGRAPHS[4:])
"""What was recorded; the fourth paragraph of the copy differs."""
TRANSLATES = {2: 1, 6: 1, 7: 4}
"""A Korean paragraph to the English one that it translates."""


@dataclass(frozen=True)
class Case:
    """A citation: paragraph, words, speaker, what it does, and the words that name the speaker, perhaps elsewhere."""

    paragraph: int
    words: str
    speaker: str = ""
    stance: str = "asserts"
    by: str = ""
    by_in: int = 0


CASES = (
    Case(1, "The weir leaks", "ent:lock-keeper", by="the lock keeper"),
    Case(1, "The weir leaks, the lock keeper said."),
    Case(1, "leaks, the lock"),
    Case(1, "leaked since spring", "ent:ada-brandt", by="Ada Brandt"),
    Case(1, "leaked since spring", "ent:ada-brandt", "denies", by="Ada Brandt"),
    Case(1, "since spring,” Ada"),
    Case(2, "둑에서 물이 샌다고", "ent:lock-keeper", by="the lock keeper", by_in=1),
    Case(2, "봄부터 그랬다고 한다."),
    Case(3, "<script>document.title='run'</script> & \"shut\" \u202etxet"),
    Case(3, "جسر النهر stands"),
    Case(4, "on Tuesday"),
    Case(5, "It will run again when the weir holds", "ent:lock-keeper", by="The miller"),
    Case(6, "아무도 걱정하지 않았다고"),
    Case(7, "월요일부터 멈추어"),
)


def sha(text: str) -> str:
    """The digest of some words."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\u202e", "\\u202E") + '"'


def span(node: str, paragraph: int, words: str, more: str) -> str:
    """A stretch of the text that was recorded."""
    start = RECORDED[paragraph - 1].index(words)
    return (
        f"cite:{node} {more} ; prov:wasQuotedFrom art:weir-p{paragraph} ; oa:start {start} ; "
        f'oa:end {start + len(words)} ; fc:digest "{sha(words)}" .\n'
    )


def citation(number: int, case: Case) -> str:
    """A citation, and the words that name its speaker."""
    name = f"weir-{case.paragraph}-{number}"
    more = f"a fc:Citation ; fc:{case.stance} claim:weir-{number} ; fc:attribution ( art:weir {case.speaker} )"
    if not case.by:
        return span(name, case.paragraph, case.words, f"{more} ; fc:kind fc:Factual")
    own = span(name, case.paragraph, case.words, f"{more} ; fc:kind fc:Factual ; fc:attributionSpan cite:{name}-by")
    return own + span(f"{name}-by", case.by_in or case.paragraph, case.by, "a fc:Span")


def make(folder: Path) -> Path:
    """Make the base below `folder`; where it is."""
    home = make_base(folder)
    text = "\n\n".join(PARAGRAPHS) + "\n"
    lines = [
        HEAD,
        'art:weir a fc:Article ; dcterms:title "The weir leaks"@en ; fc:textProfile fc:TextProfile1 ; '
        f'dcterms:language "en" ; fc:digest "{sha(text)}" .\n',
    ]
    for index, words in enumerate(RECORDED, 1):
        original = TRANSLATES.get(index)
        translates = f'"ko" ; fc:translationOf art:weir-p{original}' if original else '"en"'
        lines.append(
            f"art:weir-p{index} a fc:Paragraph ; dcterms:isPartOf art:weir ; fc:index {index} ; fc:role fc:Body ; "
            f'dcterms:language {translates} ; fc:length {len(words)} ; fc:digest "{sha(words)}" ; '
            f'rdfs:comment "Gist of weir {index}."@en .\n'
        )
    for name, label in (("lock-keeper", "the lock keeper"), ("ada-brandt", "Ada Brandt")):
        lines.append(f'ent:{name} a schema:Person ; rdfs:label "{label}"@en .\n')
    for number, case in enumerate(CASES, 1):
        lines += [claim(f"weir-{number}", f"Claim {number} on the weir."), citation(number, case)]
    (home / "kb" / "claims" / "weir.ttl").write_text("".join(lines), "utf-8")
    (home / "corpus" / "texts" / "weir.txt").write_text(text, "utf-8")
    return home


@dataclass
class Marks(HTMLParser):
    """What is marked on a page: the words of each citation by paragraph and number, and what stands around them.

    A link to a paragraph of the page stands above its text.

    Attributes:
        words: (paragraph, number) to the words, joined from their pieces.
        titles: (paragraph, number) to the titles of the links that lead to its card.
        texts: paragraph to its whole text, without the numbers.
        languages: paragraph to the language of the text.
        stops: cards that the keyboard can reach from the text, in order.
        names: the words that name speakers, with their titles.
    """

    words: dict[tuple[int, int], str] = field(default_factory=dict)
    titles: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)
    stops: list[str] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, html: str, *, languages: bool = False) -> Marks:
        """Read a page; of an article, either its languages side by side or its paragraphs and their citations."""
        above, _, below = html.partition('id="paragraphs"')
        found = cls()
        found.feed(above if languages else below or above)
        return found

    def __post_init__(self) -> None:
        super().__init__()
        self.paragraph = 0
        self.open: list[tuple[str, str]] = []
        self.cites: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        kinds = known.get("class", "").split()
        if tag == "a" and (heads := re.fullmatch(r"#p(\d+)", known["href"])):
            self.paragraph = int(heads[1])
        role = next((kind for kind in ("text", "unseen", "nr", "names") if kind in kinds), "")
        if role == "text":
            self.texts[self.paragraph] = ""
            self.languages[self.paragraph] = known.get("lang", "")
        if role == "names" and self.inside("text"):
            self.names.append(("", known["title"]))
        if tag == "mark" and self.inside("text"):
            self.cites = [int(number) for number in known["data-cites"].split()]
        if tag == "a" and self.inside("text"):
            number = int(known["href"].rpartition("-")[2])
            self.titles.setdefault((self.paragraph, number), set()).add(known["title"])
            if known.get("tabindex") != "-1":
                self.stops.append(known["href"])
        if tag not in ("meta", "link", "input", "br"):
            self.open.append((tag, role))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag == "mark":
            self.cites = []

    def handle_data(self, data: str) -> None:
        if not self.inside("text") or self.inside("unseen") or self.inside("nr"):
            return
        self.texts[self.paragraph] += data
        for number in self.cites:
            self.words[self.paragraph, number] = self.words.get((self.paragraph, number), "") + data
        if self.inside("names"):
            self.names[-1] = (self.names[-1][0] + data, self.names[-1][1])

    def inside(self, role: str) -> bool:
        """Whether what is read now stands inside such a part."""
        return any(each == role for _, each in self.open)


def digests(base: kb.KnowledgeBase, article: str) -> dict[tuple[int, int], str]:
    """(Paragraph, number on the page) to the recorded digest of every citation of an article."""
    graph = base.graph
    found: dict[tuple[int, int], str] = {}
    for paragraph in graph.subjects(kb.DCTERMS.isPartOf, article):
        index = int(graph.value(paragraph, kb.FC.index) or 0)
        cited = set(graph.subjects(kb.PROV.wasQuotedFrom, paragraph)) & set(graph.instances(kb.FC.Citation))
        order = sorted(cited, key=lambda each: (place(graph, each), kb.short_iri(each, base.prefixes)))
        found.update({(index, at): graph.value(each, kb.FC.digest) or "" for at, each in enumerate(order, 1)})
    return found


def place(graph: kb.Graph, node: str) -> tuple[int, int]:
    """Start and end."""
    return int(graph.value(node, kb.OA.start) or 0), int(graph.value(node, kb.OA.end) or 0)
