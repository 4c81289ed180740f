-- Undo of 0000_tables.
DROP TABLE "audit", "catalog", "commits", "entitlements", "facts", "idempotency_keys", "log_head",
  "memberships", "operations", "outbox", "secrets", "shard_heads", "tenant_heads", "tenants";
