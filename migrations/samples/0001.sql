-- Rows as they stand in a database after step 1; later steps must keep them.
INSERT INTO audit_heads (tenant_id, seq, hash) VALUES ('root', 1, 'h1');
INSERT INTO audit_entries (tenant_id, seq, at_ms, actor_id, actor_name, via, act, object_kind, object_id, unit_id, reason, details, previous_hash, hash)
    VALUES ('root', 1, 1795132800000, 'hanako', '羅針 花子', 'page', 'organisation.add-unit', 'unit', 'root', 'root', '', '{"name":"羅針電機"}', '', 'h1');
INSERT INTO units (id, tenant_id, parent_id, kind, name, path, created_at_ms, version)
    VALUES ('root', 'root', NULL, 'group', '羅針グループ', '/root/', 1795132800000, 1);
INSERT INTO units (id, tenant_id, parent_id, kind, name, path, created_at_ms, version)
    VALUES ('company', 'root', 'root', 'company', '羅針電機', '/root/company/', 1795132800000, 2);
INSERT INTO unit_closures (unit_id, closed_by, closed_at_ms, reason) VALUES ('company', 'hanako', 1795132800000, '統合のため');
INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version)
    VALUES ('hanako', 'root', 'hanako@example.jp', '羅針 花子', '$argon2id$', 1795132800000, 1);
INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version)
    VALUES ('taro', 'root', 'taro@example.jp', '山田 太郎', '$argon2id$', 1795132800000, 1);
INSERT INTO account_suspensions (account_id, suspended_by, suspended_at_ms, reason) VALUES ('taro', 'hanako', 1795132800000, '退職');
INSERT INTO grants (id, tenant_id, account_id, role, unit_id, granted_by, granted_at_ms, reason, until_ms, ended_at_ms)
    VALUES ('grant', 'root', 'hanako', 'administrator', 'root', 'hanako', 1795132800000, 'set-up', NULL, NULL);
INSERT INTO sessions (token_hash, previous_hash, account_id, created_at_ms, rotated_at_ms, expires_at_ms)
    VALUES ('t1', NULL, 'hanako', 1795132800000, 1795132800000, 1795176000000);
INSERT INTO links (token_hash, purpose, tenant_id, email, role, unit_id, made_by, made_at_ms, expires_at_ms, used_at_ms)
    VALUES ('l1', 'invitation', 'root', 'jiro@example.jp', 'staff', 'company', 'hanako', 1795132800000, 1795737600000, NULL);
INSERT INTO sign_in_failures (subject, failures, first_at_ms, last_at_ms) VALUES ('account:taro@example.jp', 2, 1795132800000, 1795132801000);
