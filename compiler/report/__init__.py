"""Findings and the texts they speak of become reports: for people, for programs, for GitHub."""
