"""What `data.expire` deletes, a module per kind of place."""
