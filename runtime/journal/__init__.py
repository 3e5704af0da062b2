"""The journal: what was due, what was tried, how it ended. SQLite in WAL mode, one per host.

Rooms: `schema` (the tables and their version), `store` (opening, refusing, transactions),
`record` (the values), `claims` (who may run what), `steps` (the course of an attempt),
`history` (reading), `outbox` and `messages` (who is to be told, and was), `outbox_view` (looking
into it).
"""
