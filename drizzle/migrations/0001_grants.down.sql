-- Undo of 0001_grants: the grants of the four roles, FORCE, and the first rows.
REVOKE ALL ON ALL TABLES IN SCHEMA "public"
  FROM "tenure_api", "tenure_worker", "tenure_operator", "tenure_sequencer";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA "public"
  FROM "tenure_api", "tenure_worker", "tenure_operator", "tenure_sequencer";

ALTER TABLE "audit" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "catalog" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "commits" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "entitlements" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "facts" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "memberships" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "operations" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "outbox" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "secrets" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "tenant_heads" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "tenants" NO FORCE ROW LEVEL SECURITY;

DELETE FROM "shard_heads";
DELETE FROM "log_head";
DELETE FROM "tenant_heads" WHERE "tenant" = '00000000-0000-0000-0000-000000000000';
