-- Undo of 0003_log_grants.
REVOKE ALL ON "key_sets", "log_nodes", "log_notes" FROM "tenure_operator", "tenure_sequencer";
