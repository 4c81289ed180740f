-- Undo of 0006_state_grants.
REVOKE ALL ON "state_nodes" FROM "tenure_operator", "tenure_sequencer";
