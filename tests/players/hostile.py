"""Everything that is known to hurt an endpoint, thrown at a running server, one after another.

    python -m tests.players.hostile                 # a table: what came back, after how long, how large the server is
    python -m tests.players.hostile --limit 10      # with another time limit than 2 seconds

The server is `kb serve` over an invented base, with little time and memory for a question. After each attack it has to
answer a plain question; a listener waits for calls that it must not make. Exit 1 where an answer is not as wanted,
comes later than the limit and half a second, the server has died or grown, or somebody was called.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.support.listening import listening
from tests.support.serving import PATIENCE, free_port
from tests.support.web_base import NAMES, make, served

LIMIT = 2.0
GRACE = 0.5
GROWTH_MB = 16
"""What a second round of attacks may add to the memory of the server."""
MEMORY_MB = 300
BROKEN = 0
TRAP = "TRAP"
"""Stands for the address of the listener."""
SPARQL = {"Content-Type": "application/sparql-query"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PAGE = {"Accept": "text/html"}


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers and body; the seconds it took."""

    status: int
    headers: str
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """Headers and body."""
        return self.headers + self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Attack:
    """One request that is meant badly.

    Attributes:
        row: what it belongs to.
        name: what it is.
        wanted: statuses that are right; `BROKEN` for an answer that breaks off.
        never: what the answer may not hold; `header`: what its headers may not hold.
        holds: what it has to hold.
    """

    row: str
    name: str
    wanted: frozenset[int]
    method: str = "GET"
    path: str = "/sparql"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    never: tuple[str, ...] = ()
    header: str = "X-Evil"
    holds: str = ""

    def problem(self, answer: Answer) -> str:
        """What is wrong with the answer; empty where nothing is."""
        if answer.status not in self.wanted:
            return f"{answer.status}, not {' or '.join(map(str, sorted(self.wanted)))}"
        found = [text for text in self.never if text in answer.text] or [self.header] * (self.header in answer.headers)
        if found:
            return f"{found[0]!r} is in the answer"
        return "" if self.holds in answer.text else f"{self.holds!r} is not in the answer"


# --- questions -------------------------------------------------------------------------------------------

ONE = "?s ?p ?o"
CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"


