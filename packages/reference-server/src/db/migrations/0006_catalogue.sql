-- Of PostgreSQL's own extensions, and trusted: who owns the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE TABLE "catalog_versions" (
	"kind" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "count_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "count_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"views" integer DEFAULT 0 NOT NULL,
	"downloads" integer DEFAULT 0 NOT NULL,
	"installs" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "topics" (
	"id" text PRIMARY KEY NOT NULL,
	"parent_id" text,
	"name" text NOT NULL,
	"icon" text NOT NULL,
	"sort_order" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "installs" (
	"kind" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"installer" text collate "C" NOT NULL,
	"version" text,
	"installed_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "installs_kind_slug_installer_pk" PRIMARY KEY("kind","slug","installer")
);
--> statement-breakpoint
CREATE TABLE "ratings" (
	"kind" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"rater" text collate "C" NOT NULL,
	"rating" integer NOT NULL,
	"review" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ratings_kind_slug_rater_pk" PRIMARY KEY("kind","slug","rater")
);
--> statement-breakpoint
DROP INDEX "items_newest";--> statement-breakpoint
DROP INDEX "items_name";--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "popularity" bigint GENERATED ALWAYS AS (5 * "items"."install_count" + "items"."download_count") STORED;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "rating_score" double precision GENERATED ALWAYS AS ((coalesce("items"."rating_average", 0) * "items"."rating_count" + 15.0) / ("items"."rating_count" + 5)) STORED;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "sort_name" text collate "C" GENERATED ALWAYS AS (lower("items"."name")) STORED;--> statement-breakpoint
ALTER TABLE "topics" ADD CONSTRAINT "topics_parent_id_topics_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."topics"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ratings_newest" ON "ratings" USING btree ("kind","slug","updated_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "items_popular" ON "items" USING btree ("kind","popularity" DESC NULLS LAST,"sort_name","slug");--> statement-breakpoint
CREATE INDEX "items_rating" ON "items" USING btree ("kind","rating_score" DESC NULLS LAST,"sort_name","slug");--> statement-breakpoint
CREATE INDEX "items_title" ON "items" USING gin ("search_title" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "items_newest" ON "items" USING btree ("kind","published_at" DESC NULLS LAST,"sort_name","slug");--> statement-breakpoint
CREATE INDEX "items_name" ON "items" USING btree ("kind","sort_name","slug");--> statement-breakpoint
INSERT INTO "topics" ("id", "parent_id", "name", "icon", "sort_order") VALUES
	('development', NULL, 'Development', 'code', 1),
	('testing', 'development', 'Testing', 'flask-conical', 2),
	('devops', 'development', 'Operations', 'server', 3),
	('security', 'development', 'Security', 'shield', 4),
	('documentation', 'development', 'Documentation', 'file-text', 5),
	('data', NULL, 'Data', 'database', 6),
	('research', 'data', 'Research', 'microscope', 7),
	('writing', NULL, 'Writing', 'pen', 8),
	('design', NULL, 'Design', 'palette', 9),
	('productivity', NULL, 'Productivity', 'list-checks', 10),
	('automation', 'productivity', 'Automation', 'workflow', 11),
	('communication', 'productivity', 'Communication', 'message-circle', 12),
	('business', NULL, 'Business', 'briefcase', 13),
	('finance', 'business', 'Finance', 'coins', 14),
	('marketing', 'business', 'Marketing', 'megaphone', 15),
	('education', NULL, 'Education', 'graduation-cap', 16);
