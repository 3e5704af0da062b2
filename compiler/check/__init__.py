"""Spec and plan become faults: the rules and what runs them."""
