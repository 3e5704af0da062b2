"""The verbs of opsrun, a module each."""
