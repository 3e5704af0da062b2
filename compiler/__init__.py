"""opsc: compiles one YAML spec of a service into everything that operates it."""

DISTRIBUTION = "opsc"
"""Whose package this is: other distributions bring packages named `compiler` and `runtime` too."""

VERSION = "0.1.0"
"""Version of opsc; a constant, because looking it up costs four interpreter starts."""
