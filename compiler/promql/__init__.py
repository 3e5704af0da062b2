"""Queries: text becomes a checked tree, with the places of what is wrong; and alert templates."""
