"""Reads one thing of the base, such as a claim or an article, for the page that shows it."""
