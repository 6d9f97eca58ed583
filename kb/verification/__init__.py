"""Finds the words of each citation again in a reader's own copies of the articles."""
