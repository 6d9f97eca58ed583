"""An invented base for the web tests: the one of `kb init`, and oddities that a page has to bear."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import kb
from tests.support.serving import BEFORE_START

NAMES = "https://example.org/mybase/"

ODDITIES = """\
@prefix art: <https://example.org/mybase/article/> .
@prefix cite: <https://example.org/mybase/citation/> .
@prefix claim: <https://example.org/mybase/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ent: <https://example.org/mybase/entity/> .
@prefix fc: <https://w3id.org/factcite/ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix q: <https://example.org/mybase/question/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rel: <https://example.org/mybase/rel#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

# A second article, in Korean, with no title, a translated paragraph, a reply and a duplicate.
art:dari a fc:Article , schema:NewsArticle ;
    dcterms:language "ko" ;
    dcterms:publisher ent:lessel-gazette ;
    fc:digest "sha256:0000000000000000000000000000000000000000000000000000000000000000" ;
    fc:textProfile fc:TextProfile1 .
art:dari-p1 a fc:Paragraph ; dcterms:isPartOf art:dari ; fc:index 1 ; fc:role fc:Body ; fc:length 20 ;
    dcterms:language "ko" ; rdfs:comment "다리를 닫은 까닭."@ko ; fc:translationOf art:mill-bridge-p3 ;
    fc:digest "sha256:0000000000000000000000000000000000000000000000000000000000000001" .
art:dari-p2 a fc:Paragraph ; dcterms:isPartOf art:dari ; fc:index 2 ; fc:role fc:Comment ; fc:length 20 ;
    dcterms:language "ko" ; rdfs:comment "A reader agrees."@en ; fc:threadDepth 2 ; fc:inReplyTo art:dari ;
    dcterms:creator ent:hostile ; fc:duplicateOf art:dari-p1 ;
    fc:digest "sha256:0000000000000000000000000000000000000000000000000000000000000001" .

# A name that would run, turn the line round or break out of an attribute, if a page let it.
ent:hostile a schema:Person ;
    rdfs:label "<script>document.title='run'</script>\\" onmouseover=\\"alert(1) \\u202Eevil\\u0007"@en ;
    skos:altLabel "한강 다리"@ko , "جسر الطاحونة"@ar ;
    rdfs:seeAlso <http://example.org/elsewhere> .

ent:shared-desk a fc:Dependence ;
    fc:notIndependentOf ent:hostile , ent:lessel-gazette ;
    rdfs:comment "They share a desk."@en .

claim:repair-lasts-five-years a fc:Claim ;
    rdfs:label "Mending the bridge takes five years."@en ;
    rdf:subject ent:mill-bridge-repair ; rdf:predicate rel:lastsYears ; rdf:object 5 ;
    fc:answers q:how-long-does-the-repair-last ;
    fc:contradicts claim:repair-lasts-two-years .

cite:dari-1-1 a fc:Citation ;
    fc:asserts claim:repair-lasts-five-years ;
    prov:wasQuotedFrom art:dari-p1 ; oa:start 0 ; oa:end 7 ;
    fc:digest "sha256:0000000000000000000000000000000000000000000000000000000000000002" ;
    fc:attribution ( art:dari ent:lessel-gazette ent:hostile ) ;
    fc:kind fc:Allegation ; fc:modality fc:Hedged ; fc:channel ent:harrowmere-ferry .

cite:dari-2-1 a fc:Citation ;
    fc:mentions claim:repair-lasts-five-years ;
    prov:wasQuotedFrom art:dari-p2 ; oa:start 0 ; oa:end 7 ;
    fc:digest "sha256:0000000000000000000000000000000000000000000000000000000000000002" ;
    fc:attribution ( art:dari ent:hostile ) ;
    fc:kind fc:Quotation ; fc:modality fc:Ironic ; fc:restates cite:dari-1-1 .
"""


def make(folder: Path) -> Path:
    """Make the base below `folder`; where it is."""
    home = folder / "mybase"
    kb.init(home, source=kb.find_home())
    (home / "kb" / "claims" / "oddities.ttl").write_text(ODDITIES, "utf-8")
    return home


@contextmanager
def served(*words: str, folder: Path | None = None, **settings: object) -> Iterator[subprocess.Popen[str]]:
    """`kb serve` as a process of its own, which does not outlive the block; started in `folder`, as a person would.

    Args:
        settings: of the site, in capitals; it finds them in its environment.
    """
    given = {f"FACTCITE_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "kb.cli"] if folder is None else [str(Path(sys.executable).with_name("kb"))]
    with subprocess.Popen(
        [*command, "serve", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **given, "PYTHONPATH": str(kb.find_home().root), "PYTHONUNBUFFERED": "1"},
        preexec_fn=BEFORE_START,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
