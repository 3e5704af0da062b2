"""A site becomes a plan: everything resolved, nothing yet in any tool's format."""
