"""How everything stands: a plan, what its journal says and the time enter, a page leaves.

Rooms: `reading` (the journal → a `View`, and the details of the jobs that are shown), `dues` (when
each job was and is due), `job`, `health` and `status` (deciding, pure), `choice` (which jobs a page
shows), `plain` (the same as JSON), `words`, `pictures` and `html` (the same as a page).
"""
