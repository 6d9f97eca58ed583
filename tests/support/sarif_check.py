"""What SARIF 2.1.0 demands of what we write, kept by hand from the standard (OASIS, 2020, section 3).

No package that could be found carries the standard's JSON schema, so this says of each kind of object that we use which
properties it may have, of which type, and which it must have. It is closed: a property that is not listed here is
a fault, so that nothing new is written unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def one_of(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Any, path: str) -> Iterator[str]:
        if value not in allowed:
            yield f"{path}: {value!r} is none of {allowed}"

    return check


def whole(least: int) -> Check:
    """A whole number from `least`."""

    def check(value: Any, path: str) -> Iterator[str]:
        if type(value) is not int or value < least:
            yield f"{path}: {value!r} is no whole number from {least}"

    return check


def text(pattern: str = r"[\s\S]+") -> Check:
    """A string that matches a pattern."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield f"{path}: {str(value)[:60]!r} does not match {pattern}"

    return check


def truth(value: Any, path: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield f"{path}: {value!r} is not true or false"


def many(item: Check, *, least: int = 0, unique: bool = False) -> Check:
    """An array."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list) or len(value) < least:
            yield f"{path}: no array of {least} or more"
            return
        if unique and len({repr(each) for each in value}) != len(value):
            yield f"{path}: the same twice"
        for number, each in enumerate(value):
            yield from item(each, f"{path}[{number}]")

    return check


def bag(value: Any, path: str) -> Iterator[str]:
    """A property bag: anything, but tags are strings, none twice."""
    if not isinstance(value, dict):
        yield f"{path}: no object"
    elif "tags" in value:
        yield from many(text(), unique=True)(value["tags"], f"{path}.tags")


def strings(value: Any, path: str) -> Iterator[str]:
    """An object of strings."""
    if not isinstance(value, dict):
        yield f"{path}: no object"
        return
    for key, each in value.items():
        yield from text()(each, f"{path}.{key}")


def thing(required: str, **properties: Check) -> Check:
    """An object with these properties and no others."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: no object"
            return
        yield from (f"{path}: no {name}" for name in required.split() if name not in value)
        for name, each in value.items():
            if name not in properties:
                yield f"{path}: nobody knows {name}"
            else:
                yield from properties[name](each, f"{path}.{name}")

    return check


def named(item: Check) -> Check:
    """An object from names to things of one kind."""

    def check(value: Any, path: str) -> Iterator[str]:
        for name, each in value.items():
            yield from item(each, f"{path}.{name}")

    return check


URI = text(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
TIME = text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
MESSAGE = thing("text", text=text())
MULTIFORMAT = thing("text", text=text(), markdown=text())
LEVEL = one_of("none", "note", "warning", "error")
ARTIFACT_LOCATION = thing("", uri=URI, uriBaseId=text(), index=whole(-1), description=MESSAGE)
SNIPPET = thing("", text=text(r"[\s\S]*"))
REGION = thing(
    "", startLine=whole(1), startColumn=whole(1), endLine=whole(1), endColumn=whole(1), snippet=SNIPPET, message=MESSAGE
)
PHYSICAL = thing("artifactLocation", artifactLocation=ARTIFACT_LOCATION, region=REGION, contextRegion=REGION)
LOGICAL = thing("", name=text(), fullyQualifiedName=text(), kind=text())
LOCATION = thing("", id=whole(0), physicalLocation=PHYSICAL, logicalLocations=many(LOGICAL), message=MESSAGE)
RULE = thing(
    "id",
    id=text(r"FC\d{3}"),
    name=text(),
    shortDescription=MULTIFORMAT,
    fullDescription=MULTIFORMAT,
    help=MULTIFORMAT,
    defaultConfiguration=thing("", level=LEVEL),
    properties=bag,
)
RESULT = thing(
    "message ruleId",
    ruleId=text(),
    ruleIndex=whole(0),
    level=LEVEL,
    message=MESSAGE,
    locations=many(LOCATION),
    relatedLocations=many(LOCATION, unique=True),
    partialFingerprints=strings,
    baselineState=one_of("new", "unchanged", "updated", "absent"),
    suppressions=many(thing("kind", kind=one_of("inSource", "external"), justification=text())),
)
INVOCATION = thing(
    "executionSuccessful",
    executionSuccessful=truth,
    exitCode=whole(0),
    exitCodeDescription=text(),
    startTimeUtc=TIME,
    endTimeUtc=TIME,
    toolExecutionNotifications=many(thing("message", message=MESSAGE, level=LEVEL)),
)
RUN = thing(
    "tool",
    tool=thing(
        "driver",
        driver=thing("name", name=text(), version=text(), semanticVersion=text(), rules=many(RULE, unique=True)),
    ),
    invocations=many(INVOCATION),
    originalUriBaseIds=named(ARTIFACT_LOCATION),
    artifacts=many(thing("", location=ARTIFACT_LOCATION, length=whole(-1), hashes=strings), unique=True),
    results=many(RESULT),
    columnKind=one_of("utf16CodeUnits", "unicodeCodePoints"),
    properties=bag,
)
LOG = thing("version runs", **{"$schema": URI, "version": one_of("2.1.0"), "runs": many(RUN)})


def faults(log: Mapping[str, Any]) -> list[str]:
    """What is wrong with a log, kinds and links; empty where nothing is."""
    found = list(LOG(log, "log"))
    return found if found else [fault for run in log["runs"] for fault in _links(run)]


def _links(run: Mapping[str, Any]) -> Iterator[str]:
    """Indexes point at what they name (3.27.6, 3.4.5); base ids are declared (3.4.4); ids are told apart (3.28.2)."""
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    if len({rule["id"] for rule in rules}) != len(rules):
        yield "two rules have one id"
    for result in run["results"]:
        if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
            yield f"the rule of {result['ruleId']} is elsewhere"
        places = [*result["locations"], *result.get("relatedLocations", ())]
        ids = [place["id"] for place in places if "id" in place]
        if len(set(ids)) != len(ids):
            yield "two places have one id"
        for place in places:
            location = place["physicalLocation"]["artifactLocation"]
            if location["uriBaseId"] not in run["originalUriBaseIds"]:
                yield f"{location['uriBaseId']} is declared nowhere"
            if location["uri"].startswith("/") or "\\" in location["uri"]:
                yield f"{location['uri']} is not relative"
            if "index" in location and artifacts[location["index"]]["location"]["uri"] != location["uri"]:
                yield f"the artifact of {location['uri']} is elsewhere"
            region = place["physicalLocation"].get("region", {})
            if region.get("endColumn", 10**9) < region.get("startColumn", 1):
                yield "a region ends before it begins"
