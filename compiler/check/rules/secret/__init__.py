"""Rules about secrets in a spec, and where servers can read them."""
