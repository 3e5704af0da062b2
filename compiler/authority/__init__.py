"""The impure judge: runs promtool, amtool and systemd-analyze on artifacts that were written."""
