"""Rules about foreign documents, of which `opsc import` makes specs."""
