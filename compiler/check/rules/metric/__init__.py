"""Rules about the catalogue of metrics."""
