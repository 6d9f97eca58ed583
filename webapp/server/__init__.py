"""The `kb serve` command and its process: options, reloading, shutting down."""
