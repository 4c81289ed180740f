-- What drizzle-kit cannot write: first rows, FORCE ROW LEVEL SECURITY, and least grants per role.

-- First rows come before FORCE, which binds the owner too.
INSERT INTO "tenant_heads" ("tenant", "seq", "hash")
VALUES ('00000000-0000-0000-0000-000000000000', 0, decode(repeat('00', 32), 'hex'));
INSERT INTO "log_head" ("only", "next_index", "fence") VALUES (true, 0, 0);
INSERT INTO "shard_heads" ("shard", "position", "hash")
SELECT shard, 0, decode(repeat('00', 32), 'hex') FROM generate_series(0, 255) AS shard;

ALTER TABLE "audit" FORCE ROW LEVEL SECURITY;
ALTER TABLE "catalog" FORCE ROW LEVEL SECURITY;
ALTER TABLE "commits" FORCE ROW LEVEL SECURITY;
ALTER TABLE "entitlements" FORCE ROW LEVEL SECURITY;
ALTER TABLE "facts" FORCE ROW LEVEL SECURITY;
ALTER TABLE "memberships" FORCE ROW LEVEL SECURITY;
ALTER TABLE "operations" FORCE ROW LEVEL SECURITY;
ALTER TABLE "outbox" FORCE ROW LEVEL SECURITY;
ALTER TABLE "secrets" FORCE ROW LEVEL SECURITY;
ALTER TABLE "tenant_heads" FORCE ROW LEVEL SECURITY;
ALTER TABLE "tenants" FORCE ROW LEVEL SECURITY;

-- API: accepts requests and reads one tenant at a time. No outbox, no facts.
GRANT SELECT, INSERT ON "tenants", "operations", "idempotency_keys" TO "tenure_api";
GRANT INSERT ON "tenant_heads" TO "tenure_api";
GRANT SELECT ON "memberships", "entitlements", "catalog" TO "tenure_api";
GRANT SELECT, INSERT ON "secrets" TO "tenure_api";

-- Worker: commits of the operation's tenant. It adds to the outbox and never reads it.
GRANT SELECT, UPDATE ON "tenants", "tenant_heads" TO "tenure_worker";
GRANT SELECT, UPDATE ("state", "reason", "steps", "holds_lock", "ended_at")
  ON "operations" TO "tenure_worker";
GRANT SELECT, INSERT, UPDATE ON "memberships", "entitlements" TO "tenure_worker";
GRANT SELECT, INSERT, UPDATE, DELETE ON "catalog", "secrets" TO "tenure_worker";
GRANT SELECT, INSERT ON "commits" TO "tenure_worker";
GRANT INSERT ON "outbox", "audit" TO "tenure_worker";
GRANT USAGE ON SEQUENCE "outbox_id_seq", "audit_id_seq" TO "tenure_worker";

-- Operator: reads all tenants; marks an operation as started.
GRANT SELECT ON "tenants", "operations", "memberships", "entitlements", "catalog", "audit"
  TO "tenure_operator";
GRANT SELECT ON "facts", "shard_heads", "log_head" TO "tenure_operator";
GRANT UPDATE ("state") ON "operations" TO "tenure_operator";

-- Sequencer: fact tables only.
GRANT SELECT, DELETE ON "outbox" TO "tenure_sequencer";
GRANT SELECT, INSERT ON "facts" TO "tenure_sequencer";
GRANT SELECT, UPDATE ON "shard_heads", "log_head" TO "tenure_sequencer";
