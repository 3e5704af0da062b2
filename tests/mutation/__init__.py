"""Rules that are wrong on purpose: the compiled tests are to notice."""
