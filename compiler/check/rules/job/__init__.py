"""Rules about work on a schedule."""
