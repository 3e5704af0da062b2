"""What the kinds about PostgreSQL have in common: a session, tables by name, faults in words."""
