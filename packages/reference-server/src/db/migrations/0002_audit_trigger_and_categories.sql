-- The audit trail only grows: whoever holds the server's own connection cannot rewrite it by accident.
CREATE FUNCTION audit_events_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'audit_events only grows: % is refused', TG_OP;
END
$$;
--> statement-breakpoint
CREATE TRIGGER audit_events_only_grow BEFORE UPDATE OR DELETE ON "audit_events"
	FOR EACH ROW EXECUTE FUNCTION audit_events_only_grow();
--> statement-breakpoint
CREATE TRIGGER audit_events_not_truncated BEFORE TRUNCATE ON "audit_events"
	FOR EACH STATEMENT EXECUTE FUNCTION audit_events_only_grow();
--> statement-breakpoint
-- The same for releases: an approved version is what it is.
CREATE FUNCTION releases_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'releases never change: % of % % is refused', TG_OP, OLD.slug, OLD.version;
END
$$;
--> statement-breakpoint
CREATE TRIGGER releases_never_change BEFORE UPDATE OR DELETE ON "releases"
	FOR EACH ROW EXECUTE FUNCTION releases_never_change();
--> statement-breakpoint
INSERT INTO "categories" ("id", "kind", "name", "description", "icon", "sort_order") VALUES
	('plugins', 'plugin', 'Plugins', 'Bundles of skills, commands, agents, hooks and MCP servers', 'plug', 1),
	('skills', 'skill', 'Skills', 'Instructions that teach an agent one thing', 'book-open', 2),
	('agents', 'agent', 'Agents', 'Agents with their prompt, tools and model', 'bot', 3),
	('apps', 'app', 'Apps', 'Programs that run in a container', 'box', 4),
	('widgets', 'widget', 'Widgets', 'Small views for a dashboard', 'layout-dashboard', 5),
	('themes', 'theme', 'Themes', 'Colours, type and images for an interface', 'palette', 6),
	('domains', 'domain', 'Domains', 'Fields of work with their agents and data', 'globe', 7),
	('components', 'component', 'Components', 'Building blocks for a canvas', 'puzzle', 8),
	('personas', 'persona', 'Personas', 'Voices and characters for an agent', 'user-round', 9);
