-- Undo of 0020_reconcile.
DROP TABLE "reconciliations";
-- Forced, the owner would see no row.
ALTER TABLE "operations" NO FORCE ROW LEVEL SECURITY;
DELETE FROM "operations" WHERE "tenant" = '00000000-0000-0000-0000-000000000000';
ALTER TABLE "operations" FORCE ROW LEVEL SECURITY;
ALTER TABLE "operations" ADD CONSTRAINT "operations_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;
