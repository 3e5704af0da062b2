"""Rules about where metrics come from."""
