"""Compiled tests of alerts: an alert's expression is driven over its threshold, and under it."""

from compiler.lower.drive.driver import Undrivable, drive

__all__ = ["Undrivable", "drive"]
