"""RDF as text and as terms: reading Turtle strictly, finding the places of terms in it, writing it canonically."""
