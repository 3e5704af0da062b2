"""The checks of `health.check`: a module a kind, with `ask(check, line) -> Answer`."""
