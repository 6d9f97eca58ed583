"""The addresses of the site that programs use, as an OpenAPI 3.1 document.

What it says is in `openapi.json` next to this file. Only the version and the address of the site are filled in, and
what the file says once, as a component, is put at every place that refers to it, so that no reader has to look it up.
A test compares the document with the routes of the site.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for

import kb
from webapp.site.site import Download, Site, site

FILE = Path(__file__).with_name("openapi.json")

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description."""
    found = Download.of((json.dumps(description(site()), indent=2, ensure_ascii=False) + "\n").encode())
    response = Response(found.body, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(found.etag, weak=True)
    response.make_conditional(request)
    return response


def description(here: Site) -> dict[str, Any]:
    """The whole document."""
    document = here.keep_data("openapi", lambda: json.loads(FILE.read_text("utf-8")))
    return {
        "openapi": document["openapi"],
        "info": {**document["info"], "version": kb.__version__},
        "servers": [{"url": here.origin + url_for("query.home").rstrip("/")}],
        "paths": in_place(document["paths"], document["components"]),
        "components": {"schemas": document["components"]["schemas"]},
    }


def in_place(part: Any, components: Mapping[str, Mapping[str, Any]]) -> Any:
    """A part of the document, in which components stand where they were referred to; schemas stay references."""
    if isinstance(part, list):
        return [in_place(each, components) for each in part]
    if not isinstance(part, dict):
        return part
    _, _, group, name = part.get("$ref", "#/components/schemas/").split("/")
    if group != "schemas":
        return in_place(components[group][name], components)
    return {key: in_place(value, components) for key, value in part.items()}
