"""Runs every check over a knowledge base and collects the findings."""
