"""opsrun: runs the jobs of a compiled plan. Never imports the compiler."""

DISTRIBUTION = "opsc"
"""Whose package this is: other distributions bring packages named `compiler` and `runtime` too."""

VERSION = "0.1.0"
"""Version of opsrun, the same as the compiler's."""
