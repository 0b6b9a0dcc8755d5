-- Rows as they stand in a database after step 2; later steps must keep them.
INSERT INTO assessments (id, tenant_id, unit_id, item_set_id, item_set_hash, period, created_by, created_at_ms, changes)
    VALUES ('check', 'root', 'company', 'benchmark-25', 'set', 'FY2026', 'hanako', 1795132800000, 4);
INSERT INTO profile_answers (assessment_id, question_id, option_id, answered_by, answered_at_ms, version)
    VALUES ('check', 'employees', 'large', 'hanako', 1795132800000, 1);
INSERT INTO item_answers (assessment_id, item_id, level, not_applicable_reason, note, answered_by, answered_at_ms, version)
    VALUES ('check', '1-1', 3, NULL, '', 'hanako', 1795132800000, 1);
INSERT INTO item_answers (assessment_id, item_id, level, not_applicable_reason, note, answered_by, answered_at_ms, version)
    VALUES ('check', '4-3', NULL, '開発をしていない', '', 'hanako', 1795132800000, 2);
INSERT INTO exclusion_approvals (assessment_id, item_id, answer_version, approved_by, approved_at_ms)
    VALUES ('check', '4-3', 2, 'hanako', 1795132800000);
INSERT INTO evidence_files (id, assessment_id, item_id, content_hash, name, media_type, size_bytes, added_by, added_at_ms, removed_at_ms)
    VALUES ('file', 'check', '1-1', 'f00d', '規程.pdf', 'application/pdf', 1024, 'hanako', 1795132800000, NULL);
INSERT INTO parts (assessment_id, area_id, account_id, assigned_by, assigned_at_ms) VALUES ('check', '1', 'taro', 'hanako', 1795132800000);
INSERT INTO submissions (id, assessment_id, submitted_by, submitted_at_ms, content_hash, returned_by, returned_at_ms, returned_reason)
    VALUES ('first', 'check', 'hanako', 1795132800000, 'c1', 'hanako', 1795132860000, '4-3の理由が足りません');
INSERT INTO submissions (id, assessment_id, submitted_by, submitted_at_ms, content_hash) VALUES ('second', 'check', 'hanako', 1795132920000, 'c2');
INSERT INTO approvals (assessment_id, approved_by, approved_at_ms, self_approved, comment, content_hash, content)
    VALUES ('check', 'hanako', 1795132980000, 1, '', 'c2', '{}');
INSERT INTO releases (id, number, item_set_id, synthetic, hash, content, frozen_by, frozen_at_ms)
    VALUES ('release', 1, 'benchmark-25', 1, 'r1', 'x', '', 1795132800000);
