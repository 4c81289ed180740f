-- Undo of 0017_offboarding_grants.
REVOKE UPDATE ("holds_slug") ON "tenants" FROM "tenure_operator";
REVOKE SELECT, DELETE ON "idempotency_keys" FROM "tenure_worker";
REVOKE UPDATE ("input") ON "operations" FROM "tenure_worker";
