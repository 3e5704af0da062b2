"""Dashboards: what the spec and the SLOs say of them becomes plans, free of any format."""
