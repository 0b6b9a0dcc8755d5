-- Rows as they stand in a database after step 7; later steps must keep them.
INSERT INTO factor_demands (tenant_id, demanded_of, set_by, set_at_ms) VALUES ('root', 'administrators', 'hanako', 1795132800000);
INSERT INTO sessions (token_hash, previous_hash, account_id, created_at_ms, rotated_at_ms, expires_at_ms, id, device, proved_at_ms, vouched)
    VALUES ('t7', NULL, 'hanako', 1795132800000, 1795132800000, 1795176000000, 's7', 'Chrome, Windows', 1795132800000, 1);
