"""The state machine of one shard: lines and heartbeats in, verified facts out. Pure."""
