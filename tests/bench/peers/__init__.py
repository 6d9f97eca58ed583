"""Endpoints of other makes, as short as their makers show them. Run by the bench with a Python of their own."""
