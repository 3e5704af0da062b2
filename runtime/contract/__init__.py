"""The job plan: what the compiler writes and the runtime executes. Versioned."""
