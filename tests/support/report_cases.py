"""Reports made by hand for the tests of the writers: an ordinary one, a hostile one, a very long one."""

from __future__ import annotations

from kb.finding import BLANK, CitationsChecked, Commit, Coverage, FileChecked, Finding, Report, Rule, ShapeChecked
from kb.vocab import FC, PREFIXES, RDF, SH, SHAPES

HOSTILE = (
    "\x1b[31mred\x9b1m ::error file=x::owned\n::warning::two\r\n##[error]three %0A%25 <script>alert(1)</script> ]]> "
    "<!-- --> &amp; &#60; | `code` ``` **bold** __under__ [link](javascript:alert(1)) ![i](http://e.example/x) "
    "http://e.example www.e.example a@e.example @somebody \u202e\u2066bidi\u2069 \u200b\ufeff\x00\x7f\ufffe\uffff "
    "{0} {{x}} \"double\" 'single' , : ; \\ \t tab 마을 🌉"
)
"""Whatever a reader could take for something else than text."""

DIGEST = "sha256:" + "0123456789abcdef" * 4


def rule(code: str, severity: str = "violation", **more: str) -> Rule:
    """A rule with everything said."""
    return Rule(
        SHAPES + more.get("name", f"Rule{code}"),
        code,
        severity,
        more.get("message", "A bridge needs a town: say which."),
        more.get("help", "ent:bridge rel:builtBy ent:town ."),
        SHAPES + "Host",
        False,
        why=more.get("why", "Nobody mends a bridge that is nobody's."),
        bad=more.get("bad", "ent:bridge a schema:Landmark ."),
        checks=("checks every schema:Landmark", "at least 1"),
        file="shapes/bridge.ttl",
        line=7,
    )


def finding(number: int, code: str = "FC101", severity: str = "violation", **more: object) -> Finding:
    """A finding with a place of its own."""
    values: dict[str, object] = {
        "message": f"Bridge {number} needs a town: say which.",
        "help": "ent:bridge rel:builtBy ent:town .",
        "focus": f"{PREFIXES['ent']}bridge-{number}",
        "path": FC.role,
        "value": f"<{FC.Headline}>",
        "file": "kb/claims/bridge.ttl",
        "line": number,
        "column": 5,
        "excerpt": ("    fc:role fc:Headline ;", "    ^^^^^^^"),
        "shape": f"{SHAPES}Rule{code}",
        "component": SH.iri + "InConstraintComponent",
        **more,
    }
    return Finding(code, severity, **values)  # type: ignore[arg-type]


def report(*findings: Finding, **more: object) -> Report:
    """A report with files, shapes, citations and circumstances."""
    values: dict[str, object] = {
        "files": (
            FileChecked("kb/claims/bridge.ttl", 12345, DIGEST, 321),
            FileChecked("shapes/bridge.ttl", 67, "sha256:" + "f" * 64, 8),
        ),
        "shapes": (
            ShapeChecked(SHAPES + "RuleFC101", "FC101", 12),
            ShapeChecked(SHAPES + "RuleFC102", "FC102", 3456),
            ShapeChecked(SHAPES + "RuleFC103", "FC103", 0),
        ),
        "citations": CitationsChecked(10, 6, 1, 3, {"no copy of old-bridge at hand": 3}),
        "claims": 9,
        "triples": 329,
        "unchecked": ("wording not compared with 1 text",),
        "exit_code": int(any(each.fails for each in findings)),
        "versions": {"python": "3.11.7", "factcite": "0.1.0", "pyshacl": "0.40.1"},
        "prefixes": PREFIXES,
        "rules": (
            rule("FC101"),
            rule("FC102", "warning"),
            rule("FC103", "info"),
        ),
        "commit": Commit("0123456789abcdef0123456789abcdef01234567", ("kb/entities.ttl",)),
        "coverage": Coverage(20, 18, 4),
        "started": "2031-02-03T04:05:06Z",
        "seconds": 1.25,
        **more,
    }
    ordered = tuple(sorted(findings, key=lambda each: each.sort_key))
    return Report(ordered, **values)  # type: ignore[arg-type]


def ordinary() -> Report:
    """A few findings of every kind."""
    return report(
        finding(3),
        finding(1, related=(("kb/entities.ttl", 8, 1), ("kb/entities.ttl", 9, 5))),
        finding(
            2,
            "FC102",
            "warning",
            value='"마을"@ko',
            column=16,
            excerpt=("    rdfs:label '마을' .", "               ^^^^"),
        ),
        finding(4, "FC103", "info"),
        finding(5, "FC102", "warning", state="known"),
        finding(6, "FC101", state="waived", reason="until the river is low (Ada Brink, 2031-05-01)"),
        Finding("FC903", "violation", "not Turtle", help="end with a full stop", file="kb/x.ttl", line=2, column=9),
        Finding("FC901", "violation", "too large", file="kb/y.ttl"),
        Finding("FC971", "violation", "fewer than before"),
        finding(7, path=f"^(<{FC.asserts}>|<{FC.denies}>)", value="", line=None, column=None, file="", excerpt=()),
        finding(8, path=f"<{FC.attribution}>/(<{RDF.rest}>*)/<{RDF.first}>", value=BLANK, reported_focus='"x"@en'),
    )


def hostile() -> Report:
    """Hostile text wherever text of a base can come."""
    iri = "https://example.org/" + "::error::%0A%25|`x`*_[a](b),:;'&"
    return report(
        finding(
            1,
            message=HOSTILE,
            help=HOSTILE,
            focus=iri,
            path=iri,
            value='"'
            + HOSTILE.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
            + '"',
            file=f"kb/{HOSTILE}.ttl",
            excerpt=(HOSTILE.replace("\n", " ").replace("\r", " "), "    ^^^^^^"),
            related=((f"kb/{HOSTILE}.ttl", 3, 4),),
            reason=HOSTILE,
            state="waived",
        ),
        finding(2, message=HOSTILE, help=HOSTILE, file=f"kb/{HOSTILE}.ttl"),
        finding(3, "FC102", "warning", message=HOSTILE, help=HOSTILE, focus=iri, file="kb/\udcff.ttl"),
        files=(FileChecked(f"kb/{HOSTILE}.ttl", 1, DIGEST, 1), FileChecked("kb/\udcff.ttl", 1, DIGEST, 1)),
        unchecked=(HOSTILE,),
        citations=CitationsChecked(1, 0, 0, 1, {HOSTILE: 1}),
        rules=(rule("FC101", message=HOSTILE, help=HOSTILE, why=HOSTILE, bad=HOSTILE), rule("FC102", "warning")),
        commit=Commit("0123456789abcdef0123456789abcdef01234567", (HOSTILE,)),
        stopped=HOSTILE,
    )


def long(count: int) -> Report:
    """Many findings: two errors for each warning and each note."""
    severities = ("violation", "violation", "warning", "info")
    codes = ("FC101", "FC101", "FC102", "FC103")
    return report(*(finding(n, codes[n % 4], severities[n % 4]) for n in range(1, count + 1)))
