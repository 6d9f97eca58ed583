"""Coverage thresholds ("floors"): figures of a base that must not decrease.

There are three figures: the share of paragraphs that are covered (cited, or marked with the reason why they contain no
claim), the share of exact citations among those that could be checked, and the number of claims with two independent
origins. Floors are in `pyproject.toml` if it has a table for them, else in `corpus/floors.toml`:

    [tool.factcite.floors]          # in corpus/floors.toml without this line
    paragraphs-covered = 1.0
    citations-exact = 1.0
    claims-with-two-origins = 8

`kb check --raise-floors` raises them to the current figures. Only a person lowers them, for a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import InputError
from kb.files import write_atomic
from kb.finding import CitationsChecked, Coverage, Fault
from kb.home import Home
from kb.model.knowledge_base import KnowledgeBase
from kb.validation.toml import Settings, key_span, read_settings, table_span
from kb.vocab import FC, PROV

TABLE = "tool.factcite.floors"
PARAGRAPHS, CITATIONS, ORIGINS = "paragraphs-covered", "citations-exact", "claims-with-two-origins"
RULES = {PARAGRAPHS: "FC971", CITATIONS: "FC972", ORIGINS: "FC973"}
MALFORMED = "FC974"
_PARTS = 10_000
"""Shares are written in ten thousandths, rounded down, so that no floor is above the measured figure."""


@dataclass(frozen=True)
class Thresholds:
    """The floors of a base.

    Attributes:
        path: their file, which may not exist yet.
        name: its name in reports.
        table: the table's header in it; empty for the whole file.
        values: floor by key.
        settings: the file as read; None where there is none.
        errors: what is malformed.
    """

    path: Path
    name: str
    table: str = ""
    values: Mapping[str, float] | None = None
    settings: Settings | None = None
    errors: tuple[InputError, ...] = ()

    def line(self, key: str) -> int | None:
        """The line of one floor in its file."""
        return self.settings.line_of_key(key, table=self.table) if self.settings else None


def read_floors(home: Home) -> Thresholds:
    """Read the floors of a base; malformed ones are returned as errors."""
    own = Thresholds(home.corpus / "floors.toml", "corpus/floors.toml")
    project = Thresholds(home.root / "pyproject.toml", "pyproject.toml", TABLE)
    for place in (project, own):
        if not place.path.exists():
            continue
        try:
            settings = read_settings(place.path, name=place.name)
        except InputError as error:
            error.source = place.name
            return Thresholds(place.path, place.name, place.table, errors=(error,))
        content = _table(settings.content, place.table)
        if content is not None:
            errors = tuple(_wrong(settings, place.table, content))
            values = {} if errors else {key: float(str(content[key])) for key in RULES if key in content}
            return Thresholds(place.path, place.name, place.table, values, settings, errors)
    return own


def _table(content: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    inner: object = content
    for part in name.split(".") if name else ():
        inner = inner.get(part) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) else None


def _wrong(settings: Settings, table: str, content: Mapping[str, object]) -> Iterator[InputError]:
    for key, value in content.items():
        line = settings.line_of_key(key, table=table)
        if key not in RULES:
            yield settings.wrong(f"no floor is called {key!r}", line=line, help=f"there are: {', '.join(RULES)}")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            yield settings.wrong(f"{key} is not a number", line=line, help="write a number without quotes")
        elif key == ORIGINS and (not isinstance(value, int) or value < 0):
            yield settings.wrong(f"{key} must be a count", line=line, help="write a whole number, 0 or more")
        elif key != ORIGINS and not 0 <= value <= 1:
            yield settings.wrong(f"{key} must be a share", line=line, help="write a number from 0 to 1")


def measure(kb: KnowledgeBase) -> Coverage:
    """The figures of a base that have floors, except for citations."""
    graph = kb.graph
    paragraphs = frozenset(graph.instances(FC.Paragraph))
    citations = frozenset(graph.instances(FC.Citation))
    cited = {paragraph for citation, paragraph in graph.pairs(PROV.wasQuotedFrom) if citation in citations}
    silent = {paragraph for paragraph in paragraphs if graph.objects(paragraph, FC.noClaim)}
    doubly = sum(standing.origin_count > 1 for standing in kb.standings.values())
    return Coverage(len(paragraphs), len(paragraphs & (cited | silent)), doubly)


def find_below(floors: Thresholds, coverage: Coverage, citations: CitationsChecked) -> Iterator[Fault]:
    """Every figure that is below its floor."""
    checked = citations.exact + citations.failed
    reached = figures(coverage, citations)
    said = {
        PARAGRAPHS: f"{coverage.covered} of {coverage.paragraphs} paragraphs are covered",
        CITATIONS: f"{citations.exact} of {checked} citations that could be checked are exact",
        ORIGINS: f"{coverage.two_origins} claims have two independent origins",
    }
    for key, floor in (floors.values or {}).items():
        figure = reached[key]
        if figure is not None and figure < floor:
            share = "" if key == ORIGINS else f", a share of {_floor_text(key, figure)}"
            message = f"{said[key]}{share}: below the floor of {floor:.6g}"
            yield Fault(RULES[key], "", message, file=floors.name, line=floors.line(key))


def describe_unchecked(floors: Thresholds, citations: CitationsChecked) -> str:
    """Which floor could not be checked, as a sentence; empty where all were checked."""
    if CITATIONS in (floors.values or {}) and not citations.exact + citations.failed:
        return f"the floor {CITATIONS} was not checked: no citation could be checked"
    return ""


def figures(coverage: Coverage, citations: CitationsChecked) -> dict[str, float | None]:
    """The figure for each floor; None where nothing could be counted."""
    checked = citations.exact + citations.failed
    return {
        PARAGRAPHS: coverage.covered / coverage.paragraphs if coverage.paragraphs else None,
        CITATIONS: citations.exact / checked if checked else None,
        ORIGINS: coverage.two_origins,
    }


def raise_floors(home: Home, coverage: Coverage, citations: CitationsChecked) -> dict[str, str]:
    """Write every figure that is above its floor as the new floor; return these, by key, as written.

    The file is created if it does not exist. No floor is lowered.

    Raises:
        InputError: the floors are malformed, or cannot be written.
    """
    floors = read_floors(home)
    if floors.errors:
        raise floors.errors[0]
    raised: dict[str, str] = {}
    for key, figure in figures(coverage, citations).items():
        floor = (floors.values or {}).get(key, -1.0)
        if figure is not None and float(_floor_text(key, figure)) > floor:
            raised[key] = _floor_text(key, figure)
    if raised:
        text = floors.settings.data.decode("utf-8") if floors.settings else ""
        for key, value in raised.items():
            text = _set_value(text, floors.table, key, value)
        write_atomic(floors.path, text.encode("utf-8"))
    return raised


def _set_value(text: str, table: str, key: str, value: str) -> str:
    """The text with one value of a table set; nothing else changes."""
    span = key_span(text, key, table=table)
    if span is not None:
        return text[: span[0]] + value + text[span[1] :]
    start, end = table_span(text, table)
    kept = text[start:end].rstrip()
    at = start + len(kept)
    before = text[:at] + ("\n" if text[:at] and not text[:at].endswith("\n") else "")
    return f"{before}{key} = {value}\n{text[at:].removeprefix(chr(10))}"


def _floor_text(key: str, figure: float) -> str:
    """A figure as the text of a floor: a count as it is, a share rounded down."""
    return str(int(figure)) if key == ORIGINS else str(int(figure * _PARTS + 1e-9) / _PARTS)
