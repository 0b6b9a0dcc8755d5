-- Rows as they stand in a database after step 4; later steps must keep them.
INSERT INTO custom_roles (id, tenant_id, name, made_by, made_at_ms, version)
    VALUES ('reader', 'root', '閲覧者', 'hanako', 1795132800000, 1);
INSERT INTO custom_role_acts (role_id, act_id) VALUES ('reader', 'assessment.read');
INSERT INTO custom_role_closures (role_id, closed_by, closed_at_ms, reason) VALUES ('reader', 'hanako', 1795132800000, '使わない');
INSERT INTO external_parties (unit_id, party, entered_by, entered_at_ms) VALUES ('company', 'supplier', 'hanako', 1795132800000);
INSERT INTO consents (id, tenant_id, act, object_kind, object_id, unit_id, content_hash, content, asked_by, asked_at_ms, reason, until_ms)
    VALUES ('consent', 'root', 'organisation.close-unit', 'unit', 'company', 'company', 'c1', '{}', 'hanako', 1795132800000, '統合', 1795737600000);
INSERT INTO consent_decisions (consent_id, decided_by, decided_at_ms, agreed, reason) VALUES ('consent', 'taro', 1795132860000, 1, '');
INSERT INTO consent_uses (consent_id, used_by, used_at_ms) VALUES ('consent', 'hanako', 1795132920000);
