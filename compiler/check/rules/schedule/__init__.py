"""Rules about when jobs are due."""
