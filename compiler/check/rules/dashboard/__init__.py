"""Rules about dashboards as a whole: their names, and the times that they show."""
