"""Faults that only a compiled artifact shows."""
