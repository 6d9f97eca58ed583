"""Ways of breaking a base that change the bytes of a file: its Turtle files, the copies of its articles, its waivers,
its floors and its shapes. `kb/mutate/operators.py` says what a way is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from kb.mutate.sample import Break, Breaker, Sample, in_copy, in_file
from kb.vocab import FC, PREFIXES, XSD

EXIT_4 = "exit-4"
"""Stands for a rule where the check says that it could not look."""


def _without(prefix: str) -> Breaker:
    """Each file whose name begins so goes."""
    return lambda sample: (
        Break(file.name, files={file.name: None}) for file in sample.kb.files if file.name.startswith(prefix)
    )


def _insert(statement: str) -> Callable[[str], str]:
    """A statement more about the first subject of a file."""
    line = statement.replace("\\", r"\\")
    return lambda text: re.sub(r"^(\S+)\n    a ", rf"\1\n    {line} ;\n    a ", text, count=1, flags=re.MULTILINE)


def _swap(old: str, new: str) -> Callable[[str], str]:
    """The first of some words in a file becomes others."""
    return lambda text: text.replace(old, new, 1)


def _twice(text: str) -> str:
    return re.sub(r"^(    oa:end \d+ ;\n)", r"\1\1", text, count=1, flags=re.MULTILINE)


def _windows(text: str) -> str:
    return text.replace("\n", "\r\n")


def _elsewhere(text: str) -> str:
    return text.replace("/citation/> .", "/citations/> .", 1)


def _comma(text: str) -> str:
    return re.sub(r"oa:end (\d+)", rf'oa:end "\1,0"^^<{XSD.integer}>', text, count=1)


def _other_letter(line: str) -> str:
    """The line with its last letter changed; its last sign, where it has no letter."""
    at = max((place for place, sign in enumerate(line) if sign.isalpha()), default=len(line) - 1)
    return line[:at] + ("x" if line[at] != "x" else "y") + line[at + 1 :]


def _straight(lines: list[str]) -> list[str]:
    marks = str.maketrans("“”‘’", "\"\"''")
    return [line.translate(marks) for line in lines]


def _written(name: str, text: str, breaks: Breaker | None = None) -> Breaker:
    """A file is written, beside another break where one is given."""

    def written(sample: Sample) -> Iterator[Break]:
        for change in breaks(sample) if breaks else (Break(name),):
            files = sample.files(change) if breaks else {}
            yield Break(change.where, files={**files, name: text.encode()})

    return written


def _waived(rule: str = "FC001", reason: str = "it is so", expires: str = "2020-01-31") -> Breaker:
    """A file of waivers with one waiver, for the first claim."""
    head = f'[[waiver]]\nrule = "{rule}"\nnode = "{FC.iri}x"\n'
    return _written("waivers.toml", f'{head}reason = "{reason}"\nowner = "A. Brook"\nexpires = {expires}\n')


def _floors(text: str, breaks: Breaker | None = None) -> Breaker:
    return _written("corpus/floors.toml", f"{text}\n", breaks)


def _uncovered(sample: Sample) -> Iterator[Break]:
    """A paragraph loses the reason why it yields no claim."""
    for node in sample.nodes(FC.Paragraph):
        gone = sample.about(node, (FC.noClaim,))
        if gone:
            yield Break(node, gone)


_RULE = {
    "a": "sh:PropertyShape",
    "fc:code": '"MUTANT"',
    "fc:help": '"claim:town-built-bridge a fc:Claim ."@en',
    "sh:message": '"A claim has a type."@en',
    "sh:severity": "sh:Violation",
    "sh:targetClass": "fc:Claim",
    "sh:path": "rdf:type",
    "sh:minCount": "1",
}
"""A sound rule; each shape operator takes something from it, or writes something else."""


def _rule(**changes: str | None) -> Breaker:
    """A file of shapes more, with one rule; `sh_message=None` takes the message away."""
    parts = {**_RULE, **{name.replace("_", ":"): value for name, value in changes.items()}}
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(PREFIXES.items()))
    body = " ;\n    ".join(f"{name} {value}" for name, value in parts.items() if value is not None)
    return _written("shapes/mutant.ttl", f"{head}\nfcs:Mutant {body} .\n")


def _shapes_gone(*, every: bool) -> Breaker:
    """Each file of shapes goes, or all of them at once."""

    def breaks(sample: Sample) -> Iterator[Break]:
        names = [sample.kb.home.name(path) for path in sample.kb.home.shape_files() if path.stem != "prefixes"]
        for group in [names] if every else [[name] for name in names]:
            yield Break(", ".join(group), files=dict.fromkeys(group))

    return breaks


_reworded = in_copy(lambda lines: [*lines[:-1], _other_letter(lines[-1])])
_CLAIMS = "kb/claims/"
FILE_WAYS: Mapping[str, tuple[tuple[str, str, Breaker], ...]] = {
    "file": (
        ("larger than the gate lets in", "FC901", in_file(_CLAIMS, lambda text: text + "#" + "x" * 5_000_001)),
        ("a literal of 100,001 characters", "FC901", in_file(_CLAIMS, _insert(f'rdfs:comment "{"x" * 100_001}"@en'))),
        ("not UTF-8", "FC902", in_file(_CLAIMS, lambda text: text.encode().replace(b"@en", b"\xff@en", 1))),
        ("a NUL character", "FC902", in_file(_CLAIMS, lambda text: text + "\x00")),
        ("a text direction mark", "FC902", in_file(_CLAIMS, _swap("@prefix", "# \u202e\n@prefix"))),
        ("a byte order mark", "FC902", in_file(_CLAIMS, lambda text: "\ufeff" + text)),
        ("cut in the middle", "FC903", in_file(_CLAIMS, lambda text: text[: len(text) // 2])),
        ("a full stop missing", "FC903", in_file(_CLAIMS, _swap("    .\n", ""))),
        ("a quotation mark missing", "FC903", in_file(_CLAIMS, _swap('"@en', "@en"))),
        ("a merge conflict", "FC903", in_file(_CLAIMS, lambda text: "<<<<<<< HEAD\n" + text)),
        ("a prefix that is not declared", "FC903", in_file(_CLAIMS, _swap("@prefix fc:", "@prefix fcc:"))),
        ("a relative IRI", "FC904", in_file(_CLAIMS, _insert("rdfs:seeAlso <mayor>"))),
        ("a base IRI", "FC904", in_file(_CLAIMS, lambda text: "@base <https://example.org/> .\n" + text)),
        ("a script as an IRI", "FC904", in_file(_CLAIMS, _insert("rdfs:seeAlso <javascript:alert(1)>"))),
        ("a file as an IRI", "FC904", in_file(_CLAIMS, _insert("rdfs:seeAlso <file:///etc/hosts>"))),
        ("a term misspelt", "FC905", in_file(_CLAIMS, _swap("fc:asserts", "fc:assert"))),
        ("a class misspelt", "FC905", in_file(_CLAIMS, _swap("a fc:Citation", "a fc:Citaton"))),
        ("yes as a boolean", "FC906", in_file(_CLAIMS, _insert(f'fc:whenComputed "yes"^^<{XSD.boolean}>'))),
        ("a month 13", "FC906", in_file("corpus/", _insert(f'dcterms:issued "2019-13-01"^^<{XSD.date}>'))),
        ("a decimal comma", "FC906", in_file(_CLAIMS, _comma)),
        ("a datatype that is not used here", "FC906", in_file(_CLAIMS, _insert('rdfs:comment "x"^^<urn:type>'))),
        ("a blank node", "FC907", in_file(_CLAIMS, _insert("rdfs:seeAlso [ a fc:Claim ]"))),
        ("a labelled blank node", "FC907", in_file(_CLAIMS, lambda text: text + "\n_:x a fc:Claim .\n")),
        ("a triple twice", "(the graph is the same; kb fmt --check sees it)", in_file(_CLAIMS, _twice)),
        ("Windows line ends", "(the graph is the same; kb fmt --check sees it)", in_file(_CLAIMS, _windows)),
        ("citations under another name space", "(an IRI is what its base says)", in_file(_CLAIMS, _elsewhere)),
        ("claims emptied", f"{EXIT_4} FC135 FC971", in_file(_CLAIMS, lambda _: b"")),
        ("claims gone", f"{EXIT_4} FC135 FC971", _without(_CLAIMS)),
        ("a record gone", f"{EXIT_4} FC301", _without("corpus/")),
        ("the entities gone", "FC207 FC333", _without("kb/entities")),
        ("the questions gone", "FC211", _without("kb/questions")),
        ("the vocabulary gone", f"{EXIT_4} FC205 FC905", _without("kb/vocabulary")),
    ),
    "local copy": (
        ("a letter changed in cited words", "FC921", _reworded),
        ("a letter changed", "FC922", in_copy(lambda lines: [_other_letter(lines[0]), *lines[1:]])),
        ("a paragraph above", "FC921", in_copy(lambda lines: ["Something new.", *lines])),
        ("the first paragraph gone", "FC921", in_copy(lambda lines: lines[1:])),
        ("the last paragraph gone", "FC921", in_copy(lambda lines: lines[:-1])),
        ("two paragraphs swapped", "FC921", in_copy(lambda lines: [*lines[1::-1], *lines[2:]])),
        ("two paragraphs joined", "FC921", in_copy(lambda lines: [" ".join(lines[:2]), *lines[2:]])),
        ("a paragraph more at the end", "FC923", in_copy(lambda lines: [*lines, "Something new."])),
        ("quotation marks made straight", "FC922", in_copy(_straight)),
        ("another text", "FC921", in_copy(lambda _: ["Quite another text.", "It says other things."])),
        ("spaces at the ends of lines", "FC923", in_copy(lambda lines: [f"{line}  " for line in lines])),
    ),
    "waiver": (
        ("that has ended", "FC962", _waived()),
        ("without an end in sight", "FC963", _waived(expires="2099-01-31")),
        ("whose end is no date", "FC964", _waived(expires='"soon"')),
        ("without a reason", "FC964", _waived(reason=" ")),
        ("for a file that the gate refuses", "FC964", _waived(rule="FC903")),
        ("for a floor", "FC964", _waived(rule="FC971")),
        ("not TOML", "FC964", _written("waivers.toml", "[[waiver\n")),
    ),
    "floor": (
        ("a paragraph that is covered no more", "FC971", _floors("paragraphs-covered = 1.0", _uncovered)),
        ("a citation that is exact no more", "FC972", _floors("citations-exact = 1.0", _reworded)),
        ("fewer claims with two origins", "FC973", _floors("claims-with-two-origins = 1000")),
        ("in words", "FC974", _floors('paragraphs-covered = "all"')),
        ("of a share above 1", "FC974", _floors("paragraphs-covered = 100")),
        ("misspelt", "FC974", _floors("paragraphs-coverd = 1.0")),
        ("not TOML", "FC974", _floors("paragraphs-covered")),
        ("lowered", "(a person lowers a floor, with a reason)", _floors("paragraphs-covered = 0.1")),
    ),
    "rule file": (
        ("a constraint misspelt", "FC951", _rule(sh_minCount=None, sh_mincount="1")),
        ("a constraint that is not run", "FC951", _rule(sh_js="fcs:Script")),
        ("no message", "FC952", _rule(sh_message=None)),
        ("no code", "FC953", _rule(fc_code=None)),
        ("no help", "FC954", _rule(fc_help=None)),
        ("no target", "FC955", _rule(sh_targetClass=None)),
        ("switched off", "FC956", _rule(sh_deactivated="true")),
        ("the code of another rule", "FC957", _rule(fc_code='"FC001"')),
        ("a pattern that cannot be read", "FC958", _rule(sh_pattern='"("')),
        ("aimed at what no base has", EXIT_4, _rule(sh_targetClass="fcs:MutantNothing")),
        ("no Turtle", f"{EXIT_4} FC903", _written("shapes/mutant.ttl", "@prefix")),
        ("all gone", EXIT_4, _shapes_gone(every=True)),
        ("gone", "(which rules a base keeps is its own choice; the report counts them)", _shapes_gone(every=False)),
    ),
}
"""Part to name, rules (or in brackets why none can notice) and breaks."""
