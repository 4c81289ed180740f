-- Least grants per role.
-- Worker: erases what may be personal in the rows of a tenant that is gone.
GRANT UPDATE ("input") ON "operations" TO "tenure_worker";
GRANT SELECT, DELETE ON "idempotency_keys" TO "tenure_worker";

-- Operator: gives on the slug of a tenant that was archived long ago, for who asks for it.
GRANT UPDATE ("holds_slug") ON "tenants" TO "tenure_operator";
