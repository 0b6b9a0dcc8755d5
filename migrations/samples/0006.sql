-- Rows as they stand in a database after step 6; later steps must keep them.
INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version, kind)
    VALUES ('robot', 'root', 'machine:robot', '集計', '', 1795132800000, 1, 'machine');
INSERT INTO machine_tokens (account_id, tenant_id, owner_id, name, token_hash, purpose, role, unit_id, acts, leans_on, made_at_ms, expires_at_ms, last_used_at_ms, revoked_by, revoked_at_ms)
    VALUES ('robot', 'root', 'hanako', '集計', 'm1', 'api', 'auditor', 'root', 'assessment.read', 'administrator', 1795132800000, 1797724800000, NULL, NULL, NULL);
INSERT INTO sign_on_providers (id, tenant_id, name, issuer, client_id, secret_id, domains, groups_claim, brings_people, made_by, made_at_ms, ended_by, ended_at_ms)
    VALUES ('entra', 'root', '社内アカウント', 'https://login.example.jp', 'rashin', 's1', '|example.jp|', 'groups', 1, 'hanako', 1795132800000, NULL, NULL);
INSERT INTO sign_on_attempts (state_hash, provider_id, browser_hash, next, made_at_ms, expires_at_ms, used_at_ms)
    VALUES ('a1', 'entra', 'b1', '/', 1795132800000, 1795133400000, NULL);
INSERT INTO sign_on_identities (provider_id, subject, account_id, linked_at_ms) VALUES ('entra', 'sub-1', 'hanako', 1795132800000);
INSERT INTO group_roles (id, tenant_id, group_name, role, unit_id, made_by, made_at_ms)
    VALUES ('gr1', 'root', 'rashin-staff', 'staff', 'company', 'hanako', 1795132800000);
INSERT INTO federated_grants (grant_id, account_id, source, role, unit_id, ended_at_ms) VALUES ('grant', 'hanako', 'scim', 'administrator', 'root', NULL);
INSERT INTO provisioned_people (account_id, tenant_id, external_id, changed_at_ms) VALUES ('hanako', 'root', 'ext-1', 1795132800000);
INSERT INTO provisioned_groups (id, tenant_id, name, external_id, made_at_ms, changed_at_ms) VALUES ('g1', 'root', 'rashin-staff', '', 1795132800000, 1795132800000);
INSERT INTO provisioned_members (group_id, account_id) VALUES ('g1', 'hanako');
