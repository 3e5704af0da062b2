"""Rules about the text of a spec, and what its entries name."""
