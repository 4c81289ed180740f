-- Undo of 0023_saga_keys_grants.
ALTER TABLE "saga_keys" NO FORCE ROW LEVEL SECURITY;
REVOKE ALL ON "saga_keys" FROM "tenure_worker", "tenure_sequencer", "tenure_operator";
REVOKE SELECT ("id", "tenant") ON "operations" FROM "tenure_sequencer";
