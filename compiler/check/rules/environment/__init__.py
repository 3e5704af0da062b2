"""Faults between environments."""
