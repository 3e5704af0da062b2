"""Faults that only a run of the compiled tests shows."""