def doubling(times: int) -> str:
    """A string that is doubled so many times."""
    steps = "".join(f" BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(times))
    return f'SELECT (STRLEN(?x{times}) AS ?n) {{ BIND("ab" AS ?x0){steps} }}'


def nested(before: str, inside: str, after: str, times: int = 5_000) -> str:
    """A group with something in it, so many times."""
    return f"SELECT * {{ {before * times}{inside}{after * times} }}"


QUESTIONS: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("SERVICE", "an address", f"SELECT * {{ SERVICE <{TRAP}> {{ {ONE} }} }}", (400,)),
    ("SERVICE", "inside EXISTS", f"SELECT * {{ FILTER EXISTS {{ SERVICE <{TRAP}> {{ {ONE} }} }} }}", (400,)),
    ("SERVICE", "SILENT", f"SELECT * {{ SERVICE SILENT <{TRAP}> {{ {ONE} }} }}", (400,)),
    ("SERVICE", "a variable", f"SELECT * {{ VALUES ?g {{ <{TRAP}> }} sErViCe ?g {{ {ONE} }} }}", (400,)),
    ("SERVICE", "in a subquery", f"SELECT * {{ {{ SELECT * {{ SERVICE <{TRAP}> {{ {ONE} }} }} }} }}", (400,)),
    ("SERVICE", "behind a comment", f"SELECT * {{ # '\n SERVICE <{TRAP}> {{ {ONE} }} # '\n }}", (400,)),
    ("SERVICE", "behind a string", f"SELECT * {{ FILTER('\\'{{' = '') SERVICE <{TRAP}> {{ {ONE} }} }}", (400,)),
    ("SERVICE", "with an escape", f"SELECT * {{ \\u0053ERVICE <{TRAP}> {{ {ONE} }} }}", (400,)),
    ("SERVICE", "behind a comparison", f"ASK {{ FILTER(1<2&&''!='>') SERVICE <{TRAP}> {{ {ONE} }} # '\n}}", (400,)),
    ("SERVICE", "in a CONSTRUCT", f"CONSTRUCT {{ {ONE} }} WHERE {{ SERVICE <{TRAP}> {{ {ONE} }} }}", (400,)),
    ("FROM", "http", f"SELECT * FROM <{TRAP}> {{ {ONE} }}", (400,)),
    ("FROM", "NAMED http", f"SELECT * FROM NAMED <{TRAP}> {{ GRAPH ?g {{ {ONE} }} }}", (400,)),
    ("FROM", "a file", f"SELECT * FROM <file:///etc/passwd> {{ {ONE} }}", (400,)),
    ("FROM", "a relative file", f"SELECT * FROM <pyproject.toml> {{ {ONE} }}", (400,)),
    ("FROM", "relative to a file", f"BASE <file:///etc/x> SELECT * FROM <passwd> {{ {ONE} }}", (400,)),
    ("FROM", "a prefixed name", f"PREFIX x: <{TRAP}> SELECT * FROM x:y {{ {ONE} }}", (400,)),
    ("update", "LOAD http", f"LOAD <{TRAP}>", (400,)),
    ("update", "LOAD a file", "LOAD <file:///etc/passwd> INTO GRAPH <urn:x>", (400,)),
    ("update", "INSERT", "INSERT DATA { <urn:a> <urn:b> <urn:c> }", (400,)),
    ("update", "DELETE", f"DELETE WHERE {{ {ONE} }}", (400,)),
    ("update", "behind a query", "ASK {} ; CLEAR ALL", (400,)),
    ("cross product", "COUNT", f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}", (503,)),
    ("cross product", "ORDER BY", f"SELECT * {{ {CROSS} }} ORDER BY ?c ?f ?i ?l", (503,)),
    ("cross product", "DISTINCT", f"SELECT DISTINCT ?a ?d ?g ?j {{ {CROSS} }}", (503, BROKEN)),
    ("cross product", "GROUP BY", f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {CROSS} }} GROUP BY ?a", (503,)),
    ("paths", "any length", "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b }", (200, 503)),
    ("paths", "any length, both ways", "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|!^<urn:x>)+ ?b }", (200, 503)),
    ("paths", "twice", "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b . ?c (!<urn:y>)* ?d }", (200, 503)),
    ("paths", "1,000 steps", f"ASK {{ ?a {'/'.join(['<urn:x>'] * 1_000)} ?b }}", (400,)),
    ("paths", "390 steps", f"ASK {{ ?a {'/'.join(['<urn:x>'] * 390)} ?b }}", (200, 503)),
    ("regex", "catastrophic", f'ASK {{ FILTER(REGEX("{"a" * 5_000}b", "^(a+)+$")) }}', (200,)),
    ("regex", "REPLACE", f'SELECT (REPLACE("{"a" * 5_000}b", "(a*)*c", "x") AS ?x) {{}}', (200, 503)),
    ("regex", "large counts", 'ASK { FILTER(REGEX("a", "((a{1000}){1000}){1000}")) }', (200, 400)),
    ("doubling", "30 times", doubling(30), (503,)),
    ("doubling", "without end", doubling(150), (503,)),
    ("nesting", "( in an expression", nested("FILTER(" + "(", "1", ")" * 2, 1).replace("((", "(" * 5_000), (400,)),
    ("nesting", "{", nested("{", ONE, "}"), (400,)),
    ("nesting", "OPTIONAL", nested("OPTIONAL {", ONE, "}"), (400,)),
    ("nesting", "UNION", nested("{ ?s ?p ?o } UNION ", "{}", ""), (400,)),
    ("nesting", "BIND", "SELECT * {" + " BIND(1 AS ?x)" * 5_000 + "}", (400,)),
    ("nesting", "!", f"ASK {{ FILTER({'!' * 5_000}true) }}", (400,)),
    ("nesting", "+", f"ASK {{ FILTER({'1+' * 5_000}1) }}", (400,)),
    ("nesting", "-", f"ASK {{ FILTER({'- ' * 5_000}1) }}", (400,)),
    ("nesting", "||", f"ASK {{ FILTER({'true||' * 5_000}true) }}", (400,)),
    ("nesting", "&&", f"ASK {{ FILTER({'true&&' * 5_000}true) }}", (400,)),
    ("nesting", "path groups", f"ASK {{ ?a {'(' * 5_000}<urn:x>{')' * 5_000} ?b }}", (400,)),
    ("nesting", "path stars", f"ASK {{ ?a <urn:x>{'*' * 5_000} ?b }}", (400,)),
    ("nesting", "path inverses", f"ASK {{ ?a {'^' * 5_000}<urn:x> ?b }}", (400,)),
    ("nesting", "collections", f"ASK {{ {'(' * 5_000}1{')' * 5_000} ?p ?o }}", (400,)),
    ("nesting", "500 collections", f"ASK {{ {'(' * 500}1{')' * 500} ?p ?o }}", (400,)),
    ("nesting", "40 collections", f"ASK {{ {'(' * 40}1{')' * 40} ?p ?o }}", (200, 503)),
    ("nesting", "[ ]", f"ASK {{ {'[ ?p ' * 5_000}1{']' * 5_000} ?p ?o }}", (400,)),
    ("nesting", "1,000 [ ]", f"ASK {{ {'[ ?p ' * 1_000}1{']' * 1_000} ?p ?o }}", (400,)),
    ("nesting", "triple terms", f"ASK {{ ?s ?p {'<<( ?s ?p ' * 5_000}1{' )>>' * 5_000} }}", (400,)),
    ("nesting", "EXISTS", nested("FILTER EXISTS {", ONE, "}"), (400,)),
    ("nesting", "MINUS", nested("MINUS {", ONE, "}"), (400,)),
    ("nesting", "GRAPH", nested("GRAPH ?g {", ONE, "}"), (400,)),
    ("nesting", "subqueries", nested("{ SELECT * {", ONE, "} }", 2_000), (400,)),
    ("nesting", "IF", f"ASK {{ FILTER({'IF(true,' * 5_000}1{',1)' * 5_000}) }}", (400,)),
    ("nesting", "brackets that never close", "SELECT * " + "{" * 50_000, (400,)),
    ("nesting", "12 OPTIONALs in one another", nested("OPTIONAL { ?s ?p ?o ", "", "}", 12), (200, 503)),
    ("many", "5,000 OPTIONALs", "SELECT * {" + " OPTIONAL { ?s ?p ?o }" * 4_000 + "}", (400,)),
    ("many", "190 OPTIONALs", "SELECT * {" + " OPTIONAL { ?s ?p ?o }" * 190 + "} LIMIT 1", (200, 400, 503)),
    ("many", "4,000 patterns", "ASK {" + "".join(f" ?a{n} ?b{n} ?c{n} ." for n in range(4_000)) + "}", (200, 400, 503)),
    (
        "many",
        "1,000 patterns in a row",
        "ASK {" + "".join(f" ?a{n} ?p ?a{n + 1} ." for n in range(1_000)) + "}",
        (200, 400, 503),
    ),
    (
        "many",
        "1,000 patterns of one thing",
        "ASK {" + "".join(f" ?a <urn:{n}> ?b{n} ." for n in range(1_000)) + "}",
        (200, 400, 503),
    ),
    ("many", "100,000 VALUES", "SELECT * { VALUES ?x {" + " 1" * 100_000 + "} }", (400,)),
    ("many", "19,000 VALUES", "SELECT * { VALUES ?x {" + " 1" * 19_000 + "} }", (200,)),
    ("large", "a literal of 1 MB", f'SELECT ("{"a" * 1_000_000}" AS ?x) {{}}', (400,)),
    ("large", "a literal of 90 kB", f'SELECT ("{"a" * 90_000}" AS ?x) {{}}', (200,)),
    ("large", "an integer of 300,000 digits", f"SELECT ({'9' * 300_000} AS ?x) {{}}", (400,)),
    ("large", "an integer of 90,000 digits", f"SELECT ({'9' * 90_000} + 1 AS ?x) {{}}", (200, 400)),
    (
        "large",
        "a year of ten digits",
        'SELECT (YEAR("1000000000-01-01T00:00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>) AS ?x) {}',
        (200,),
    ),
    (
        "large",
        "a repeated answer",
        "SELECT * { VALUES ?a {" + " 1" * 4_000 + "} VALUES ?b {" + " 1" * 4_000 + "} }",
        (200, 503, BROKEN),
    ),
    ("text", "NUL and control characters", "ASK { ?s ?p '\x00\x01\x7f' }", (200, 400)),
    ("text", "half a surrogate", "ASK { ?s ?p '\\uD800' }", (400,)),
    ("text", "nothing but underscores", "_" * 99_000, (400,)),
    ("text", "words and dots", "a." * 49_500, (400,)),
    ("text", "escaped quotes that never close", '"' + '\\"' * 49_500, (400,)),
    ("text", "quotes of two sorts that never close", "'\"\\" * 33_000, (400,)),
    ("text", "nothing but a quote", '"' * 50_001, (400,)),
    ("text", "a comment without end", "#" * 99_000, (400,)),
)
EVIL_CELL = 'SELECT (IRI("javascript:alert(1)") AS ?x) ("<script>alert(2)</script>" AS ?y) {}'
EVIL_TYPE = 'SELECT (STRDT("x", IRI("http://example.org/\\u0022onclick=alert(3)")) AS ?x) {}'
FORMULA = 'SELECT ("=HYPERLINK(1)" AS ?x) ("+1" AS ?y) ("@a" AS ?z) {}'
MILLION = 1_000_000


