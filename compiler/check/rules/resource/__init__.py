"""Rules about what jobs and checks act on."""
