ALTER TABLE "saga_keys" FORCE ROW LEVEL SECURITY;
-- Least grants per role. Whoever tells Temporal something seals it by the tenant's key (the API as
-- an operator); only an operator's sweep destroys one.
GRANT SELECT, INSERT ON "saga_keys" TO "tenure_worker", "tenure_sequencer";
GRANT SELECT, INSERT, UPDATE ON "saga_keys" TO "tenure_operator";
GRANT UPDATE ("condemned_at") ON "saga_keys" TO "tenure_worker";
-- By whose key: never what was asked.
GRANT SELECT ("id", "tenant") ON "operations" TO "tenure_sequencer";
