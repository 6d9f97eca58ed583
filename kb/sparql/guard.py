"""One SPARQL question, one answer; what is refused, and why; the questions that are kept as files.

The text of a question is read by a tokenizer before any parser sees it, because a deeply nested one kills
the process that parses it (no exception, a crash), and because SERVICE would call out. The engine never fetches for
FROM; a graph that is not in the base is refused all the same, so that nobody takes an empty answer for one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urljoin

import pyoxigraph as ox

from kb.errors import InputError, QueryRefused, UsageError
from kb.files import read_bytes
from kb.home import Home
from kb.rdf.datatypes import problem as lexical_problem
from kb.vocab import PREFIXES, XSD

Value: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


# --- what is refused -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a question may cost before it is parsed.

    Attributes:
        chars: code points of the text.
        depth: nested brackets of any kind.
        tokens: words and marks in all.
        patterns: OPTIONAL, UNION, BIND, FILTER, MINUS, GRAPH and VALUES together.
        operators: signs of expressions and paths (`!`, `|`, `/`, `^`, `+`, `*`, `-`, `&`, `=`) together.
        brackets: opening brackets in all.
    """

    chars: int = 100_000
    depth: int = 50
    tokens: int = 20_000
    patterns: int = 200
    operators: int = 400
    brackets: int = 1_000


LIMITS = QueryLimits()

_LOCAL = (  # one character of the last part of a name: PN_CHARS, and what may stand between them
    r"(?:[\w.:%\u00b7\u0300-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
    r"\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff-]|\\.)"
)
_TOKEN = re.compile(
    rf"""(?P<space>\s+|\#[^\n\r]*)
    |(?P<string>\"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"{{3}}|'{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
        |\"(?:[^\"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<iri><[^<>\"{{}}|^`\\\x00-\x20]*>)
    |(?P<variable>[?$]\w+)
    |(?P<run>[^\W\d][\w.-]*(?P<local>:{_LOCAL}*)?)
    |(?P<name>:{_LOCAL}*)
    |(?P<word>@[^\W\d_][\w-]*)
    |(?P<number>[0-9.]+(?:[eE][+-]?[0-9]+)?)
    |(?P<open>[({{\[])
    |(?P<close>[)}}\]])
    |(?P<operator>[!|/^+*=&-])
    |(?P<other>\"(?:[^\"\\\n\r]|\\.)*|'(?:[^'\\\n\r]|\\.)*|.)""",
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(r"(?P<word>[^\W\d_][\w-]*)|(?P<number>[0-9.]+(?:[eE][0-9]+)?)|(?P<operator>-)|(?P<other>.)")
"""What a run of letters, digits, dots and hyphens is made of where no colon makes it a name."""
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})
_PATTERNS = frozenset({"OPTIONAL", "UNION", "BIND", "FILTER", "MINUS", "GRAPH", "VALUES", "EXISTS"})


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str
    start: int


def refuse(
    text: str,
    *,
    graphs: Sequence[str] | None = None,
    prefixes: Mapping[str, str] | None = None,
    limits: QueryLimits = LIMITS,
) -> None:
    """Refuse a question that may not be asked; answer nothing when it may.

    Args:
        text: a SPARQL 1.1 query.
        graphs: IRIs of the graphs that FROM may name; None skips that test.
        prefixes: prefixes that need no declaration; None skips the test for undeclared ones.
        limits: what it may cost.

    Raises:
        QueryRefused: with line and column.
    """
    if len(text) > limits.chars:
        raise QueryRefused(f"the question is longer than {limits.chars:,} characters", help="ask less at once")
    words = tuple(_words(text))
    _refuse_cost(text, words, limits)
    _refuse_keywords(text, words)
    declared = _declared(words)
    if graphs is not None:
        _refuse_graphs(text, words, {**PREFIXES, **declared}, frozenset(graphs))
    if prefixes is not None:
        _refuse_prefixes(text, words, prefixes.keys() | declared.keys())


