"""Docker: how its engine is asked, what it has, and what of it `docker.prune` lets go."""
