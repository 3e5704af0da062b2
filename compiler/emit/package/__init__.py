"""Packages: a plan, and what the other emitters made of it, become one way of bringing it out."""
