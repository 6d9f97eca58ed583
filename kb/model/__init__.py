"""The knowledge base in memory, and what is derived from it: dates, origins, the status of each claim."""
