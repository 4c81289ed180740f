DROP INDEX "tenants_slug_reserved";--> statement-breakpoint
DROP INDEX "tenants_host_reserved";--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "offboarding" uuid;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "archived_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "holds_slug" boolean DEFAULT true NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_slug_reserved" ON "tenants" USING btree ("slug") WHERE "tenants"."state" <> 'failed' and "tenants"."holds_slug";--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_host_reserved" ON "tenants" USING btree ("host") WHERE "tenants"."state" <> 'failed' and "tenants"."holds_slug";