"""The resident process: it starts the jobs of a host, and answers who asks after them.

One process, with a single thread, decides what is due and forks another one for each run: that is
`opsrun run JOB --scheduled`, less the start. A further process, the web, listens; when it dies it
is begun again, and no job notices. What runs outlives a scheduler that is killed alone: the next
one finds it in the journal. Under its unit systemd ends with the scheduler all that it has begun:
the next one goes on with those runs, each in a new attempt.

Rooms: `steward` (the scheduler) and its parts: `ear` (what it waits for), `dispatcher` (starts what
is due), `lookback` (what passed, or was killed), `housekeeper` (chores), `keeper` (the web's life),
`lector` (reads the plan anew), `drain` (stopping). What they work with: `terms` and `station` (what
all of them stand on), `agenda` (when what is due), `crew` (processes), `tasks` (what a process
does), `dials` (what the scheduler tells the web), `listening` (addresses), `readiness` (what
systemd is told), `alone` (one of them a folder). And `web/`.
"""
