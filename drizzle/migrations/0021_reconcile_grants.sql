-- The doctor keeps what it found as a worker of the tenant; it reads across tenants, and facts that
-- are not signed yet, as an operator.
ALTER TABLE "reconciliations" FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON "reconciliations" TO "tenure_worker";
GRANT SELECT ON "reconciliations" TO "tenure_api", "tenure_operator";
GRANT SELECT ON "outbox" TO "tenure_operator";
