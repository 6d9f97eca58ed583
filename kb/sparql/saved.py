"""Saved queries: the `.rq` files of a base, their titles, descriptions and parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kb.errors import InputError, UsageError
from kb.files import read_bytes
from kb.home import Home
from kb.rdf.curies import expand
from kb.rdf.datatypes import problem as lexical_problem
from kb.vocab import PREFIXES, XSD


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a saved query: variable, `iri` `string` or `integer`, default or None, description."""

    name: str
    type: str
    default: str | None
    description: str


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query saved as a file: name, title, description, parameters, SPARQL text, and a topic, which may be empty."""

    name: str
    title: str
    description: str
    params: tuple[Param, ...]
    text: str
    topic: str = ""


def saved_queries(home: Home) -> tuple[SavedQuery, ...]:
    """Every query in `kb/queries`, by name, including those behind pages (`page-…`).

    Raises:
        InputError: the header of a file cannot be read.
    """
    return tuple(read_query(path) for path in home.question_files())


def saved_query(home: Home, name: str) -> SavedQuery:
    """The saved query `name`, or the `.rq` file of that name.

    Raises:
        UsageError: there is no such query or file; the help lists the names.
    """
    path = home.queries / f"{name}.rq"
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) and path.is_file():
        return read_query(path)
    if name.endswith(".rq") and Path(name).is_file():
        return read_query(Path(name))
    names = [found.stem for found in home.question_files() if not found.stem.startswith("page-")]
    raise UsageError(f"no saved query {name!r}, and no such .rq file", help="one of: " + ", ".join(names))


def read_query(path: Path) -> SavedQuery:
    """Read a `.rq` file and the comments in its header.

    The header has `# title: …`, optionally `# topic: …`, `# description: …` (which may continue on more comment lines),
    and a line `# param NAME TYPE DEFAULT DESCRIPTION` for each parameter; `-` means no default.

    Raises:
        InputError: the file is unreadable, or a parameter line is invalid.
    """
    data = read_bytes(path, limit=1_000_000)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8", source=str(path), help="save the file as UTF-8") from error
    title, topic, description, params = path.stem, "", "", []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        said = line.lstrip("#").strip()
        if said.startswith("title:"):
            title = said.removeprefix("title:").strip()
        elif said.startswith("topic:"):
            topic = said.removeprefix("topic:").strip()
        elif said.startswith("param "):
            params.append(_param(said, path, number))
        else:
            description = f"{description} {said.removeprefix('description:').strip()}".strip()
    return SavedQuery(path.stem, title, description, tuple(params), text, topic)


def _param(said: str, path: Path, number: int) -> Param:
    match = re.fullmatch(r"param\s+(\w+)\s+(iri|string|integer)\s+(\S+)\s*(.*)", said)
    if match is None:
        raise InputError(
            "this parameter line cannot be read",
            source=str(path),
            line=number,
            help="write: # param NAME iri|string|integer DEFAULT DESCRIPTION (DEFAULT - for none)",
        )
    return Param(match[1], match[2], None if match[3] == "-" else match[3], match[4])


def bind(
    query: SavedQuery, values: Mapping[str, str], *, prefixes: Mapping[str, str] = PREFIXES
) -> dict[str, ox.NamedNode | ox.Literal]:
    """The parameters of a saved query as terms.

    Args:
        values: the values given, by name; an empty value counts as not given.

    Raises:
        UsageError: a parameter is unknown or missing, or a value has the wrong type.
    """
    known = {param.name for param in query.params}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UsageError(
            f"{query.name} has no parameter {unknown[0]!r}",
            help="it has: " + (", ".join(sorted(known)) or "none"),
        )
    return {
        param.name: _term(query, param, values.get(param.name) or param.default, prefixes) for param in query.params
    }


def _term(query: SavedQuery, param: Param, value: str | None, prefixes: Mapping[str, str]) -> ox.NamedNode | ox.Literal:
    if value is None:
        raise UsageError(
            f"{query.name} needs the parameter {param.name!r}: {param.description}",
            help=f"give --param {param.name}=…",
        )
    if param.type == "string":
        return ox.Literal(value)
    if param.type == "integer":
        if lexical_problem(value, XSD.integer):
            raise UsageError(f"{param.name}: {value!r} is not an integer", help="give a whole number")
        return ox.Literal(value, datatype=ox.NamedNode(XSD.integer))
    iri = expand(value, prefixes)
    if iri is None:
        raise UsageError(f"{param.name}: {value!r} is not an IRI", help="write art:name, or the whole IRI")
    return ox.NamedNode(iri)
