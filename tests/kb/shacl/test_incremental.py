"""Running the shapes again after a change gives what a full run gives: over any small graph, and over a base."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kb
from kb.model.knowledge_base import load_kb, read_files
from kb.rdf.graph import Graph
from kb.rdf.turtle import SHAPES
from kb.shacl.engine import run_shapes
from kb.shacl.incremental import IncrementalRun
from tests.support.examples import examples

HEAD, *EVERY_KIND = (Path(__file__).with_name("every-kind.ttl")).read_text("utf-8").split("\n\n")
NAMES = tuple(ox.NamedNode(f"urn:x:{name}") for name in "abcd")
CLASSES = tuple(ox.NamedNode(f"urn:x:{name}") for name in "CD")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
BELOW = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
VALUES = (*NAMES, ox.BlankNode("e"), ox.Literal("a"), ox.Literal("a", language="en"))
TRIPLES = st.one_of(
    st.builds(
        ox.Triple,
        st.sampled_from((*NAMES, ox.BlankNode("e"))),
        st.sampled_from([ox.NamedNode("urn:x:p"), ox.NamedNode("urn:x:q")]),
        st.sampled_from(VALUES),
    ),
    st.builds(ox.Triple, st.sampled_from(NAMES), st.just(TYPE), st.sampled_from(CLASSES)),
    st.builds(ox.Triple, st.sampled_from((*CLASSES, *NAMES[:1])), st.just(BELOW), st.sampled_from(CLASSES)),
)


def shapes_of(*turtle: str, message: bool = True) -> Graph:
    """Shapes written in Turtle; each with a message, as every shape of the house has one."""
    text = "\n".join((HEAD, *turtle))
    if message:
        text = re.sub(r"(?=a sh:(Node|Property)Shape)|(?<=\[ )(?=sh:path)", "sh:message 'm' ; ", text)
    return Graph.of(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))


@given(st.lists(st.lists(TRIPLES, max_size=12), min_size=2, max_size=4))
@settings(max_examples=40)
def test_over_any_graph_it_is_what_a_full_run_is(graphs: list[list[ox.Triple]]) -> None:
    every_kind = shapes_of(*EVERY_KIND)
    rerun = IncrementalRun()
    for triples in graphs:
        data = Graph.of(triples)
        assert rerun(data, every_kind) == run_shapes(data, every_kind)


@given(st.lists(st.lists(TRIPLES, max_size=12), min_size=2, max_size=3))
@settings(max_examples=10)
def test_without_messages_too_the_engine_s_own_words_apart(graphs: list[list[ox.Triple]]) -> None:
    """The engine describes blank nodes, and keeps its descriptions when the graph changes."""
    every_kind = shapes_of(*EVERY_KIND, message=False)
    rerun = IncrementalRun()
    for triples in graphs:
        data = Graph.of(triples)
        again, full = rerun(data, every_kind), run_shapes(data, every_kind)
        assert {replace(each, message="") for each in again} == {replace(each, message="") for each in full}


@pytest.mark.parametrize("shape", EVERY_KIND, ids=lambda shape: re.findall(r":S\d+", shape)[0])
def test_each_kind_of_shape_is_followed_alone(shape: str) -> None:
    """One shape at a time, so that no other shape's run can hide what this one misses."""
    shapes = shapes_of(shape)
    subjects, predicates = NAMES[:2], [ox.NamedNode("urn:x:p"), ox.NamedNode("urn:x:q")]
    types = [ox.Triple(name, TYPE, cls) for name in subjects for cls in CLASSES]
    values: tuple[ox.NamedNode | ox.Literal, ...] = (*subjects, ox.Literal("a"))
    links = [ox.Triple(s, p, o) for s in subjects for p in predicates for o in values]
    changes = [*types, *links, ox.Triple(CLASSES[1], BELOW, CLASSES[0])]
    rerun, there = IncrementalRun(), dict.fromkeys(links[:3] + types[:1])
    for change in [*changes, *reversed(changes)]:
        if change in there:
            del there[change]
        else:
            there[change] = None
        data = Graph.of(there)
        assert rerun(data, shapes) == run_shapes(data, shapes), change


def test_little_is_looked_at_again(mybase: Path) -> None:
    shapes, data = inputs(mybase)
    rerun = IncrementalRun()
    rerun(data, shapes)
    assert rerun.size.full
    label = next(t for t in data.triples if t.predicate.value == kb.RDFS.label and "claim" in str(t.subject))
    changed = Graph.of(t for t in data.triples if t != label)
    assert rerun(changed, shapes) == run_shapes(changed, shapes) != ()
    assert not rerun.size.full and 0 < rerun.size.pairs < 30
    rerun(changed, shapes)
    assert rerun.size.pairs == rerun.size.whole == 0


def test_other_shapes_are_a_full_run(mybase: Path) -> None:
    shapes, data = inputs(mybase)
    rerun = IncrementalRun()
    rerun(data, shapes)
    fewer = Graph.of(t for t in shapes.triples if t.object != ox.NamedNode(kb.FC.Claim))
    assert rerun(data, fewer) == run_shapes(data, fewer)
    assert rerun.size.full
    rerun(data, fewer)
    assert not rerun.size.full
    rerun.forget()
    rerun(data, fewer)
    assert rerun.size.full


def inputs(base: Path) -> tuple[Graph, Graph]:
    """The shapes and the data of a base."""
    home = kb.find_home(base)
    files, errors = read_files(home, home.shape_files(), SHAPES)
    assert not errors
    return Graph.of(t for file in files for t in file.document.triples), load_kb(home).graph


@given(st.data())
@examples(few=4, many=60)
def test_over_a_base_it_is_what_a_full_run_is(mybase_inputs: tuple[Graph, Graph], data: st.DataObject) -> None:
    shapes, base = mybase_inputs
    nodes = sorted({t.object for t in base.triples if isinstance(t.object, ox.NamedNode)}, key=str)
    rerun = IncrementalRun()
    rerun(base, shapes)
    there = dict.fromkeys(base.triples)
    for _ in range(3):
        for triple in data.draw(st.lists(st.sampled_from(base.triples), min_size=1, max_size=4, unique=True)):
            kind = data.draw(st.sampled_from(["drop", "turn", "add"]))
            if kind != "add":
                there.pop(triple, None)
            if kind != "drop":
                there[ox.Triple(triple.subject, triple.predicate, data.draw(st.sampled_from(nodes)))] = None
        changed = Graph.of(there)
        assert rerun(changed, shapes) == run_shapes(changed, shapes)
        assert not rerun.size.full


@pytest.fixture(scope="module")
def mybase_inputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, Graph]:
    """The shapes and the data of one fresh base for all."""
    target = tmp_path_factory.mktemp("recheck") / "mybase"
    kb.init(target, source=kb.find_home())
    return inputs(target)


def test_an_edit_changes_no_other_list(mybase: Path) -> None:
    claims = mybase / "kb/claims/mill-bridge.ttl"
    before = set(load_kb(mybase).graph.triples)
    text = claims.read_text("utf-8")
    first = text.index("fc:attribution ( ")
    claims.write_text(text[:first] + "fc:attribution ( ent:ruth-adeyemi " + text[first + 17 :], "utf-8")
    after = set(load_kb(mybase).graph.triples)
    touched = {str(t.subject) for t in before ^ after if not isinstance(t.subject, ox.BlankNode)}
    assert len(before ^ after) < 12 and len(touched) <= 1
