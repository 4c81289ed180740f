CREATE TABLE "plane_receipts" (
	"plane" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"epoch" bigint NOT NULL,
	"size" bigint NOT NULL,
	"shards" "bytea" NOT NULL,
	CONSTRAINT "plane_receipts_plane_at_pk" PRIMARY KEY("plane","at")
);
--> statement-breakpoint
CREATE TABLE "planes" (
	"name" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"added_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "plane_receipts" ADD CONSTRAINT "plane_receipts_plane_planes_name_fk" FOREIGN KEY ("plane") REFERENCES "public"."planes"("name") ON DELETE cascade ON UPDATE no action;