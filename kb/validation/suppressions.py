"""Suppressions ("waivers") of single findings, each with a reason, an owner and an end date.

They are in `waivers.toml` at the root of a base:

    [[waiver]]
    rule = "FC931"
    node = "claim:town-built-bridge"
    reason = "the words are the law's own title"
    owner = "A. Brook"
    expires = 2031-01-31

A waiver ends at most `MAX_DAYS` days from now, so that no exception becomes permanent. An expired waiver has no effect
and fails the check; an unused one is a warning. Rules about files, waivers and floors cannot be waived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pyoxigraph as ox

from kb.errors import InputError
from kb.finding import UNUSED_WAIVER, Fault, Finding
from kb.home import Home
from kb.rdf.curies import expand
from kb.validation.toml import Settings, read_settings

FILE = "waivers.toml"
MAX_DAYS = 180
EXPIRED, TOO_LONG, MALFORMED = "FC962", "FC963", "FC964"
_KEYS = ("rule", "node", "reason", "owner", "expires")
_NEVER = ("FC90", "FC96", "FC97")
_EXAMPLE = 'write: rule = "FC931", node = "claim:…", reason = "…", owner = "…", expires = 2031-01-31'


@dataclass(frozen=True, slots=True)
class Suppression:
    """One waiver; `node` is an IRI, `line` the line of its header in the file, if it has one."""

    rule: str
    node: str
    reason: str
    owner: str
    expires: date
    line: int | None = None

    @property
    def words(self) -> str:
        """The reason, the owner and the end."""
        return f"{self.reason} ({self.owner}, until {self.expires.isoformat()})"


@dataclass(frozen=True)
class Suppressions:
    """The waivers of a base.

    Attributes:
        settings: the file as read; None where there is none, or where it is not TOML.
        waivers: in the order of the file.
        errors: what is malformed.
    """

    settings: Settings | None = None
    waivers: tuple[Suppression, ...] = ()
    errors: tuple[InputError, ...] = ()


def read_waivers(home: Home, prefixes: Mapping[str, str]) -> Suppressions:
    """Read the waivers of a base; malformed ones are returned as errors.

    Args:
        prefixes: for nodes that are written as compact IRIs.
    """
    path = home.root / FILE
    if not path.exists():
        return Suppressions()
    try:
        settings = read_settings(path, name=FILE)
    except InputError as error:
        error.source = FILE
        return Suppressions(errors=(error,))
    read = tuple(_read(settings, prefixes))
    errors = tuple(each for each in read if isinstance(each, InputError))
    return Suppressions(settings, tuple(each for each in read if isinstance(each, Suppression)), errors)


def _read(settings: Settings, prefixes: Mapping[str, str]) -> Iterator[Suppression | InputError]:
    listed = settings.content.get("waiver", [])
    for key in settings.content:
        if key != "waiver":
            yield settings.wrong(f"{key!r} is not a known key", line=settings.line_of_key(key), help=_EXAMPLE)
    if not isinstance(listed, list):
        yield settings.wrong(
            "waivers must be a list", line=settings.line_of_table("waiver", 0), help="write [[waiver]]"
        )
        return
    for number, table in enumerate(listed):
        line = settings.line_of_table("waiver", number)
        yield _waiver(settings, table, line, prefixes)


def _waiver(
    settings: Settings, table: object, line: int | None, prefixes: Mapping[str, str]
) -> Suppression | InputError:
    def wrong(message: str, key: str = "") -> InputError:
        at = settings.line_of_key(key, table="waiver", after=line) if key and line else None
        return settings.wrong(message, line=at or line, help=_EXAMPLE)

    if not isinstance(table, dict):
        return wrong("a waiver must be a table")
    for key in table:
        if key not in _KEYS:
            return wrong(f"a waiver has no key {key!r}", key)
    for key in _KEYS[:-1]:
        if not isinstance(table.get(key), str) or not table[key].strip():
            return wrong(f"a waiver needs {key!r}, in quotes and not empty", key)
    expires = table.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        return wrong("a waiver needs 'expires', a date without quotes", "expires")
    node = expand(table["node"], prefixes)
    if node is None:
        return wrong(f"{table['node']!r} is neither an IRI nor a name with a known prefix", "node")
    if table["rule"].startswith(_NEVER):
        return wrong(f"{table['rule']} cannot be waived: it is about files, waivers or floors", "rule")
    return Suppression(table["rule"], node, table["reason"], table["owner"], expires, line)


def apply_waivers(
    waivers: Sequence[Suppression], findings: Iterable[Finding], *, today: date, blind: tuple[str, ...] = ()
) -> tuple[tuple[Finding, ...], tuple[Fault, ...]]:
    """The findings with waived ones marked, and the problems of the waivers.

    Args:
        today: the date of the check; a waiver is valid to the end of its last day.
        blind: prefixes of the codes of rules that had nothing to check; their waivers do not count as unused.
    """
    problems: list[Fault] = []
    held: dict[tuple[str, str], Suppression] = {}
    for waiver in waivers:
        problem = _check_end(waiver, today)
        if problem:
            problems.append(problem)
        elif (waiver.rule, waiver.node) in held:
            problems.append(_fault(UNUSED_WAIVER, waiver, f"{waiver.rule} is waived twice for the same node"))
        else:
            held[waiver.rule, waiver.node] = waiver
    found = []
    used: set[tuple[str, str]] = set()
    for finding in findings:
        place = (finding.code, finding.focus)
        if place in held:
            used.add(place)
            finding = replace(finding, state="waived", reason=held[place].words)
        found.append(finding)
    for place, waiver in held.items():
        if place not in used and not waiver.rule.startswith(blind):
            problems.append(
                _fault(UNUSED_WAIVER, waiver, f"this node has no finding of {waiver.rule}: remove the waiver")
            )
    return tuple(found), tuple(problems)


def _fault(code: str, waiver: Suppression, message: str) -> Fault:
    return Fault(code, waiver.node, message, value=str(ox.Literal(waiver.rule)), file=FILE, line=waiver.line)


def _check_end(waiver: Suppression, today: date) -> Fault | None:
    if waiver.expires < today:
        return _fault(
            EXPIRED, waiver, f"{waiver.owner}'s waiver of {waiver.rule} ended on {waiver.expires.isoformat()}"
        )
    last = today + timedelta(days=MAX_DAYS)
    if waiver.expires > last:
        sentence = f"{waiver.owner}'s waiver of {waiver.rule} ends on {waiver.expires.isoformat()}"
        return _fault(TOO_LONG, waiver, f"{sentence}, later than {last.isoformat()}")
    return None
