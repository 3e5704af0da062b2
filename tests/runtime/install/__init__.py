"""`opsrun install`, on folders that stand for a host's root."""
