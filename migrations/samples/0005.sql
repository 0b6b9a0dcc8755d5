-- Rows as they stand in a database after step 5; later steps must keep them.
INSERT INTO sessions (token_hash, previous_hash, account_id, created_at_ms, rotated_at_ms, expires_at_ms, id, device, proved_at_ms)
    VALUES ('t5', NULL, 'hanako', 1795132800000, 1795132800000, 1795176000000, 's5', 'Chrome, Windows', 1795132800000);
INSERT INTO devices (token_hash, account_id, made_at_ms, expires_at_ms) VALUES ('d1', 'hanako', 1795132800000, 1810684800000);
INSERT INTO totp_factors (account_id, secret, made_at_ms, confirmed_at_ms)
    VALUES ('hanako', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 1795132800000, 1795132860000);
INSERT INTO totp_factors (account_id, secret, made_at_ms, confirmed_at_ms)
    VALUES ('taro', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ', 1795132800000, NULL);
INSERT INTO used_codes (account_id, step) VALUES ('hanako', 59837762);
INSERT INTO recovery_codes (account_id, code_hash, made_at_ms, used_at_ms) VALUES ('hanako', 'c1', 1795132800000, NULL);
INSERT INTO recovery_codes (account_id, code_hash, made_at_ms, used_at_ms) VALUES ('hanako', 'c2', 1795132800000, 1795132900000);
INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key', 'hanako', '会社のPC', '{}', 1795132800000, NULL);
INSERT INTO tickets (token_hash, purpose, account_id, content, made_at_ms, expires_at_ms)
    VALUES ('k1', 'second-step', 'hanako', '', 1795132800000, 1795133100000);
INSERT INTO password_resets (token_hash, account_id, made_by, made_at_ms, expires_at_ms, used_at_ms)
    VALUES ('r1', 'taro', 'hanako', 1795132800000, 1795219200000, NULL);
