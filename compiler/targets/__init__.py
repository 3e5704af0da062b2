"""What each target and each of its versions can say; the tables are data."""
