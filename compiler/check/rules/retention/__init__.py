"""Rules about what is deleted."""
