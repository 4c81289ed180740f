-- The doctor keeps what it found as a worker of the tenant; it reads across tenants as an operator.
ALTER TABLE "reconciliations" FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON "reconciliations" TO "tenure_worker";
GRANT SELECT ON "reconciliations" TO "tenure_api", "tenure_operator";
