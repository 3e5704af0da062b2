"""What an artifact is, and the writers that emitters share."""
