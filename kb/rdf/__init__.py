"""RDF: strict Turtle with positions and canonical form, graphs, datatypes, names, lists and blank nodes."""
