"""The parts of `docker.prune`: what the engine has, and what of it is to go."""
