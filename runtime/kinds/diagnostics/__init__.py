"""What `diagnostics.collect` is made of: a collector a module, and what carries it to an archive.

`child` runs one collector, which writes to its `desk`; `gather` runs them all and listens;
`redaction` hides secrets; `index` says what is there; `archive` packs it.
"""
