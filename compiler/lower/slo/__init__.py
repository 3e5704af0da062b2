"""SLOs: a promise becomes its series, its burn rates, its alerts."""
