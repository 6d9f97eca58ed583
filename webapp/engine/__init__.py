"""Runs SPARQL queries in worker processes, within limits on time, memory and size."""
