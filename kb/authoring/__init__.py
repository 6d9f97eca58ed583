"""Makes and changes a knowledge base: records, citations, the canonical form, a new base."""
