"""Rules about what is watched of the hosts."""
