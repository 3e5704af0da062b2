"""The job kinds: a module each, with `carry_out(parameters, context) -> Result`."""
