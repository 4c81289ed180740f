-- Undo of 0007_state_grants.
REVOKE ALL ON "state_nodes" FROM "tenure_operator", "tenure_sequencer";
