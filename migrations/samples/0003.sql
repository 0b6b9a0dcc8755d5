-- Rows as they stand in a database after step 3; later steps must keep them.
INSERT INTO audit_entries (id, tenant_id, seq, arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, object_id, unit_id, reason, facts, leaf_hash)
    VALUES ('entry', 'root', NULL, 1, 1, 1795132800000, 'hanako', '羅針 花子', 'page', 'organisation.add-unit', 'unit', 'root', 'root', '', '{"name":"c1"}', NULL);
INSERT INTO audit_values (entry_id, tenant_id, facts) VALUES ('entry', 'root', '{"name":{"salt":"00","value":"羅針電機"}}');
INSERT INTO audit_nodes (tenant_id, level, place, hash) VALUES ('root', 8, 0, 'h8');
INSERT INTO audit_checkpoints (tenant_id, size, root, at_ms, note, number, leaf_hash) VALUES ('root', 1, 'r1', 1795132800000, 'note', 1, 'l1');
INSERT INTO audit_halts (tenant_id, at_ms, why) VALUES ('root', 1795132800000, 'not consistent');
