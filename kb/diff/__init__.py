"""Compares two versions of a knowledge base: which claims gain or lose support, and why."""
