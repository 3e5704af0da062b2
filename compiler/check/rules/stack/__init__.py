"""Rules about what the servers' versions can do."""
