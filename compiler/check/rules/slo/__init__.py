"""Rules about service-level objectives."""
