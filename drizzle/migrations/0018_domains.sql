CREATE TABLE "domains" (
	"tenant" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"claimed_at" timestamp (3) with time zone NOT NULL,
	"proven_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"lost_to" uuid,
	CONSTRAINT "domains_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
ALTER TABLE "domains" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "domains_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "domains_owned_name" ON "domains" USING btree ("name") WHERE "domains"."state" in ('proven', 'active', 'removing');--> statement-breakpoint
CREATE UNIQUE INDEX "domains_open_name" ON "domains" USING btree ("tenant","name") WHERE "domains"."state" in ('claimed', 'proven', 'active', 'removing');--> statement-breakpoint
CREATE INDEX "domains_by_age" ON "domains" USING btree ("tenant","claimed_at","id");--> statement-breakpoint
CREATE INDEX "domains_lost_to" ON "domains" USING btree ("lost_to") WHERE "domains"."lost_to" is not null;--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "domains" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("domains"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("domains"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "domains" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("domains"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("domains"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "domains" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_worker_owners" ON "domains" AS PERMISSIVE FOR SELECT TO "tenure_worker" USING ("domains"."state" in ('proven', 'active', 'removing', 'lost'));