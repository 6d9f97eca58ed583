"""The SPARQL endpoint and the data of the site: protocol, documents, descriptions, negotiation."""