def _words(text: str) -> Iterator[_Word]:
    """The words of a text, in time that grows as the text does: whatever is looked at in vain is passed over whole."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "run" and match["local"] is None:
            pieces = _PIECE.finditer(text, *match.span())
            yield from (_Word(str(piece.lastgroup), piece[0], piece.start()) for piece in pieces)
        elif match.lastgroup != "space":
            kind = "name" if match.lastgroup == "run" else str(match.lastgroup)
            yield _Word(kind, match[0], match.start())


def _refuse_cost(text: str, words: Sequence[_Word], limits: QueryLimits) -> None:
    depth = 0
    counts = {"tokens": 0, "patterns": 0, "operators": 0, "brackets": 0}
    for word in words:
        depth += {"open": 1, "close": -1}.get(word.kind, 0)
        counts["tokens"] += 1
        counts["brackets"] += word.kind == "open"
        counts["operators"] += word.kind == "operator"
        counts["patterns"] += word.kind == "word" and word.text.upper() in _PATTERNS
        if depth > limits.depth:
            raise _refused(text, word, f"brackets nest deeper than {limits.depth}", "write a flatter question")
        for name, count in counts.items():
            most = getattr(limits, name)
            if count > most:
                raise _refused(text, word, f"more than {most:,} {name}", "ask a smaller question")


def _refuse_keywords(text: str, words: Sequence[_Word]) -> None:
    hides = "SERVICE" in text.upper()
    for before, word in zip((None, *words), words, strict=False):
        if hides and word.kind == "iri" and _may_compare(word):
            help = "write a space behind the <, or the whole IRI"
            raise _refused(text, word, "this < may compare or begin an IRI, and there is SERVICE elsewhere", help)
        if word.kind != "word":
            continue
        keyword = word.text.upper()
        if keyword == "SERVICE":
            raise _refused(text, word, "SERVICE is not allowed: this base asks nobody else", "ask over this base only")
        opens = before is None or before.kind in ("close", "iri") or before.text == ";"
        if keyword in _UPDATES and opens:
            raise _refused(text, word, f"{keyword} is an update, and this base is read-only", "ask with SELECT")


def _may_compare(word: _Word) -> bool:
    """Whether what looks like an IRI may be a comparison, with a string or a comment that begins inside of it.

    The engine decides by the place where it stands: `1<2&&?x='>'` has no IRI. No comparison goes on with `x://`.
    """
    return ("'" in word.text or "#" in word.text) and not re.match(r"<[A-Za-z][A-Za-z0-9+.-]*://", word.text)


def _declared(words: Sequence[_Word]) -> dict[str, str]:
    """The prefixes that a question declares."""
    return {
        name.text[:-1]: iri.text[1:-1]
        for key, name, iri in zip(words, words[1:], words[2:], strict=False)
        if key.text.upper() == "PREFIX" and name.kind == "name" and iri.kind == "iri"
    }


def _refuse_prefixes(text: str, words: Sequence[_Word], known: Collection[str]) -> None:
    for word in words:
        prefix = word.text.partition(":")[0]
        if word.kind == "name" and prefix not in known and prefix != "_":
            raise _refused(text, word, f"the prefix {prefix}: is not declared", f"write PREFIX {prefix}: <…> above")


def _refuse_graphs(text: str, words: Sequence[_Word], prefixes: Mapping[str, str], graphs: frozenset[str]) -> None:
    for index, word in enumerate(words):
        if word.kind == "word" and word.text.upper() == "FROM":
            target = next((w for w in words[index + 1 : index + 3] if w.kind in ("iri", "name")), None)
            named = None if target is None else _resolved(target, words, prefixes)
            if target is not None and named not in graphs:
                shown = target.text
                raise _refused(text, target, f"no graph {shown} in this base, and nothing is fetched", "drop FROM")


def _resolved(target: _Word, words: Sequence[_Word], prefixes: Mapping[str, str]) -> str | None:
    """The IRI that stands behind a word, a relative one resolved against the BASE that was declared last."""
    if target.kind == "name":
        return expand(target.text, prefixes)
    base = ""
    for word, iri in pairwise(words):
        if word.text.upper() == "BASE" and iri.kind == "iri" and word.start < target.start:
            base = urljoin(base, iri.text[1:-1])
    return urljoin(base, target.text[1:-1])


def _refused(text: str, word: _Word, message: str, help: str) -> QueryRefused:
    line = text.count("\n", 0, word.start) + 1
    return QueryRefused(message, line=line, column=word.start - text.rfind("\n", 0, word.start), help=help)


# --- asking ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a question gave.

    Attributes:
        columns: variable names of a SELECT; empty otherwise.
        rows: the solutions, a term or None in each column.
        truth: of an ASK; None otherwise.
        triples: of a CONSTRUCT or DESCRIBE; None otherwise.
        truncated: whether more would have come than was allowed.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value | None, ...], ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None
    truncated: bool = False


def ask(
    store: ox.Store,
    sparql: str,
    *,
    params: Mapping[str, ox.NamedNode | ox.Literal] | None = None,
    prefixes: Mapping[str, str] = PREFIXES,
    max_rows: int = 100_000,
) -> Answer:
    """Ask one SPARQL 1.1 question of a store whose default graph is the union of its graphs.

    Args:
        params: values for variables of the question, by name without `?`.
        prefixes: prefixes that the question need not declare.
        max_rows: rows or triples kept; more sets `Answer.truncated`.

    Raises:
        QueryRefused: not SPARQL (line and column), or not allowed.
    """
    graphs = [graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]
    refuse(sparql, graphs=graphs, prefixes=prefixes)
    result = run(store, sparql, params=params, prefixes=prefixes)
    if isinstance(result, ox.QueryBoolean):
        return Answer(truth=bool(result))
    if isinstance(result, ox.QueryTriples):
        triples = tuple(triple for triple, _ in zip(result, range(max_rows + 1), strict=False))
        return Answer(triples=triples[:max_rows], truncated=len(triples) > max_rows)
    columns = tuple(variable.value for variable in result.variables)
    rows = tuple(
        tuple(row[at] for at in range(len(columns))) for row, _ in zip(result, range(max_rows + 1), strict=False)
    )
    return Answer(columns=columns, rows=rows[:max_rows], truncated=len(rows) > max_rows)


def run(
    store: ox.Store,
    sparql: str,
    *,
    params: Mapping[str, ox.NamedNode | ox.Literal] | None = None,
    prefixes: Mapping[str, str] = PREFIXES,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    base_iri: str | None = None,
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Evaluate without the tests of `refuse`, lazily; for callers that stream and limit by themselves.

    Args:
        base_iri: what relative IRIs of the question are resolved against; None refuses them.

    Raises:
        QueryRefused: not SPARQL, with line and column, or a graph or function that the engine does not know.
    """
    text = with_values(sparql, params or {})
    chosen: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(iri) for iri in default_graphs]
    try:
        return store.query(
            text,
            base_iri=base_iri,
            prefixes=dict(prefixes),
            use_default_graph_as_union=not chosen and not _names_graphs(sparql),
            default_graph=chosen or None,
            named_graphs=[ox.NamedNode(iri) for iri in named_graphs] or None,
        )
    except SyntaxError as error:
        raise _syntax(str(error)) from error
    except (ValueError, RuntimeError) as error:
        raise QueryRefused(f"the engine cannot answer: {error}", help="simplify the question") from error


