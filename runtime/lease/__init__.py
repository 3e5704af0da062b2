"""Leases: several hosts have the same job, and one of them runs an occurrence for all."""
