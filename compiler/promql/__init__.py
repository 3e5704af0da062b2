"""PromQL: reading queries, the places inside them, and what each version knows."""
