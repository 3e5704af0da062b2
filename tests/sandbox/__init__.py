"""Run a job under the restrictions of its compiled unit where no systemd runs.

A unit's text enters; its settings are carried out with the kernel's own means (mount, network and
user namespaces, routing by user, capabilities, seccomp), as systemd does it, and the job's end
leaves. A setting that this cannot carry out stands in `unit.BEYOND`; an unknown one is an error.
"""
