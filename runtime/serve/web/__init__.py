"""What listens: an application on Starlette and uvicorn, in a process of its own.

`serving` begins it, `protocol` and `guard` keep off what nobody asked for, `application` answers;
`posted` reads what Alertmanager posts, `parts` says how opsrun itself is, `clerk` asks the journal.
"""
