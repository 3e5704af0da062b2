"""Rules about what an alert tells whom."""
