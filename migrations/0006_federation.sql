-- How other systems meet this one: machine tokens, single sign-on, provisioning.

-- A machine has an account, so that its roles are grants like everybody's; it cannot sign in.
ALTER TABLE accounts ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'machine'));

-- Machine tokens, by the account of the machine. leans_on is the role the owner must hold at the unit for the token to work.
CREATE TABLE machine_tokens (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    tenant_id TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL CHECK (purpose IN ('api', 'scim')),
    role TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    acts TEXT NOT NULL,
    leans_on TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    last_used_at_ms BIGINT,
    revoked_by TEXT,
    revoked_at_ms BIGINT
);
CREATE INDEX machine_tokens_by_owner ON machine_tokens (tenant_id, owner_id);

-- Providers of single sign-on of a tenant. The client secret lies in a file named by secret_id, never here.
CREATE TABLE sign_on_providers (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    secret_id TEXT NOT NULL,
    -- Domains of mail addresses it answers for, as '|a|b|'.
    domains TEXT NOT NULL,
    groups_claim TEXT NOT NULL,
    -- 1 where it may bring people who have no account yet.
    brings_people BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    ended_by TEXT,
    ended_at_ms BIGINT
);
CREATE INDEX sign_on_providers_by_tenant ON sign_on_providers (tenant_id, made_at_ms);

-- Sign-ins begun: bound to a browser by the hash of its cookie, used once.
CREATE TABLE sign_on_attempts (
    state_hash TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL REFERENCES sign_on_providers (id),
    browser_hash TEXT NOT NULL,
    next TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT
);
CREATE INDEX sign_on_attempts_by_end ON sign_on_attempts (expires_at_ms);

-- Who a provider's subject is here.
CREATE TABLE sign_on_identities (
    provider_id TEXT NOT NULL REFERENCES sign_on_providers (id),
    subject TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    linked_at_ms BIGINT NOT NULL,
    PRIMARY KEY (provider_id, subject),
    UNIQUE (provider_id, account_id)
);

-- Which role in which unit the members of a group of the other system get.
CREATE TABLE group_roles (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    group_name TEXT NOT NULL,
    role TEXT NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    made_by TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    UNIQUE (tenant_id, group_name, role, unit_id)
);

-- Grants that came from a group, and from which system; only these are ended with the membership.
CREATE TABLE federated_grants (
    grant_id TEXT PRIMARY KEY REFERENCES grants (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    source TEXT NOT NULL,
    role TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    ended_at_ms BIGINT
);
CREATE INDEX federated_grants_by_account ON federated_grants (account_id, source);

-- What the provisioning system calls a person.
CREATE TABLE provisioned_people (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    tenant_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    changed_at_ms BIGINT NOT NULL
);

-- Groups of the provisioning system.
CREATE TABLE provisioned_groups (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    external_id TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    UNIQUE (tenant_id, name)
);

-- Who is in which of them.
CREATE TABLE provisioned_members (
    group_id TEXT NOT NULL REFERENCES provisioned_groups (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (group_id, account_id)
);
CREATE INDEX provisioned_members_by_account ON provisioned_members (account_id);
