"""Flask over an rdflib graph, under waitress: the endpoint that a tutorial builds.

usage: python flask_rdflib.py DATA.nt PORT
"""

from __future__ import annotations

import sys

import rdflib
from flask import Flask, Response, request
from waitress import serve

GRAPH_TYPE, TABLE_TYPE = "text/turtle", "application/sparql-results+json"


def make(graph: rdflib.Graph) -> Flask:
    """An app over a graph."""
    app = Flask(__name__)

    @app.get("/sparql")
    def sparql() -> Response:
        result = graph.query(request.args["query"])
        if result.graph is not None:
            return Response(result.serialize(format="turtle"), content_type=GRAPH_TYPE)
        return Response(result.serialize(format="json"), content_type=TABLE_TYPE)

    return app


if __name__ == "__main__":
    loaded = rdflib.Graph().parse(sys.argv[1], format="nt")
    loaded.query("ASK {}")  # rdflib's parser has to be asked once by one thread alone
    serve(make(loaded), host="127.0.0.1", port=int(sys.argv[2]), threads=4)
