"""`opsrun install`: a folder that `opsc compile` wrote becomes what stands on one host.

`compiled` reads the folder, `layout` decides what goes where, `survey` compares that with the host,
`carry_out` changes the host, `activation` and `missing` say what else there is to do.
"""
