"""What a spec can say: one file per section, and how a located tree becomes a `Spec`."""
