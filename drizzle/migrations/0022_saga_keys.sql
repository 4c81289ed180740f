CREATE TABLE "saga_keys" (
	"tenant" uuid PRIMARY KEY NOT NULL,
	"sealed" "bytea",
	"made_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"condemned_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "saga_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "tenure_sequencer_by_operation" ON "operations" AS PERMISSIVE FOR SELECT TO "tenure_sequencer" USING ("operations"."id" = nullif(current_setting('app.operation', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "saga_keys" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("saga_keys"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("saga_keys"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "saga_keys" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("saga_keys"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("saga_keys"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "saga_keys" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_sequencer_by_tenant" ON "saga_keys" AS PERMISSIVE FOR ALL TO "tenure_sequencer" USING ("saga_keys"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("saga_keys"."tenant" = current_setting('app.tenant')::uuid);