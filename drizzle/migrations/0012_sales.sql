CREATE TABLE "product_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant" uuid NOT NULL,
	"product" text NOT NULL,
	"state" text NOT NULL,
	"limits" jsonb NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"answered_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "product_requests" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "trials" (
	"tenant" uuid PRIMARY KEY NOT NULL,
	"operation" uuid NOT NULL,
	"provisioned_by" uuid NOT NULL,
	"state" text NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "trials" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "usage" (
	"tenant" uuid NOT NULL,
	"product" text NOT NULL,
	"limit_name" text NOT NULL,
	"used" bigint NOT NULL,
	"reported_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "usage_tenant_product_limit_name_pk" PRIMARY KEY("tenant","product","limit_name")
);
--> statement-breakpoint
ALTER TABLE "usage" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "product_requests" ADD CONSTRAINT "product_requests_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trials" ADD CONSTRAINT "trials_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage" ADD CONSTRAINT "usage_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "product_requests_pending" ON "product_requests" USING btree ("tenant","product") WHERE "product_requests"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "product_requests_by_tenant" ON "product_requests" USING btree ("tenant","requested_at","id");--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "product_requests" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("product_requests"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("product_requests"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "product_requests" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("product_requests"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("product_requests"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "product_requests" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "trials" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("trials"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("trials"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "trials" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("trials"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("trials"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "trials" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "usage" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("usage"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("usage"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "usage" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("usage"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("usage"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "usage" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);