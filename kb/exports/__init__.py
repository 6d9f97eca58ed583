"""Writes the knowledge base in the formats of other tools, one module for each kind of export."""
