-- From whom an organisation demands a second factor at signing in.

-- One row for each tenant that ever said so; without one, from nobody.
CREATE TABLE factor_demands (
    tenant_id TEXT PRIMARY KEY REFERENCES units (id),
    demanded_of TEXT NOT NULL CHECK (demanded_of IN ('nobody', 'administrators', 'everybody')),
    set_by TEXT NOT NULL REFERENCES accounts (id),
    set_at_ms BIGINT NOT NULL
);

-- 1 where another service's word opened the session: then the second factor is that service's matter.
ALTER TABLE sessions ADD COLUMN vouched BIGINT NOT NULL DEFAULT 0;
