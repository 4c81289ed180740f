ALTER TABLE "log_head" ADD COLUMN "epoch" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "log_head" ADD COLUMN "incarnation" text DEFAULT '' NOT NULL;
