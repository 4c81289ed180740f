"""The fold of all facts that decisions need. Pure memory."""
