CREATE TABLE "release_records" (
	"release_id" text collate "C" PRIMARY KEY NOT NULL,
	"record" text NOT NULL,
	"signed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "release_states" (
	"release_id" text collate "C" PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"changed_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "revocation_lists" (
	"sequence" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "revocation_lists_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"issued_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"is_stale" boolean DEFAULT false NOT NULL,
	"document" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "is_public" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "releases" ADD COLUMN "channel" text DEFAULT 'stable' NOT NULL;--> statement-breakpoint
ALTER TABLE "releases" ADD COLUMN "release_notes" text;--> statement-breakpoint
ALTER TABLE "releases" ADD COLUMN "min_host_version" text;--> statement-breakpoint
ALTER TABLE "publisher_keys" ADD COLUMN "revocation_reason" text;--> statement-breakpoint
ALTER TABLE "release_records" ADD CONSTRAINT "release_records_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "release_states" ADD CONSTRAINT "release_states_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- What was released before there were channels: a pre-release was for those who asked for it. Releases change this once.
ALTER TABLE "releases" DISABLE TRIGGER "releases_never_change";--> statement-breakpoint
UPDATE "releases" SET "channel" = 'beta' WHERE "version" ~ '^[^+]*-';--> statement-breakpoint
ALTER TABLE "releases" ENABLE TRIGGER "releases_never_change";--> statement-breakpoint
UPDATE "submissions" SET "channel" = 'beta' WHERE "version" ~ '^[^+]*-';--> statement-breakpoint
-- What was signed is what it is.
CREATE FUNCTION release_records_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'release records never change: % is refused', TG_OP;
END
$$;
--> statement-breakpoint
CREATE TRIGGER release_records_never_change BEFORE UPDATE OR DELETE ON "release_records"
	FOR EACH ROW EXECUTE FUNCTION release_records_never_change();
