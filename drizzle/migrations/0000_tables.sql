CREATE TABLE "audit" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"tenant" uuid NOT NULL,
	"operation" uuid NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"target" text NOT NULL,
	"detail" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "catalog" (
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"body" jsonb NOT NULL,
	CONSTRAINT "catalog_kind_name_pk" PRIMARY KEY("kind","name")
);
--> statement-breakpoint
ALTER TABLE "catalog" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "commits" (
	"operation" uuid NOT NULL,
	"step" text NOT NULL,
	"tenant" uuid NOT NULL,
	"command_hash" text NOT NULL,
	"facts" jsonb NOT NULL,
	CONSTRAINT "commits_operation_step_pk" PRIMARY KEY("operation","step")
);
--> statement-breakpoint
ALTER TABLE "commits" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "entitlements" (
	"tenant" uuid NOT NULL,
	"product" text NOT NULL,
	"plan" text NOT NULL,
	"limits" jsonb NOT NULL,
	CONSTRAINT "entitlements_tenant_product_pk" PRIMARY KEY("tenant","product")
);
--> statement-breakpoint
ALTER TABLE "entitlements" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "facts" (
	"index" bigint PRIMARY KEY NOT NULL,
	"shard" smallint NOT NULL,
	"position" bigint NOT NULL,
	"tenant" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"id" uuid NOT NULL,
	"payload" "bytea" NOT NULL,
	"leaf_hash" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"signature" "bytea" NOT NULL,
	CONSTRAINT "facts_id_once" UNIQUE("id"),
	CONSTRAINT "facts_position_once" UNIQUE("shard","position"),
	CONSTRAINT "facts_seq_once" UNIQUE("tenant","seq")
);
--> statement-breakpoint
ALTER TABLE "facts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"caller" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"operation" uuid NOT NULL,
	"operation_tenant" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_caller_route_key_pk" PRIMARY KEY("caller","route","key")
);
--> statement-breakpoint
CREATE TABLE "log_head" (
	"only" boolean PRIMARY KEY NOT NULL,
	"next_index" bigint NOT NULL,
	"fence" bigint NOT NULL,
	CONSTRAINT "log_head_one_row" CHECK ("log_head"."only")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"tenant" uuid NOT NULL,
	"id" uuid NOT NULL,
	"state" text NOT NULL,
	"issuer" text,
	"sub" text,
	"roles" text[] NOT NULL,
	CONSTRAINT "memberships_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
ALTER TABLE "memberships" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "operations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"tenant" uuid NOT NULL,
	"actor" text NOT NULL,
	"input" jsonb NOT NULL,
	"state" text NOT NULL,
	"reason" jsonb,
	"steps" jsonb NOT NULL,
	"holds_lock" boolean NOT NULL,
	"accepted_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "operations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"fact" uuid NOT NULL,
	"tenant" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"leaf_hash" "bytea" NOT NULL,
	"payload" "bytea" NOT NULL,
	CONSTRAINT "outbox_fact_once" UNIQUE("fact"),
	CONSTRAINT "outbox_seq_once" UNIQUE("tenant","seq")
);
--> statement-breakpoint
ALTER TABLE "outbox" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "secrets" (
	"tenant" uuid NOT NULL,
	"name" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "secrets_tenant_name_pk" PRIMARY KEY("tenant","name")
);
--> statement-breakpoint
ALTER TABLE "secrets" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "shard_heads" (
	"shard" smallint PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenant_heads" (
	"tenant" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "tenant_heads" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"host" text NOT NULL,
	"display_name" text NOT NULL,
	"state" text NOT NULL,
	"isolation" text NOT NULL,
	"plan" text NOT NULL,
	"demo" boolean NOT NULL,
	"issuer" text,
	"database_url" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "entitlements" ADD CONSTRAINT "entitlements_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "operations" ADD CONSTRAINT "operations_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_by_tenant" ON "audit" USING btree ("tenant","id");--> statement-breakpoint
CREATE UNIQUE INDEX "operations_tenant_lock" ON "operations" USING btree ("tenant") WHERE "operations"."holds_lock";--> statement-breakpoint
CREATE INDEX "operations_by_age" ON "operations" USING btree ("accepted_at","id");--> statement-breakpoint
CREATE INDEX "operations_by_state" ON "operations" USING btree ("state","accepted_at","id");--> statement-breakpoint
CREATE INDEX "operations_by_tenant" ON "operations" USING btree ("tenant","accepted_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_slug_reserved" ON "tenants" USING btree ("slug") WHERE "tenants"."state" <> 'failed';--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_host_reserved" ON "tenants" USING btree ("host") WHERE "tenants"."state" <> 'failed';--> statement-breakpoint
CREATE INDEX "tenants_by_age" ON "tenants" USING btree ("created_at","id");--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "audit" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("audit"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("audit"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "audit" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("audit"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("audit"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "audit" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_api_reads" ON "catalog" AS PERMISSIVE FOR SELECT TO "tenure_api" USING (true);--> statement-breakpoint
CREATE POLICY "tenure_worker_reads" ON "catalog" AS PERMISSIVE FOR SELECT TO "tenure_worker" USING (true);--> statement-breakpoint
CREATE POLICY "tenure_operator_reads" ON "catalog" AS PERMISSIVE FOR SELECT TO "tenure_operator" USING (true);--> statement-breakpoint
CREATE POLICY "tenure_worker_writes" ON "catalog" AS PERMISSIVE FOR ALL TO "tenure_worker" USING (current_setting('app.tenant')::uuid = '00000000-0000-0000-0000-000000000000') WITH CHECK (current_setting('app.tenant')::uuid = '00000000-0000-0000-0000-000000000000');--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "commits" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("commits"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("commits"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "commits" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("commits"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("commits"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "commits" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "entitlements" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("entitlements"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("entitlements"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "entitlements" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("entitlements"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("entitlements"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "entitlements" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "facts" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("facts"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("facts"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "facts" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_sequencer_all" ON "facts" AS PERMISSIVE FOR ALL TO "tenure_sequencer" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "memberships" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("memberships"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("memberships"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "memberships" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("memberships"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("memberships"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "memberships" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "operations" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("operations"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("operations"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "operations" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("operations"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("operations"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "operations" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_worker_unstarted" ON "operations" AS PERMISSIVE FOR SELECT TO "tenure_worker" USING ("operations"."state" = 'accepted');--> statement-breakpoint
CREATE POLICY "tenure_worker_by_operation" ON "operations" AS PERMISSIVE FOR SELECT TO "tenure_worker" USING ("operations"."id" = nullif(current_setting('app.operation', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "outbox" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("outbox"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("outbox"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "outbox" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_sequencer_all" ON "outbox" AS PERMISSIVE FOR ALL TO "tenure_sequencer" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "secrets" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("secrets"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("secrets"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_api_stores" ON "secrets" AS PERMISSIVE FOR INSERT TO "tenure_api" WITH CHECK ("secrets"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_api_shows_link" ON "secrets" AS PERMISSIVE FOR SELECT TO "tenure_api" USING ("secrets"."tenant" = current_setting('app.tenant')::uuid and "secrets"."name" = 'invite-link');--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "tenant_heads" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("tenant_heads"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("tenant_heads"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "tenant_heads" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("tenant_heads"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("tenant_heads"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "tenant_heads" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "tenants" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("tenants"."id" = current_setting('app.tenant')::uuid) WITH CHECK ("tenants"."id" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "tenants" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("tenants"."id" = current_setting('app.tenant')::uuid) WITH CHECK ("tenants"."id" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "tenants" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);