-- Undo of 0024_erased_domains_grants.
REVOKE DELETE ON "domains" FROM "tenure_worker";
