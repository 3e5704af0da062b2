"""Compiled tests of alerts: an alert's expression is driven over its threshold, and under it."""
