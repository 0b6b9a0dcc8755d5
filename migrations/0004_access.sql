-- Roles a tenant made for itself: sets of acts. They are closed, never deleted, since grants and the log name them.
CREATE TABLE custom_roles (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX custom_roles_by_tenant ON custom_roles (tenant_id, name);

-- A state is a record: a custom role is closed while it has one of these.
CREATE TABLE custom_role_closures (
    role_id TEXT PRIMARY KEY REFERENCES custom_roles (id),
    closed_by TEXT NOT NULL,
    closed_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL
);

-- The acts of a custom role, as the domains name them.
CREATE TABLE custom_role_acts (
    role_id TEXT NOT NULL REFERENCES custom_roles (id),
    act_id TEXT NOT NULL,
    PRIMARY KEY (role_id, act_id)
);

-- What a grant lets its holder do, one row each: a role of the product, or an act of a custom role that is not closed.
CREATE VIEW grant_powers AS
    SELECT g.id, g.tenant_id, g.account_id, g.unit_id, g.role, g.role AS power, g.until_ms FROM grants g
        WHERE g.ended_at_ms IS NULL
    UNION ALL
    SELECT g.id, g.tenant_id, g.account_id, g.unit_id, g.role, c.act_id AS power, g.until_ms FROM grants g
        JOIN custom_role_acts c ON c.role_id = g.role LEFT JOIN custom_role_closures x ON x.role_id = g.role
        WHERE g.ended_at_ms IS NULL AND x.role_id IS NULL;

-- The gate looks for the grants of one person on a unit and those above it.
CREATE INDEX grants_by_account_and_unit ON grants (account_id, unit_id);

-- Units of parties outside the group: suppliers, bidders, raters. A unit is one while it has a row here.
CREATE TABLE external_parties (
    unit_id TEXT PRIMARY KEY REFERENCES units (id),
    party TEXT NOT NULL CHECK (party IN ('supplier', 'bidder', 'rater')),
    entered_by TEXT NOT NULL,
    entered_at_ms BIGINT NOT NULL
);

-- What one person asks another to agree to: one act on one object with exactly this content.
CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES units (id),
    act TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    content_hash TEXT NOT NULL,
    content TEXT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES accounts (id),
    asked_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    until_ms BIGINT NOT NULL
);
CREATE INDEX consents_by_object ON consents (tenant_id, act, object_id, content_hash);

-- What the other person said, once.
CREATE TABLE consent_decisions (
    consent_id TEXT PRIMARY KEY REFERENCES consents (id),
    decided_by TEXT NOT NULL REFERENCES accounts (id),
    decided_at_ms BIGINT NOT NULL,
    agreed BIGINT NOT NULL,
    reason TEXT NOT NULL
);

-- A consent is used up by the deed it was given for.
CREATE TABLE consent_uses (
    consent_id TEXT PRIMARY KEY REFERENCES consents (id),
    used_by TEXT NOT NULL REFERENCES accounts (id),
    used_at_ms BIGINT NOT NULL
);
