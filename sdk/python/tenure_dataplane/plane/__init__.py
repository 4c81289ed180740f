"""The data plane: files, transports and timers around readers and index."""
