CREATE TABLE "reconciliations" (
	"operation" uuid PRIMARY KEY NOT NULL,
	"tenant" uuid NOT NULL,
	"repair" boolean NOT NULL,
	"findings" jsonb NOT NULL,
	"begun" uuid[] NOT NULL,
	"examined_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "reconciliations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "operations" DROP CONSTRAINT "operations_tenant_tenants_id_fk";
--> statement-breakpoint
ALTER TABLE "reconciliations" ADD CONSTRAINT "reconciliations_operation_operations_id_fk" FOREIGN KEY ("operation") REFERENCES "public"."operations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reconciliations_by_tenant" ON "reconciliations" USING btree ("tenant","examined_at");--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "reconciliations" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("reconciliations"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("reconciliations"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "reconciliations" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("reconciliations"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("reconciliations"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "reconciliations" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);