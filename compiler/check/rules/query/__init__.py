"""Rules about PromQL."""
