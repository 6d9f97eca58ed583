"""What the pages say in each language: catalogues, the language of a request, spelling and sorting."""
