CREATE TABLE "state_nodes" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"file" "bytea" NOT NULL,
	"round" bigint NOT NULL,
	"dropped_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE INDEX "state_nodes_round" ON "state_nodes" USING btree ("round");--> statement-breakpoint
CREATE INDEX "state_nodes_dropped" ON "state_nodes" USING btree ("dropped_at") WHERE "state_nodes"."dropped_at" is not null;