"""The validation report as a page and in its data formats."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response, render_template

import kb
from webapp.endpoint.documents import DATA, SUFFIXES, THINGS, by_accept, send, serialised
from webapp.endpoint.media import Media, content_type
from webapp.site.site import Download, Site, site

blueprint = Blueprint("report", __name__)

REPORT_JSON = Media("report", ("application/json",), "json", "JSON")


@blueprint.get("/report")
@blueprint.get(f"/report{DATA}")
def report(suffix: str = "") -> Response:
    """The validation report; as data, SHACL's report, and as plain JSON that of `kb check --format json`."""
    here = site()
    media, media_type = SUFFIXES[suffix] if suffix else by_accept(THINGS, page=True)
    if media is not None:
        media = REPORT_JSON if media_type in REPORT_JSON.types else media
        return send(_report(here, media), media, "factcite-report", media_type)
    found = here.report()
    focus = {finding.focus: here.names.link(finding.focus) for finding in found.findings if finding.focus}
    response = Response(render_template("report.html", report=found, focus=focus, names=here.names))
    response.vary.add("Accept")
    return response


@blueprint.get("/report.txt")
def report_text() -> Response:
    """The validation report as the command prints it."""
    return Response(kb.REPORT_FORMATS["text"](site().report()), content_type=content_type("text/plain"))


def _report(here: Site, media: Media) -> Download:
    if media is REPORT_JSON:
        return Download.of(kb.REPORT_FORMATS["json"](here.report()).encode())
    turtle = kb.REPORT_FORMATS["turtle"](here.report()).encode()
    if media.name == "turtle":
        return Download.of(turtle)
    quads = kb.label_canonically(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    return serialised((quad.triple for quad in quads), media, here.names.prefixes, source="the report")
