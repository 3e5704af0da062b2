"""Rules about what is asked how it is."""
