"""What the host does: psutil is asked every few seconds, samples, states and metrics leave.

Rooms: `sample` (the values), `probe` (asking, once), `processes` (finding those that are watched),
`collector` (asking again and again, and remembering), `handover` (what the next one is left),
`judge` (thresholds, pure), `exposition` (metrics, pure). Nothing here waits for the machine: shares
are those of the time between two samples.
"""
