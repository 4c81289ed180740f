"""What the log says about itself: RFC 6962 tree, C2SP notes, checkpoints and tiles. No I/O."""
