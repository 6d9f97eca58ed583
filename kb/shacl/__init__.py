"""SHACL: runs the shapes, describes the rules, checks the shapes themselves, and validates again after a change."""