def page(sparql: str) -> str:
    """The address of the page with an answer."""
    return "/?" + urlencode({"query": sparql})


def data(sparql: str, **more: str) -> str:
    """The address of an answer."""
    return "/sparql?" + urlencode({"query": sparql, **more})


def requests() -> Iterator[Attack]:
    """Attacks that are no questions."""
    ok, no, missing = frozenset({200}), frozenset({400}), frozenset({404})
    for name in ("default-graph-uri", "named-graph-uri"):
        yield Attack("FROM", f"{name}, http", ok, path=data("SELECT * { ?s ?p ?o }", **{name: TRAP}))
        path = data("SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", **{name: "file:///etc/passwd"})
        yield Attack("FROM", f"{name}, a file", ok, path=path, never=("root:",))
    yield Attack("update", "in a form", no, "POST", headers=FORM, body="update=CLEAR+ALL")
    update = {"Content-Type": "application/sparql-update"}
    yield Attack("update", "as a body", frozenset({415}), "POST", headers=update, body="CLEAR ALL")
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        yield Attack("update", f"{method} of a graph", frozenset({405}), method, "/graph?default", body="<a> <b> <c> .")
    turtle, linked = {"Content-Type": "text/turtle"}, {"Content-Type": "application/ld+json"}
    yield Attack("upload", "nested Turtle", frozenset({415}), "POST", headers=turtle, body="(" * 50_000 + ")" * 50_000)
    body = '{"urn:x":' * 5_000 + "1" + "}" * 5_000
    yield Attack("upload", "nested JSON-LD", frozenset({415}), "POST", headers=linked, body=body)
    yield Attack("upload", "nested JSON-LD as a graph", frozenset({405}), "PUT", "/graph?default", linked, body)
    for name, path in (
        ("format", data("ASK {}", format="json\r\nX-Evil: 1")),
        ("a variable", data("SELECT * WHERE { VALUES ?x { 1 } }", **{"$x": "a\r\nX-Evil: 1"})),
        ("an IRI", "/resource?" + urlencode({"iri": f"{NAMES}claim/pier-damaged\r\nX-Evil: 1"})),
        ("a path", "/claim/pier-damaged%0d%0aX-Evil:%201"),
        ("a redirect", "/kb/graph/x%0d%0aX-Evil:%201"),
        ("a query on a page", page("ASK {}\r\nX-Evil: 1")),
    ):
        wanted = frozenset({200, 400, 404, 406})
        yield Attack("header injection", name, wanted, path=path)
    triple = "<<(<a:><a:>" * 60_000 + "<a:>" + ")>>" * 60_000
    form = urlencode({"query": "ASK WHERE {}", "$x": triple}, safe="<>():")
    yield Attack("nesting", "triple terms in a value", ok, "POST", headers=FORM, body=form)
    for path in (data("ASK WHERE {}", **{"$x": "http://["}), "/claims?about=http://%5B"):
        yield Attack("text", f"no IRI in {path}", ok, path=path)
    yield Attack("header injection", "NUL in a path", frozenset({400, 404}), path="/claim/%00")
    for name, headers in (
        ("Host", {"Host": "evil.example"}),
        ("Host with our name", {"Host": "127.0.0.1.evil.example"}),
    ):
        yield Attack("Host", name, no, path="/", headers=headers, never=("evil.example",))
    for name in ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"):
        value = "host=evil.example" if name == "Forwarded" else "evil.example"
        yield Attack("Host", name, ok, path=page("ASK {}"), headers={name: value, **PAGE}, never=("evil.example",))
    for target in ("//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"):
        path = "/resource?" + urlencode({"iri": target})
        yield Attack("redirect", target, missing, path=path, header="Location")
    yield Attack("redirect", "a path of two slashes", missing, path="//evil.example/%2e%2e", header="Location")
    for path in (
        "/static/../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%5c..%5c..%5cetc%5cpasswd",
        "/static/%252e%252e%252f%252e%252e%252fetc%252fpasswd",
        "/static//etc/passwd",
        "/kb/graph/../../../../etc/passwd",
        "/article/..%2f..%2f..%2fetc%2fpasswd",
        "/claim/a%2Fb%23c",
    ):
        yield Attack("traversal", path, frozenset({308, 400, 404}), path=path, never=("root:",))
    huge = frozenset({413})
    yield Attack("large", "a form of 3 MB", huge, "POST", headers=FORM, body="query=" + "a" * 3 * MILLION)
    yield Attack("large", "a question of 3 MB", huge, "POST", headers=SPARQL, body="#" * 3 * MILLION)
    yield Attack("large", "a body of 30 MB", huge, "POST", headers=SPARQL, body="#" * 30 * MILLION)
    yield Attack(
        "large", "a form of 100,000 fields", frozenset({400, 413}), "POST", headers=FORM, body="a=1&" * 100_000
    )
    wanted = frozenset({400, 414, 431})
    yield Attack("large", "an address of 300 kB", wanted, path="/?query=" + "a" * 300_000)
    yield Attack("large", "a header of 300 kB", wanted, headers={"X-Long": "a" * 300_000})
    yield Attack(
        "large", "Accept with 5,000 types", ok, path=data("ASK {}"), headers={"Accept": "*/*, " + "a/b," * 5_000}
    )
    never = ('href="javascript:', "<script>alert", 'onclick="', '"onclick=')
    yield Attack("cells", "javascript: and markup", ok, path=page(EVIL_CELL), headers=PAGE, never=never)
    wanted = frozenset({200, 400})
    yield Attack("cells", "a datatype that breaks out", wanted, path=page(EVIL_TYPE), headers=PAGE, never=never)
    text = "claim:a " + "a-" * 45_000
    yield Attack("cells", "a name that never ends", ok, path=page(f'SELECT ("{text}" AS ?x) {{}}'), headers=PAGE)
    for path in ("/entity/hostile", "/claim/repair-lasts-five-years", "/article/dari", "/search?q=evil"):
        never = ("\u202e", "\x07", "<script>document", '" onmouseover=')
        yield Attack("cells", f"control characters on {path}", ok, path=path, headers=PAGE, never=never)
    yield Attack(
        "spreadsheet", "CSV of the standard", ok, path=data(FORMULA, format="csv"), holds="=HYPERLINK(1),+1,@a"
    )
    path = data(FORMULA, format="csv-safe")
    yield Attack("spreadsheet", "CSV for spreadsheets", ok, path=path, holds="'=HYPERLINK(1)", never=(",+1", ",@a"))


