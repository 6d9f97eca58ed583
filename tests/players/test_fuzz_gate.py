"""The gate and the positions against rdflib's parser, over Turtle of every kind (tests/players/fuzz_gate.py): a few
hundred cases each time, thousands by `python -m tests.players.fuzz_gate`."""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from kb.rdf.document import Document
from kb.rdf.positions import Positions, read_positions
from kb.rdf.turtle import read_turtle
from tests.players import fuzz_gate
from tests.players.fuzz_gate import KINDS, LAXER, OTHERWISE, Case, classify, examine, faults, make, run, see
from tests.support.turtle_writer import BASE, written

HEAD = "@prefix e: <urn:e:> .\n"


def case(text: str) -> Case:
    """A case of one's own."""
    return Case("damaged", text.encode())


# --- the fuzz ------------------------------------------------------------------------------------------------


def test_three_hundred_cases_show_nothing_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = run(7, range(300))
    assert outcome.faults == ()
    assert outcome.compared > 80 and set(outcome.kinds) == set(KINDS)
    with capsys.disabled():
        print(f"\ncases of seed 7 compared: {outcome.compared} of {sum(outcome.kinds.values())}, all as known")


def test_the_same_seed_makes_the_same_cases() -> None:
    assert [make(3, number, fuzz_gate.W3C) for number in range(40)] == [
        make(3, number, fuzz_gate.W3C) for number in range(40)
    ]
    assert make(3, 1, fuzz_gate.W3C) != make(4, 1, fuzz_gate.W3C)


def test_the_writer_uses_the_whole_grammar() -> None:
    texts = [written(random.Random(seed)).text for seed in range(200)]
    for piece in ("@prefix", "PREFIX", '"""', "'''", "^^", "@en", "_:", "[", "(", ";", ",", "\\u", "\r\n", "#", " a "):
        assert any(piece in text for text in texts), piece


def test_the_command_says_what_it_saw(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert fuzz_gate.main(["--cases", "12", "--seed", "5", "--w3c", str(tmp_path / "nowhere")]) == 0
    printed = capsys.readouterr().out
    assert "seed 5, 12 cases" in printed and "wrong: 0" in printed and "NO W3C CASES" in printed


def test_a_run_that_compares_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = fuzz_gate.Outcome(Counter({"both refuse": 3}), Counter({"noise": 3}), ())
    monkeypatch.setattr(fuzz_gate, "run", lambda *_: nothing)
    assert fuzz_gate.main(["--cases", "3"]) == 4


# --- a case that ends the process, or never ends ---------------------------------------------------------------


class _Broken(fuzz_gate._Child):
    """A process whose second case ends it: by a signal, by an exception, or by saying nothing more."""

    end = ""

    def __init__(self, seed: int, numbers: object, folder: Path) -> None:
        super().__init__(seed, list(numbers), folder)  # type: ignore[call-overload]
        self.words = [sys.executable, "-c", _PROGRAM.replace("END", self.end)]


_PROGRAM = """
import os, signal, sys, time
for line in sys.stdin:
    if line.strip() == "1":
        END
    print('[%s, "noise", "both refuse", []]' % line.strip(), flush=True)
"""


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "the process ended with -11"),
        ("raise KeyError('lost')", "KeyError: 'lost'"),
        ("time.sleep(60)", "said nothing for"),
    ],
)
def test_a_case_that_ends_the_process_is_named_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, end: str, words: str
) -> None:
    monkeypatch.setattr(_Broken, "end", end)
    monkeypatch.setattr(fuzz_gate, "_Child", _Broken)
    monkeypatch.setattr(fuzz_gate, "PATIENCE", 2.0)
    outcome = run(1, range(4))
    ((number, fault),) = outcome.faults
    assert number == 1 and words in fault
    assert outcome.classes == {"both refuse": 3, "ended the process": 1}


# --- the judge can tell ------------------------------------------------------------------------------------------


def test_a_gate_that_misreads_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = written(random.Random(1))
    sound = Case("valid", answer.text.encode(), answer)
    assert examine(sound)[1] == ()

    def shorter(data: bytes, **named: object) -> Document:
        document = read_turtle(data, **named)  # type: ignore[arg-type]
        return Document(document.source, document.data, document.triples[1:], document.prefixes)

    monkeypatch.setattr(fuzz_gate, "read_turtle", shorter)
    assert any("other triples than were written" in fault for fault in examine(sound)[1])
    assert examine(sound)[0].startswith("UNKNOWN")


