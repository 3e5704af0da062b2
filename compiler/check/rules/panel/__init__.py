"""Rules about dashboards: their rows, their panels, their variables."""