def attacks() -> tuple[Attack, ...]:
    """All of them, in one order."""
    questions = (
        Attack(row, name, frozenset(wanted), "POST", "/sparql", SPARQL, sparql, never=("root:",))
        for row, name, sparql, wanted in QUESTIONS
    )
    return (*questions, *requests())


# --- the server ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """A server to attack.

    Attributes:
        port: where it listens on loopback.
        process: the program.
        trap: an address that it must not call.
        calls: who called it.
    """

    port: int
    process: subprocess.Popen[str]
    trap: str
    calls: list[object]

    def send(self, attack: Attack) -> Answer:
        """The answer to an attack."""
        headers = {"Host": f"127.0.0.1:{self.port}", **attack.headers}
        path = attack.path.replace(TRAP, quote(self.trap, safe=""))
        body = attack.body.replace(TRAP, self.trap).encode("utf-8", "surrogatepass")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        started = time.monotonic()
        try:
            connection.putrequest(attack.method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body or attack.method != "GET":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may refuse before it has read all
                connection.send(body)
            return _read(connection, started)
        finally:
            connection.close()

    def is_well(self) -> bool:
        """Whether it lives, and answers a plain question; it is asked again while the machine is too busy for that."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            asked = f"ASK {{ ?s ?p ?o }} # {time.monotonic_ns()}"  # nobody has asked this before
            answer = self.send(Attack("", "", frozenset({200}), path=data(asked)))
            if answer.status != 503 or time.monotonic() > deadline:
                return answer.status == 200 and json.loads(answer.body) == {"head": {}, "boolean": True}
        return False

    def megabytes(self) -> float:
        """Memory that the server's own process holds; 0 where the system does not say."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        except OSError:
            return 0.0
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def _read(connection: http.client.HTTPConnection, started: float) -> Answer:
    try:
        response = connection.getresponse()
        headers, status = str(response.headers), response.status
        body = response.read()
    except (http.client.HTTPException, ConnectionError) as error:
        return Answer(BROKEN, "", str(error).encode(), time.monotonic() - started)
    return Answer(status, headers, body, time.monotonic() - started)


@contextmanager
def target(limit: float = LIMIT) -> Iterator[Target]:
    """A server of its own over an invented base, and a listener that nobody may call."""
    with tempfile.TemporaryDirectory() as folder, listening() as (trap, calls):
        home, port = make(Path(folder)), free_port()
        words = ("--home", str(home), "--port", str(port))
        with served(*words, TIMEOUT_SECONDS=limit, MEMORY_MB=MEMORY_MB, WORKERS=1) as process:
            assert process.stdout is not None
            assert process.stdout.readline(), "it starts"
            yield Target(port, process, trap, calls)


# --- the command -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What an attack has led to: what is wrong, empty for nothing; the answer; the size of the server after it."""

    attack: Attack
    problem: str
    answer: Answer
    megabytes: float


