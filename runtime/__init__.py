"""opsrun: runs the jobs of a compiled plan. Never imports the compiler."""

DISTRIBUTION = "opsc"
"""Distribution that this package belongs to; others also ship a package named `runtime`."""

VERSION = "0.1.0"
"""Version of the distribution, as a constant: reading metadata would double the start-up."""
