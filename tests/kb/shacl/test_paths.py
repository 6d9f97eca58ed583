"""Property paths are read from the shapes and from their own text, and both give the same value."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.rdf.graph import Graph, key
from kb.shacl.engine import rdflib_path
from kb.shacl.paths import NO_PATH, PropertyPath, parse_path, path_text, read_path
from kb.vocab import FC, SH

A, B, C = (PropertyPath("iri", iri=f"urn:x#{name}") for name in "abc")


def shape_path(path: str) -> tuple[Graph, str]:
    """A shape with this path in Turtle, and the node of the path."""
    turtle = f"@prefix sh: <{SH.iri}> . @prefix fc: <{FC.iri}> . <urn:shape> sh:path {path} ."
    graph = Graph.of(quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    return graph, key(graph.objects("urn:shape", SH.path)[0])


def trees() -> st.SearchStrategy[PropertyPath]:
    """Every kind of path within every other."""
    one = st.sampled_from([A, B, C])
    return st.recursive(
        one,
        lambda inner: st.one_of(
            st.builds(lambda kind, part: PropertyPath(kind, (part,)), st.sampled_from("^*+?"), inner),
            st.builds(
                lambda kind, parts: PropertyPath(kind, tuple(parts)),
                st.sampled_from("|/"),
                st.lists(inner, min_size=2, max_size=3),
            ),
        ),
        max_leaves=6,
    )


@given(trees())
def test_a_path_comes_back_from_its_text_and_from_turtle(path: PropertyPath) -> None:
    assert parse_path(path.sparql()) == path
    graph, node = shape_path(path.turtle())
    assert read_path(graph.value, node) == path
    assert path_text(graph.value, node) == (path.iri or path.sparql())


@pytest.mark.parametrize(
    ("path", "text", "shown"),
    [
        (A, "<urn:x#a>", "a"),
        (PropertyPath("/", (PropertyPath("^", (A,)), B)), "(^<urn:x#a>)/<urn:x#b>", "(^a/b)"),
        (PropertyPath("*", (PropertyPath("|", (A, B)),)), "(<urn:x#a>|<urn:x#b>)*", "((a|b))*"),
        (PropertyPath("?", (PropertyPath("+", (A,)),)), "(<urn:x#a>+)?", "((a)+)?"),
    ],
)
def test_a_path_as_text(path: PropertyPath, text: str, shown: str) -> None:
    assert (path.sparql(), str(path)) == (text, shown)


def test_a_path_of_rdflib_says_the_same() -> None:
    path = PropertyPath("/", (PropertyPath("^", (A,)), PropertyPath("|", (PropertyPath("*", (B,)), C))))
    assert rdflib_path(path).n3() == "^<urn:x#a>/(<urn:x#b>*|<urn:x#c>)"


@pytest.mark.parametrize("turtle", ["[]", "[ fc:code 1 ]", "[ sh:alternativePath () ]"])
def test_a_node_that_describes_no_path_leads_nowhere(turtle: str) -> None:
    graph, node = shape_path(turtle)
    assert read_path(graph.value, node) == NO_PATH and path_text(graph.value, node) == ""


def test_a_path_that_contains_itself_ends() -> None:
    graph, node = shape_path("_:p . _:p sh:inversePath _:p")
    assert read_path(graph.value, node) == PropertyPath("^", (NO_PATH,))