def run(server: Target, each: Attack) -> Result:
    """One attack, and a look at the server after it."""
    answer = server.send(each)
    problem = each.problem(answer)
    if not server.is_well():
        problem = f"the server is not well after it; {problem}"
    if server.calls:
        problem = f"it called {server.trap}; {problem}"
    return Result(each, problem, answer, server.megabytes())


def report(results: Sequence[Result], limit: float) -> tuple[str, bool]:
    """The table, and whether every attack went well."""
    lines, well = [], True
    for each in results:
        late = "" if each.answer.seconds <= limit + GRACE else f"later than {limit + GRACE:g} s"
        said = "; ".join(filter(None, (each.problem, late)))
        well = well and not said
        figures = f"{each.answer.status:4} {each.answer.seconds:6.2f} s {each.megabytes:6.0f} MB"
        lines.append(f"{figures}  {each.attack.row}: {each.attack.name}  {said}".rstrip())
    slowest = max(each.answer.seconds for each in results)
    lines.append(f"{len(results)} attacks; the slowest answer took {slowest:.2f} s, with a limit of {limit:g} s")
    return "\n".join(lines), well


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every attack twice and print the second table; 0 where all is well."""
    parser = argparse.ArgumentParser(description="Attack a server of ours in every known way.")
    parser.add_argument("--limit", type=float, default=LIMIT, metavar="SECONDS", help="time limit of a question (2)")
    options = parser.parse_args(arguments)
    with target(options.limit) as server:
        sizes = [server.megabytes() if server.is_well() else 0.0]
        for _ in range(2):
            results = [run(server, each) for each in attacks()]
            sizes.append(results[-1].megabytes)
    said, well = report(results, options.limit)
    print(said)
    print("memory of the server: {:.0f} MB at first, {:.0f} MB after a round, {:.0f} MB after another".format(*sizes))
    return not (well and sizes[2] - sizes[1] <= GROWTH_MB)


if __name__ == "__main__":
    sys.exit(main())