def with_values(sparql: str, params: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
    """The question with its parameters written into it, as a VALUES block that opens its WHERE; no line moves.

    Raises:
        QueryRefused: there are parameters and no WHERE with a bracket to put them in.
    """
    if not params:
        return sparql
    depth, after_where = 0, False
    for word in _words(sparql):
        if word.text == "{" and depth == 0 and after_where:
            names, values = " ".join(f"?{name}" for name in params), " ".join(map(str, params.values()))
            at = word.start + 1
            return f"{sparql[:at]} VALUES ({names}) {{ ({values}) }}{sparql[at:]}"
        depth += {"open": 1, "close": -1}.get(word.kind, 0)
        after_where = after_where or (depth == 0 and word.kind == "word" and word.text.upper() == "WHERE")
    raise QueryRefused("there is no WHERE { … } to put the parameters in", help="write WHERE before the bracket")


def _names_graphs(sparql: str) -> bool:
    return any(word.kind == "word" and word.text.upper() == "FROM" for word in _words(sparql))


def _syntax(message: str) -> QueryRefused:
    match = re.match(r"(?:.*?)error at (\d+):(\d+): ?(.*)", message, re.DOTALL)
    if match is None:
        return QueryRefused(message, help="mend the SPARQL")
    said = re.sub(r"\s+", " ", match[3]).strip()
    if said.startswith("expected ") or len(said) > 120:  # the engine lists what it tried last, which misleads
        said = "it can be read up to here, not further"
    return QueryRefused(
        f"not SPARQL: {said}", line=int(match[1]), column=int(match[2]), help="mend the SPARQL at this place"
    )


# --- saved questions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a saved question: variable, `iri` `string` or `integer`, default or None, description."""

    name: str
    type: str
    default: str | None
    description: str


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question kept as a file: its name, title, description, parameters and SPARQL; what it is about, or nothing."""

    name: str
    title: str
    description: str
    params: tuple[Param, ...]
    text: str
    topic: str = ""


def saved_questions(home: Home) -> tuple[SavedQuestion, ...]:
    """Every question in `kb/queries`, by name; those of pages (`page-…`) too.

    Raises:
        InputError: a file whose head cannot be read.
    """
    return tuple(read_question(path) for path in home.question_files())


def saved_question(home: Home, name: str) -> SavedQuestion:
    """The saved question `name`, or the `.rq` file of that name.

    Raises:
        UsageError: neither; lists the names there are.
    """
    path = home.queries / f"{name}.rq"
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) and path.is_file():
        return read_question(path)
    if name.endswith(".rq") and Path(name).is_file():
        return read_question(Path(name))
    names = [found.stem for found in home.question_files() if not found.stem.startswith("page-")]
    raise UsageError(f"no saved question {name!r}, and no such .rq file", help="one of: " + ", ".join(names))


def read_question(path: Path) -> SavedQuestion:
    """Read a `.rq` file and the comments at its head.

    The head: `# title: …`, `# topic: …` if there are many, `# description: …` (may go on in further comment lines), and
    a line `# param NAME TYPE DEFAULT DESCRIPTION` for each parameter, `-` for no default.

    Raises:
        InputError: unreadable, or a parameter line that is none.
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
    return SavedQuestion(path.stem, title, description, tuple(params), text, topic)


def _param(said: str, path: Path, number: int) -> Param:
    match = re.fullmatch(r"param\s+(\w+)\s+(iri|string|integer)\s+(\S+)\s*(.*)", said)
    if match is None:
        raise InputError(
            "a parameter line that cannot be read",
            source=str(path),
            line=number,
            help="write: # param NAME iri|string|integer DEFAULT DESCRIPTION (DEFAULT - for none)",
        )
    return Param(match[1], match[2], None if match[3] == "-" else match[3], match[4])


def bind(
    question: SavedQuestion, values: Mapping[str, str], *, prefixes: Mapping[str, str] = PREFIXES
) -> dict[str, ox.NamedNode | ox.Literal]:
    """The parameters of a saved question as terms.

    Args:
        values: what the asker gave, by name; an empty value counts as not given.

    Raises:
        UsageError: an unknown parameter, one that is missing, or a value of the wrong type.
    """
    known = {param.name for param in question.params}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UsageError(
            f"{question.name} has no parameter {unknown[0]!r}",
            help="it has: " + (", ".join(sorted(known)) or "none"),
        )
    return {
        param.name: _term(question, param, values.get(param.name) or param.default, prefixes)
        for param in question.params
    }


def _term(
    question: SavedQuestion, param: Param, value: str | None, prefixes: Mapping[str, str]
) -> ox.NamedNode | ox.Literal:
    if value is None:
        raise UsageError(
            f"{question.name} needs the parameter {param.name!r}: {param.description}",
            help=f"give --param {param.name}=…",
        )
    if param.type == "string":
        return ox.Literal(value)
    if param.type == "integer":
        if lexical_problem(value, XSD.integer):
            raise UsageError(f"{param.name}: {value!r} is no integer", help="give a whole number")
        return ox.Literal(value, datatype=ox.NamedNode(XSD.integer))
    iri = expand(value, prefixes)
    if iri is None:
        raise UsageError(f"{param.name}: {value!r} is no IRI", help="write art:name, or the whole IRI")
    return ox.NamedNode(iri)


def expand(name: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI that `prefix:name`, `<iri>` or a bare http(s) or urn IRI stands for; None when there is none."""
    if name.startswith("<") and name.endswith(">"):
        name = name[1:-1]
    prefix, colon, local = name.partition(":")
    iri = prefixes[prefix] + local if colon and prefix in prefixes else name
    if not re.fullmatch(r"(https?://|urn:)[^\s<>\"{}|\\^`\x00-\x20]+", iri):
        return None
    try:
        return ox.NamedNode(iri).value
    except ValueError:  # such as `http://[`
        return None
