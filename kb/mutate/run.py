"""Break the base, check it, restore it, and so on: what was detected, by which rule, and what was not.

The base that is broken is a small one, copied to a folder of its own: the example that `kb init` makes, or one
article of another base. Every mutant goes through `kb.check.check`, as a writer's mistake would.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kb.authoring.init import init
from kb.errors import CannotLookError, InputError, UsageError
from kb.finding import Finding
from kb.home import Home, find_home
from kb.model.knowledge_base import load_kb, read_files
from kb.mutate.damage import Cases, Witness, damage_rules
from kb.mutate.file_ways import EXIT_4
from kb.mutate.operators import Operator, operators
from kb.mutate.sample import Break, Sample
from kb.mutate.verdict import ALLOWED, CAUGHT, NO_PLACE, OTHERWISE, SURVIVED, UNSEEN, Mutation, Verdict
from kb.rdf.graph import Graph
from kb.rdf.turtle import SHAPES
from kb.shacl.engine import read_rules
from kb.shacl.incremental import IncrementalCache
from kb.validation.check import check
from kb.validation.suppressions import FILE as WAIVERS
from kb.validation.thresholds import read_floors
from kb.validation.toml import read_settings
from kb.verification.copies import find_texts


@contextmanager
def sample_home(
    source: Home | None, article: str | None = None, *, full: bool = False, texts: Iterable[Path] = ()
) -> Iterator[Home]:
    """A copy of the base to break, in a folder that is gone afterwards.

    Args:
        source: the base; None is the example that `kb init` makes.
        article: the article to keep; None keeps the one with the smallest claims file.
        full: keep every article.
        texts: folders with a reader's own copies, beside those in the base.

    Raises:
        UsageError: no such article.
        CannotLookError: the base has no claims.
    """
    with tempfile.TemporaryDirectory(prefix="kb-mutate-") as scratch:
        root = Path(scratch) / "base"
        if source is None:
            init(root, source=find_home())
        else:
            _copied(source, root, None if full else _one(source, article), texts)
            if full:
                _copy_settings(source, root)
        yield find_home(root)


def _one(source: Home, article: str | None) -> str:
    sizes = {path.stem: path.stat().st_size for path in source.claims_files()}
    if article is not None and article not in sizes:
        raise UsageError(f"no claims of {article}", help=f"one of: {', '.join(sorted(sizes)) or 'none'}")
    if not sizes:
        raise CannotLookError("no claims: there is nothing to break", source=str(source.root))
    return article or min(sizes, key=lambda slug: (sizes[slug], slug))


def _copied(source: Home, root: Path, article: str | None, texts: Iterable[Path]) -> None:
    """The data, the shapes and the texts of a base; of one article only, where one is named."""
    for path in (*source.data_files(), *source.shape_files()):
        parts = Path(source.name(path)).parts
        of_article = parts[0] == "corpus" or parts[:2] == ("kb", "claims")
        if not of_article or article in (None, path.stem):
            _copy_file(path, root.joinpath(*parts))
    copies = find_texts(load_kb(find_home(root)).graph, [source.texts, *texts]).copies
    for iri, copy in sorted(copies.items()):
        _copy_file(copy.path, root / "corpus" / "texts" / f"{iri.rpartition('/')[2]}.txt")


def _copy_settings(source: Home, root: Path) -> None:
    """The waivers and the floors, which are about the whole base."""
    floors = read_floors(source)
    for path, name in ((source.root / WAIVERS, WAIVERS), (floors.path, floors.name)):
        if path.exists():
            _copy_file(path, root / name)


def _copy_file(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


class Bench:
    """A base that is broken and restored again, with the cache of the last check."""

    def __init__(self, home: Home, day: date) -> None:
        self.home = home
        self.day = day
        self.memory = IncrementalCache()

    def sample(self) -> Sample:
        """The base as it is, checked once.

        Raises:
            CannotLookError: it cannot be checked, so that nothing could be noticed.
        """
        report = check(self.home, today=self.day, memory=self.memory)
        if report.exit_code > 1:
            raise CannotLookError(
                f"the base cannot be checked as it is: {report.stopped}", help="kb check --home DIR says what is wrong"
            )
        return Sample(load_kb(self.home), frozenset(finding.fingerprint for finding in report.findings))

    def shapes(self) -> Graph:
        """Every shape."""
        files, _ = read_files(self.home, self.home.shape_files(), SHAPES)
        return Graph.of(triple for file in files for triple in file.document.triples)

    def findings(self, files: Mapping[str, bytes | None], baseline: frozenset[str]) -> tuple[tuple[Finding, ...], int]:
        """What is found beside the baseline with these files changed, and the exit code; they are put back."""
        before = {name: self._bytes(name) for name in files}
        try:
            self._write(files)
            report = check(self.home, today=self.day, memory=self.memory)
        finally:
            self._write(before)
        new = tuple(f for f in report.findings if f.fails and f.fingerprint not in baseline)
        return new, report.exit_code

    def _path(self, name: str) -> Path:
        """A file in one of the folders, or one next to them, such as the waivers."""
        return self.home.root / name if "/" not in name else self.home.path(name)

    def _bytes(self, name: str) -> bytes | None:
        path = self._path(name)
        return path.read_bytes() if path.exists() else None

    def _write(self, files: Mapping[str, bytes | None]) -> None:
        for name, data in files.items():
            path = self._path(name)
            if data is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(data)


@dataclass(frozen=True)
class Broken:
    """What breaking the base gave: the verdicts, and a witness for each rule that noticed something."""

    verdicts: tuple[Verdict, ...]
    witnesses: tuple[Witness, ...]


def break_base(
    bench: Bench,
    sample: Sample,
    table: Sequence[Operator],
    *,
    per_operator: int = 1,
    seed: int = 0,
    tell: Callable[[str], None] = lambda step: None,
) -> Broken:
    """Every operator at some of its places.

    Args:
        bench: where the base lies.
        sample: the base as it is.
        table: the operators.
        per_operator: places for each operator.
        seed: which places; the same seed, the same places.
        tell: is told what is being done.
    """
    verdicts: list[Verdict] = []
    witnesses: dict[str, Witness] = {}
    for number, operator in enumerate(table, 1):
        tell(f"breaking the base, {number} of {len(table)}: {operator.label}")
        places = sorted(operator.breaks(sample), key=lambda place: place.where)
        chosen = random.Random(f"{seed} {operator.label}").sample(places, min(per_operator, len(places)))
        for place in chosen:
            verdict = _verdict(bench, sample, operator, place)
            verdicts.append(verdict)
            for code in set(verdict.noticed).intersection(operator.rules) if not place.files else ():
                witnesses.setdefault(code, Witness(operator.label, sample.broken(place), frozenset((code,))))
        if not places:
            verdicts.append(Verdict(operator.label, "", NO_PLACE, operator.rules))
    return Broken(tuple(verdicts), tuple(witnesses[code] for code in sorted(witnesses)))


def _verdict(bench: Bench, sample: Sample, operator: Operator, place: Break) -> Verdict:
    findings, exit_code = bench.findings(sample.files(place), sample.baseline)
    noticed = {finding.code for finding in findings} | ({EXIT_4} if exit_code == 4 else set())
    meant = noticed.intersection(operator.rules) or (noticed and operator.unseen)
    state = CAUGHT if meant else OTHERWISE if noticed else UNSEEN if operator.unseen else SURVIVED
    return Verdict(operator.label, place.where, state, operator.rules, tuple(sorted(noticed)), operator.unseen)


def mutate(
    source: Home | None = None,
    *,
    article: str | None = None,
    full: bool = False,
    texts: Iterable[Path] = (),
    per_operator: int = 1,
    seed: int = 0,
    read_cases: Callable[[Graph], Cases] | None = None,
    allowed: Mapping[str, str] | None = None,
    today: date | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Mutation:
    """Break a base and its shapes, and see what is noticed.

    Args:
        source: the base; None is the example that `kb init` makes. It is copied, never written to.
        article: break this article; None takes the smallest.
        full: break the base with all its articles.
        texts: folders with a reader's own copies.
        per_operator: places for each operator.
        seed: which places.
        read_cases: makes cases for the shapes; with them, the rules are damaged in more ways.
        allowed: label of a mutant to the reason why it may survive.
        today: the day on which waivers are judged.
        tell: is told what is being done.

    Raises:
        CannotLookError: the base cannot be checked as it is.
        UsageError: no such article.
    """
    reasons = allowed or {}
    with sample_home(source, article, full=full, texts=texts) as home:
        bench = Bench(home, today or date.today())
        sample = bench.sample()
        table = operators()
        broken = break_base(bench, sample, table, per_operator=per_operator, seed=seed, tell=tell)
        shapes = bench.shapes()
        cases = read_cases(shapes) if read_cases else None
        damage = tuple(damage_rules(shapes, read_rules(shapes), broken.witnesses, cases=cases, tell=tell))
    verdicts = tuple(excused(verdict, reasons) for verdict in (*broken.verdicts, *damage))
    needless = tuple(sorted(unused(verdicts, reasons, all_made=cases is not None)))
    return Mutation(_named(source, article, full), len(sample.graph.triples), len(table), verdicts, needless)


def unused(verdicts: Sequence[Verdict], reasons: Mapping[str, str], *, all_made: bool) -> Iterator[str]:
    """The reasons that nothing needs; where not all mutants were made, the others may be needed."""
    states: dict[str, set[str]] = {}
    for verdict in verdicts:
        states.setdefault(verdict.mutant, set()).add(verdict.state)
    for label in reasons:
        if not states.get(label, set()).intersection((ALLOWED, NO_PLACE)) and (all_made or label in states):
            yield label


def _named(source: Home | None, article: str | None, full: bool) -> str:
    if source is None:
        return "the example that kb init makes"
    kept = "every article" if full else article or "one article"
    return f"{source.root.name or 'the base'}, {kept}"


def excused(verdict: Verdict, reasons: Mapping[str, str]) -> Verdict:
    """The verdict, or that it is allowed where it fails and a reason is given."""
    if verdict.fails and verdict.mutant in reasons:
        return replace(verdict, state=ALLOWED, reason=reasons[verdict.mutant])
    return verdict


def read_allowed(path: Path) -> Mapping[str, str]:
    """The mutants that may survive, with the reason: a TOML file with `[[allowed]]`, `mutant` and `reason`.

    Raises:
        InputError: the file is missing or not so written.
    """
    listed = read_settings(path, name=str(path)).content.get("allowed", [])
    found: dict[str, str] = {}
    for entry in listed if isinstance(listed, list) else [None]:
        mutant, reason = (entry.get("mutant"), entry.get("reason")) if isinstance(entry, dict) else (None, None)
        if not (isinstance(mutant, str) and isinstance(reason, str) and reason.strip()):
            raise InputError(
                "an entry lacks a mutant or a reason", source=str(path), help="[[allowed]] mutant = … reason = …"
            )
        found[mutant] = reason
    return found
