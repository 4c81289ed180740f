-- Undo of 0016_offboarding.
DROP INDEX "tenants_slug_reserved";
DROP INDEX "tenants_host_reserved";
CREATE UNIQUE INDEX "tenants_slug_reserved" ON "tenants" USING btree ("slug") WHERE "tenants"."state" <> 'failed';
CREATE UNIQUE INDEX "tenants_host_reserved" ON "tenants" USING btree ("host") WHERE "tenants"."state" <> 'failed';
ALTER TABLE "tenants" DROP COLUMN "offboarding";
ALTER TABLE "tenants" DROP COLUMN "archived_at";
ALTER TABLE "tenants" DROP COLUMN "holds_slug";
