"""Trials: the compiled tests of an SLO's alerts, made of courses of good and bad events."""
