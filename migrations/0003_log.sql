-- The log as a Merkle tree: entries are leaves, what they tell can be erased, checkpoints say what the log was.

-- The size of each log's tree and the roots of its full subtrees, the largest first. The empty name is the
-- installation's own log, '*' the log of all checkpoints.
ALTER TABLE audit_heads RENAME COLUMN seq TO size;
ALTER TABLE audit_heads RENAME COLUMN hash TO roots;
UPDATE audit_heads SET size = 0, roots = '';

-- Entries of deeds. Form 1: facts are salted commitments by name. Form 0, from before this step: facts are plain.
-- seq and leaf_hash are empty until the entry has its place in the tree; those that wait are taken in order of arrival.
DROP INDEX audit_entries_by_object;
ALTER TABLE audit_entries RENAME TO audit_entries_before;
CREATE TABLE audit_entries (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    seq BIGINT,
    arrival BIGINT NOT NULL,
    form BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    via TEXT NOT NULL,
    act TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    unit_id TEXT,
    reason TEXT NOT NULL,
    facts TEXT NOT NULL,
    leaf_hash TEXT,
    UNIQUE (tenant_id, seq)
);
INSERT INTO audit_entries (id, tenant_id, seq, arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, object_id, unit_id, reason, facts, leaf_hash)
    SELECT 'before-' || seq || '-' || tenant_id, tenant_id, NULL, seq, 0, at_ms, actor_id, actor_name, via, act,
        object_kind, object_id, unit_id, reason, details, NULL FROM audit_entries_before;
DROP TABLE audit_entries_before;
CREATE INDEX audit_entries_of_object ON audit_entries (tenant_id, object_id, seq);
CREATE INDEX audit_entries_waiting ON audit_entries (form, arrival, id) WHERE seq IS NULL;

-- What the commitments of an entry stand for: value and salt by name, as JSON. May be erased.
CREATE TABLE audit_values (
    entry_id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    facts TEXT NOT NULL
);

-- Roots of full subtrees of 256, 65,536 … leaves, for proofs without reading the whole log.
CREATE TABLE audit_nodes (
    tenant_id TEXT NOT NULL,
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, level, place)
);

-- Signed checkpoints of all logs. By number they are the leaves of the log '*', whose own are among them.
CREATE TABLE audit_checkpoints (
    tenant_id TEXT NOT NULL,
    size BIGINT NOT NULL,
    root TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    note TEXT NOT NULL,
    number BIGINT NOT NULL UNIQUE,
    leaf_hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, size)
);

-- Logs that are no longer signed because they do not continue their last checkpoint.
CREATE TABLE audit_halts (
    tenant_id TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    why TEXT NOT NULL
);
