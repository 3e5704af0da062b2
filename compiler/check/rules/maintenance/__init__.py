"""Rules about windows in which notices wait."""
