DROP INDEX "submissions_version";--> statement-breakpoint
DROP INDEX "submissions_author";--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "scan_findings" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "scan_status" text DEFAULT 'completed' NOT NULL;--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "channel" text DEFAULT 'stable' NOT NULL;--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "release_notes" text;--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "previous_id" text;--> statement-breakpoint
CREATE UNIQUE INDEX "submissions_version" ON "submissions" USING btree ("kind","slug","version") WHERE "submissions"."status" not in ('rejected', 'withdrawn');--> statement-breakpoint
CREATE INDEX "submissions_author" ON "submissions" USING btree ("author_id","submitted_at","id");