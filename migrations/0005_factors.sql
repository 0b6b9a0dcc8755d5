-- Sessions that end when idle, recognised devices, second factors, passkeys, and links for a new password.

-- A session's name for people (the token's hash changes), the kind of device, and when its person last proved to be there.
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proved_at_ms BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET id = token_hash;

-- A browser somebody has signed in with completely; it has its own budget of failures.
CREATE TABLE devices (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    made_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX devices_by_account ON devices (account_id);

-- The secret of an authenticator app, in base 32; it counts once a code of it was confirmed.
CREATE TABLE totp_factors (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    secret TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    confirmed_at_ms BIGINT
);

-- Half minutes whose code was used; a code works once.
CREATE TABLE used_codes (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    step BIGINT NOT NULL,
    PRIMARY KEY (account_id, step)
);

-- Codes for the day the other factors are lost; each works once.
CREATE TABLE recovery_codes (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    code_hash TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT,
    PRIMARY KEY (account_id, code_hash)
);

-- Passkeys: id is the credential's own, content its public key and counter as JSON.
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- Something begun that is finished in a few minutes: a second step, a passkey's ceremony.
CREATE TABLE tickets (
    token_hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    account_id TEXT,
    content TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);

-- One-time links an administrator hands over, to choose a new password.
CREATE TABLE password_resets (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    made_by TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT
);
CREATE INDEX password_resets_by_account ON password_resets (account_id);
