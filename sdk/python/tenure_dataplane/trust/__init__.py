"""Who is believed: key sets from one root key on, and what heartbeats state. No I/O."""
