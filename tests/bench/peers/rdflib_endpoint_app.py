"""rdflib-endpoint, under uvicorn, as its documentation shows it.

usage: python rdflib_endpoint_app.py DATA.nt PORT
"""

from __future__ import annotations

import sys

import rdflib
import uvicorn
from rdflib_endpoint import SparqlEndpoint

if __name__ == "__main__":
    graph = rdflib.Graph().parse(sys.argv[1], format="nt")
    app = SparqlEndpoint(graph=graph, path="/sparql", enable_update=False)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
