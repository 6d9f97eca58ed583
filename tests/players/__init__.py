"""Programs that run outside suites, fuzzers, attacks and load against the project, and their tests."""
