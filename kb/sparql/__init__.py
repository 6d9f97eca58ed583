"""SPARQL: what is refused, the engine, saved queries, results, and the counts made with them."""
