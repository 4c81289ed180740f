"""The state tree: all live facts at one size of the log, under one hash. No I/O."""
