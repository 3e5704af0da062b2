"""The impure judge: runs promtool, amtool, systemd-analyze, kubectl on what was written."""
