CREATE TABLE "access_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"author_id" text,
	"name" text NOT NULL,
	"key_sha256" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "access_keys_key_sha256_unique" UNIQUE("key_sha256")
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"happened_at" timestamp with time zone NOT NULL,
	"actor_role" text NOT NULL,
	"actor_id" text NOT NULL,
	"action" text NOT NULL,
	"subject" text collate "C" NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "items" (
	"kind" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"description" text NOT NULL,
	"version" text NOT NULL,
	"author_id" text collate "C" NOT NULL,
	"license" text,
	"license_type" text NOT NULL,
	"category" text,
	"tags" text[] NOT NULL,
	"token_estimate" integer,
	"recommended_models" text[] NOT NULL,
	"is_featured" boolean DEFAULT false NOT NULL,
	"price" integer DEFAULT 0 NOT NULL,
	"currency" text DEFAULT 'usd' NOT NULL,
	"install_count" bigint DEFAULT 0 NOT NULL,
	"download_count" bigint DEFAULT 0 NOT NULL,
	"view_count" bigint DEFAULT 0 NOT NULL,
	"rating_average" double precision,
	"rating_count" integer DEFAULT 0 NOT NULL,
	"skills_count" integer NOT NULL,
	"commands_count" integer NOT NULL,
	"agents_count" integer NOT NULL,
	"hooks_count" integer NOT NULL,
	"mcp_servers_count" integer NOT NULL,
	"source" jsonb,
	"published_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"search_title" text NOT NULL,
	"search_labels" text NOT NULL,
	"search_text" text NOT NULL,
	"search" "tsvector" GENERATED ALWAYS AS (setweight(to_tsvector('simple', "items"."search_title"), 'A') || setweight(to_tsvector('simple', "items"."search_labels"), 'B') || setweight(to_tsvector('simple', "items"."search_text"), 'C')) STORED,
	CONSTRAINT "items_kind_slug_pk" PRIMARY KEY("kind","slug")
);
--> statement-breakpoint
CREATE TABLE "releases" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"version" text NOT NULL,
	"author_id" text collate "C" NOT NULL,
	"key_id" text NOT NULL,
	"custody" text NOT NULL,
	"manifest" text NOT NULL,
	"manifest_sha256" text NOT NULL,
	"package_sha256" text NOT NULL,
	"package_size" bigint NOT NULL,
	"tree_sha256" text NOT NULL,
	"submission_id" text collate "C" NOT NULL,
	"approved_at" timestamp with time zone NOT NULL,
	"approved_by" text NOT NULL,
	CONSTRAINT "releases_submission_id_unique" UNIQUE("submission_id")
);
--> statement-breakpoint
CREATE TABLE "categories" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"icon" text NOT NULL,
	"sort_order" integer NOT NULL,
	CONSTRAINT "categories_kind_unique" UNIQUE("kind")
);
--> statement-breakpoint
CREATE TABLE "downloads" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "downloads_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"release_id" text collate "C" NOT NULL,
	"access_key_id" text,
	"first_byte" bigint NOT NULL,
	"last_byte" bigint NOT NULL,
	"downloaded_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "namespaces" (
	"namespace" text collate "C" PRIMARY KEY NOT NULL,
	"author_id" text collate "C" NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "publisher_keys" (
	"key_id" text collate "C" PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"author_id" text collate "C" NOT NULL,
	"custody" text NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"compromised_since" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "publisher_keys_public_key_unique" UNIQUE("public_key")
);
--> statement-breakpoint
CREATE TABLE "publishers" (
	"author_id" text collate "C" PRIMARY KEY NOT NULL,
	"display_name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "packages" (
	"package_sha256" text PRIMARY KEY NOT NULL,
	"package_size" bigint NOT NULL,
	"format" text NOT NULL,
	"tree_sha256" text NOT NULL,
	"files" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "submissions" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"version" text NOT NULL,
	"name" text NOT NULL,
	"author_id" text collate "C" NOT NULL,
	"status" text NOT NULL,
	"revision" integer NOT NULL,
	"key_id" text NOT NULL,
	"custody" text NOT NULL,
	"manifest" text NOT NULL,
	"manifest_sha256" text NOT NULL,
	"package_sha256" text NOT NULL,
	"package_size" bigint NOT NULL,
	"tree_sha256" text NOT NULL,
	"permissions" text[] NOT NULL,
	"findings" jsonb NOT NULL,
	"submitted_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"decided_by" text,
	"note" text
);
--> statement-breakpoint
CREATE TABLE "sync_runs" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"status" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"completed_at" timestamp with time zone,
	"discovered" integer NOT NULL,
	"added" integer NOT NULL,
	"updated" integer NOT NULL,
	"skipped" integer NOT NULL,
	"pending_review" integer NOT NULL,
	"failed" integer NOT NULL,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sync_slugs" (
	"source" text NOT NULL,
	"kind" text NOT NULL,
	"path" text collate "C" NOT NULL,
	"slug" text collate "C" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sync_slugs_source_kind_path_pk" PRIMARY KEY("source","kind","path")
);
--> statement-breakpoint
CREATE TABLE "usage_totals" (
	"kind" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"version" text NOT NULL,
	"executions" bigint NOT NULL,
	"successes" bigint NOT NULL,
	"failures" bigint NOT NULL,
	"last_reported_at" timestamp with time zone NOT NULL,
	CONSTRAINT "usage_totals_kind_slug_version_pk" PRIMARY KEY("kind","slug","version")
);
--> statement-breakpoint
CREATE TABLE "usage_windows" (
	"instance_id" text NOT NULL,
	"window_id" text NOT NULL,
	"accepted" integer NOT NULL,
	"reported_at" timestamp with time zone NOT NULL,
	CONSTRAINT "usage_windows_instance_id_window_id_pk" PRIMARY KEY("instance_id","window_id")
);
--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_author_id_publishers_author_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."publishers"("author_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_author_id_publishers_author_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."publishers"("author_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_package_sha256_packages_package_sha256_fk" FOREIGN KEY ("package_sha256") REFERENCES "public"."packages"("package_sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_submission_id_submissions_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "downloads" ADD CONSTRAINT "downloads_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespaces" ADD CONSTRAINT "namespaces_author_id_publishers_author_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."publishers"("author_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "publisher_keys" ADD CONSTRAINT "publisher_keys_author_id_publishers_author_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."publishers"("author_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_author_id_publishers_author_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."publishers"("author_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_package_sha256_packages_package_sha256_fk" FOREIGN KEY ("package_sha256") REFERENCES "public"."packages"("package_sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_keys_author" ON "access_keys" USING btree ("author_id");--> statement-breakpoint
CREATE INDEX "audit_events_subject" ON "audit_events" USING btree ("subject","id");--> statement-breakpoint
CREATE INDEX "items_newest" ON "items" USING btree ("kind","published_at" DESC NULLS LAST,"slug");--> statement-breakpoint
CREATE INDEX "items_name" ON "items" USING btree ("kind","name","slug");--> statement-breakpoint
CREATE INDEX "items_search" ON "items" USING gin ("search");--> statement-breakpoint
CREATE INDEX "items_tags" ON "items" USING gin ("tags");--> statement-breakpoint
CREATE UNIQUE INDEX "releases_version" ON "releases" USING btree ("kind","slug","version");--> statement-breakpoint
CREATE INDEX "releases_package" ON "releases" USING btree ("package_sha256");--> statement-breakpoint
CREATE INDEX "downloads_release" ON "downloads" USING btree ("release_id","downloaded_at");--> statement-breakpoint
CREATE INDEX "namespaces_author" ON "namespaces" USING btree ("author_id");--> statement-breakpoint
CREATE INDEX "publisher_keys_author" ON "publisher_keys" USING btree ("author_id");--> statement-breakpoint
CREATE UNIQUE INDEX "submissions_version" ON "submissions" USING btree ("kind","slug","version") WHERE "submissions"."status" <> 'rejected';--> statement-breakpoint
CREATE INDEX "submissions_queue" ON "submissions" USING btree ("status","submitted_at","id");--> statement-breakpoint
CREATE INDEX "submissions_author" ON "submissions" USING btree ("author_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sync_slugs_slug" ON "sync_slugs" USING btree ("kind","slug");--> statement-breakpoint
CREATE INDEX "usage_totals_item" ON "usage_totals" USING btree ("kind","slug");