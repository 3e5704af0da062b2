"""Who is told how a run ended: notices of the journal enter, messages leave through channels.

Rooms: `message` (the words), `smtp`, `slack`, `pagerduty`, `webhook` (one way each to say them),
`channels` (which way is whose), `deliver` (the pass over what is due).
"""
