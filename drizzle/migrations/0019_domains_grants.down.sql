-- Undo of 0019_domains_grants.
REVOKE ALL ON "domains" FROM "tenure_worker", "tenure_api", "tenure_operator";
ALTER TABLE "domains" NO FORCE ROW LEVEL SECURITY;
