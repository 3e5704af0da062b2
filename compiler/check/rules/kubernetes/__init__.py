"""Rules about what a cluster can run."""
