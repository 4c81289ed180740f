CREATE TABLE "invitations" (
	"tenant" uuid NOT NULL,
	"id" uuid NOT NULL,
	"member" uuid NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"roles" text[] NOT NULL,
	"state" text NOT NULL,
	"mailing" integer DEFAULT 0 NOT NULL,
	"token_hash" "bytea",
	"invited_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"ended_by" text,
	"issuer" text,
	"sub" text,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "invitations_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
ALTER TABLE "invitations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_tenants_id_fk" FOREIGN KEY ("tenant") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_pending_email" ON "invitations" USING btree ("tenant","email_key") WHERE "invitations"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "invitations_accepted_email" ON "invitations" USING btree ("tenant","email_key") WHERE "invitations"."state" = 'accepted';--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_token" ON "invitations" USING btree ("tenant","token_hash");--> statement-breakpoint
CREATE INDEX "invitations_by_age" ON "invitations" USING btree ("tenant","invited_at","id");--> statement-breakpoint
CREATE INDEX "invitations_unsettled" ON "invitations" USING btree ("ended_at") WHERE "invitations"."state" <> 'pending' and "invitations"."settled_at" is null;--> statement-breakpoint
CREATE POLICY "tenure_api_by_tenant" ON "invitations" AS PERMISSIVE FOR ALL TO "tenure_api" USING ("invitations"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("invitations"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_worker_by_tenant" ON "invitations" AS PERMISSIVE FOR ALL TO "tenure_worker" USING ("invitations"."tenant" = current_setting('app.tenant')::uuid) WITH CHECK ("invitations"."tenant" = current_setting('app.tenant')::uuid);--> statement-breakpoint
CREATE POLICY "tenure_operator_all" ON "invitations" AS PERMISSIVE FOR ALL TO "tenure_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenure_worker_unsettled" ON "invitations" AS PERMISSIVE FOR SELECT TO "tenure_worker" USING ("invitations"."state" <> 'pending' and "invitations"."settled_at" is null);