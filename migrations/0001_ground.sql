-- Organisation, people, sessions and the log.
CREATE TABLE audit_heads (
    tenant_id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE audit_entries (
    tenant_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    via TEXT NOT NULL,
    act TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    unit_id TEXT,
    reason TEXT NOT NULL,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX audit_entries_by_object ON audit_entries (tenant_id, object_kind, object_id, seq);

-- A tenant is a root unit with its tree: tenant_id of the root is its own id.
-- path is '/root/child/…/own/', so that "this unit or one above it" is a prefix.
CREATE TABLE units (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    parent_id TEXT REFERENCES units (id),
    kind TEXT NOT NULL CHECK (kind IN ('group', 'company', 'department')),
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX units_by_parent ON units (tenant_id, parent_id);
CREATE INDEX units_by_path ON units (path);

-- A state is a record: a unit is closed while it has one of these.
CREATE TABLE unit_closures (
    unit_id TEXT PRIMARY KEY REFERENCES units (id),
    closed_by TEXT NOT NULL,
    closed_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES units (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE account_suspensions (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    suspended_by TEXT NOT NULL,
    suspended_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL
);

CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    role TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    granted_by TEXT NOT NULL,
    granted_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    until_ms BIGINT,
    ended_at_ms BIGINT
);
CREATE INDEX grants_by_account ON grants (account_id, role);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    previous_hash TEXT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_at_ms BIGINT NOT NULL,
    rotated_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_previous ON sessions (previous_hash);
CREATE INDEX sessions_by_account ON sessions (account_id);

-- One-time links: set-up of the installation, invitation of a person.
CREATE TABLE links (
    token_hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('setup', 'invitation')),
    tenant_id TEXT,
    email TEXT,
    role TEXT,
    unit_id TEXT,
    made_by TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT
);

-- Failed sign-ins by account and by address.
CREATE TABLE sign_in_failures (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    first_at_ms BIGINT NOT NULL,
    last_at_ms BIGINT NOT NULL
);
