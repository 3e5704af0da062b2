"""Plan → artifacts: one pure module or package per back end, listed in `registry`."""
