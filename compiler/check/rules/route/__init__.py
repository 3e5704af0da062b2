"""Rules about who is told through what."""
