"""The `kb` command: its options and its subcommands."""
