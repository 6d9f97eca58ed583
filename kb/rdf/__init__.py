"""RDF as text and as terms: reading Turtle strictly, where things stand in it, writing it canonically."""