def test_a_refusal_of_what_is_valid_is_noticed() -> None:
    answer = written(random.Random(1))
    assert any("refuses what is valid" in fault for fault in faults(see(Case("valid", b"?", answer))))


@pytest.mark.parametrize("shift", [-1, 1])
def test_positions_that_point_beside_the_token_are_noticed(monkeypatch: pytest.MonkeyPatch, shift: int) -> None:
    def beside(text: str, base: str | None = None) -> Positions:
        found = read_positions(text, base).triples
        return Positions(
            tuple(
                type(x)(
                    *(x.subject, x.predicate, x.object, x.at_subject, x.at_predicate),
                    type(x.at_object)(x.at_object.start + shift, x.at_object.end),
                    *(x.owner, x.via),
                )
                for x in found
            )
        )

    text = HEAD + "e:a e:b e:cc , 12 , 'text'@en , <urn:x> ."
    assert tuple(faults(see(case(text)))) == ()
    monkeypatch.setattr(fuzz_gate, "read_positions", beside)
    assert len([fault for fault in faults(see(case(text))) if "is pointed at" in fault]) == 4


# --- where rdflib differs ----------------------------------------------------------------------------------------

DIFFERS = {
    "white space of any kind": "e:a e:b e:c\u00a0.",
    "names of any letters": "e:a e:b e:x\u2190 .",
    "brackets in brackets": "e:a e:b " + "(" * 101 + ")" * 101 + " .",
    "language and datatype": "e:a e:b 'x'@en^^e:c .",
    "Notation3": "e:a^e:b e:c e:d .",
    "a term alone": "e:a .",
    "escapes that are none": r"e:a e:b '\uWXYZ' .",
    "four quotes at the end": 'e:a e:b """x"""" .',
    "IRIs that are none": "@prefix f: <urn:x y> . e:a e:b e:c .",
    "keywords of Notation3": "e:a @a e:b .",
    "names that begin with a sign": "e:a e:b e:-c .",
    "declarations of any spelling": "@prefix f:g: <urn:f:> . e:a e:b e:c .",
    "space inside a literal": "e:a e:b 'x' @en , 'y' # what\n ^^ e:c .",
    "numbers written anew": "e:a e:b 007 , +1.50 .",
    "carriage returns": "e:a e:b '''x\ry''' .",
    "references against a base": "<?q> e:b <../../x> .",
    "a directive without a space": "@prefixé: <urn:x> . é:a é:b é:c .",
    "name that ends in an escaped dot": r"e:a e:b e:c\. .",
    "several of these": r"e:a e:b e:c\. , 'x' @en , +1 .",
}
"""A case of each difference."""


@pytest.mark.parametrize("name", DIFFERS)
def test_each_known_difference_is_one(name: str) -> None:
    found = classify(see(case(HEAD + DIFFERS[name])))
    assert found.partition(": ")[2] == name


def test_every_known_difference_has_a_case_and_a_reason() -> None:
    known: tuple[fuzz_gate.Laxer | fuzz_gate.Otherwise, ...] = (*LAXER, *OTHERWISE)
    assert {each.name for each in known} == set(DIFFERS) - {"several of these"}
    assert all(re.search(r"section|limit|Notation3|RFC", each.reason) for each in known)


def test_what_nobody_has_checked_facts_is_unknown() -> None:
    seen = see(case(HEAD + "e:a e:b e:c ."))
    assert classify(seen) == "both read the same"
    more = (*(seen.other or ()), ox.Triple(ox.NamedNode(BASE), ox.NamedNode("urn:p"), ox.Literal("x")))
    assert classify(fuzz_gate.Seen(seen.case, seen.document, "", more, "")).startswith("UNKNOWN only the gate []")
    assert classify(fuzz_gate.Seen(seen.case, None, "it is Tuesday", more, "")).startswith("UNKNOWN rdflib reads")
    assert classify(fuzz_gate.Seen(seen.case, seen.document, "", None, "no")).startswith("UNKNOWN rdflib refuses")
