-- The self-check: answers per scope and period, and the frozen releases of the population.
CREATE TABLE assessments (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    item_set_id TEXT NOT NULL,
    item_set_hash TEXT NOT NULL,
    period TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    -- Counts changes; taking it holds the row for a transaction.
    changes BIGINT NOT NULL,
    UNIQUE (unit_id, item_set_id, period)
);
CREATE INDEX assessments_by_tenant ON assessments (tenant_id, created_at_ms);

CREATE TABLE profile_answers (
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    question_id TEXT NOT NULL,
    option_id TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, question_id)
);

-- level is NULL for a not-applicable item, whose reason is then given.
CREATE TABLE item_answers (
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    item_id TEXT NOT NULL,
    level BIGINT CHECK (level BETWEEN 1 AND 5),
    not_applicable_reason TEXT,
    note TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, item_id)
);

CREATE TABLE exclusion_approvals (
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    item_id TEXT NOT NULL,
    answer_version BIGINT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at_ms BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, item_id)
);

CREATE TABLE evidence_files (
    id TEXT PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    item_id TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    added_at_ms BIGINT NOT NULL,
    removed_at_ms BIGINT
);
CREATE INDEX evidence_files_by_assessment ON evidence_files (assessment_id, item_id);

-- Who is asked to answer which area.
CREATE TABLE parts (
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    area_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    assigned_by TEXT NOT NULL,
    assigned_at_ms BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, area_id)
);

-- While a submission stands (not returned), answers are closed.
CREATE TABLE submissions (
    id TEXT PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessments (id),
    submitted_by TEXT NOT NULL,
    submitted_at_ms BIGINT NOT NULL,
    content_hash TEXT NOT NULL,
    returned_by TEXT,
    returned_at_ms BIGINT,
    returned_reason TEXT
);
CREATE INDEX submissions_by_assessment ON submissions (assessment_id, submitted_at_ms);

-- Approval freezes: the content as it was, and its hash.
CREATE TABLE approvals (
    assessment_id TEXT PRIMARY KEY REFERENCES assessments (id),
    approved_by TEXT NOT NULL,
    approved_at_ms BIGINT NOT NULL,
    self_approved BIGINT NOT NULL,
    comment TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    content TEXT NOT NULL
);

CREATE TABLE releases (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    item_set_id TEXT NOT NULL,
    synthetic BIGINT NOT NULL,
    hash TEXT NOT NULL,
    content BYTEA NOT NULL,
    frozen_by TEXT NOT NULL,
    frozen_at_ms BIGINT NOT NULL
);
