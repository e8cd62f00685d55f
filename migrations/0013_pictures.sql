CREATE TABLE "pictures" (
	"hash" text PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "pictures_type" CHECK ("pictures"."type" in ('png', 'svg')),
	CONSTRAINT "pictures_hash" CHECK ("pictures"."hash" = encode(sha256("pictures"."bytes"), 'hex'))
);
