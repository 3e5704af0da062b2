"""The rules, a folder a family, a module a fault."""
