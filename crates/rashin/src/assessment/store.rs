//! The tables of self-checks.

use std::collections::BTreeMap;

use platform::db::like_literally;
use platform::{Act, Ctx, Deed, Error, Message, Result, Row, Value, statements};

use super::record::{
    Approval, Approved, Assessment, Evidence, Filter, ItemAnswer, OwnPart, Part, ProfileAnswer, State, Submission,
    Summary,
};
use crate::domains::Place;

statements! {
    ADD = "INSERT INTO assessments (id, tenant_id, unit_id, item_set_id, item_set_hash, period, created_by, created_at_ms, changes) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)";
    PLACE = "SELECT unit_id FROM assessments WHERE id = $1";
    PLACE_OF_EVIDENCE = "SELECT a.unit_id FROM evidence_files f JOIN assessments a ON a.id = f.assessment_id WHERE f.id = $1";
    // Takes the row for this transaction, so that answering and handing in cannot cross.
    HOLD = "UPDATE assessments SET changes = changes + 1 WHERE id = $1";
    ONE = "SELECT a.id, a.tenant_id, a.unit_id, u.name AS unit_name, a.item_set_id, a.item_set_hash, a.period, a.created_at_ms \
        FROM assessments a JOIN units u ON u.id = a.unit_id WHERE a.id = $1";
    // Sorting and filtering happen here, so that a page of the list is one bounded answer.
    VISIBLE = "SELECT * FROM (SELECT a.id, a.unit_id, u.name AS unit_name, u.path, a.item_set_id, a.period, a.created_at_ms, p.approved_at_ms, \
        s.submitted_by, s.submitted_at_ms, w.name AS submitted_by_name, \
        CASE WHEN p.assessment_id IS NOT NULL THEN 'approved' WHEN s.id IS NOT NULL THEN 'submitted' ELSE 'open' END AS state, \
        (SELECT COUNT(*) FROM profile_answers q WHERE q.assessment_id = a.id) AS profile_answered, \
        (SELECT COUNT(*) FROM item_answers i WHERE i.assessment_id = a.id AND (i.level IS NOT NULL OR i.not_applicable_reason IS NOT NULL)) AS items_answered, \
        (SELECT COUNT(*) FROM item_answers i WHERE i.assessment_id = a.id AND i.not_applicable_reason IS NOT NULL AND NOT EXISTS \
          (SELECT 1 FROM exclusion_approvals e WHERE e.assessment_id = i.assessment_id AND e.item_id = i.item_id AND e.answer_version = i.version)) AS exclusions_open, \
        COALESCE((SELECT MAX(i.answered_at_ms) FROM item_answers i WHERE i.assessment_id = a.id), a.created_at_ms) AS changed_at_ms \
        FROM assessments a JOIN units u ON u.id = a.unit_id LEFT JOIN approvals p ON p.assessment_id = a.id \
        LEFT JOIN submissions s ON s.assessment_id = a.id AND s.returned_at_ms IS NULL LEFT JOIN accounts w ON w.id = s.submitted_by \
        WHERE a.tenant_id = $1 AND (a.unit_id = $5 OR $5 = '') AND (a.period = $6 OR $6 = '') \
          AND (LOWER(u.name) LIKE '%' || LOWER($8) || '%' ESCAPE '!') AND a.unit_id IN ( \
          WITH RECURSIVE seen (id) AS (SELECT g.unit_id FROM grant_powers g WHERE g.account_id = $2 AND $3 LIKE '%|' || g.power || '|%' \
            AND (g.until_ms IS NULL OR g.until_ms > $4) UNION SELECT b.id FROM units b JOIN seen ON b.parent_id = seen.id WHERE b.tenant_id = $1) \
          SELECT id FROM seen)) v \
        WHERE (v.state = $7 OR $7 = '') \
        ORDER BY CASE WHEN $9 = 'unit' THEN v.unit_name ELSE '' END, CASE WHEN $9 = 'state' THEN v.state ELSE '' END DESC, \
          CASE WHEN $9 = 'changed' THEN -v.changed_at_ms ELSE 0 END, v.period DESC, v.path, v.item_set_id LIMIT $10 OFFSET $11";
    APPROVED_OF_UNIT = "SELECT a.id, a.item_set_id, a.period, p.approved_at_ms FROM assessments a JOIN approvals p ON p.assessment_id = a.id \
        WHERE a.unit_id = $1 AND a.id <> $2 ORDER BY a.period DESC, a.item_set_id LIMIT 500";
    OWN_PARTS = "SELECT p.assessment_id, p.area_id, \
        (SELECT COUNT(*) FROM item_answers i WHERE i.assessment_id = p.assessment_id AND i.item_id LIKE p.area_id || '-%' \
          AND (i.level IS NOT NULL OR i.not_applicable_reason IS NOT NULL)) AS answered \
        FROM parts p JOIN assessments a ON a.id = p.assessment_id WHERE p.account_id = $1 AND a.tenant_id = $2 \
        ORDER BY p.assessment_id, p.area_id LIMIT 1000";
    PROFILE = "SELECT q.question_id, q.option_id, a.name AS by_name, q.answered_at_ms, q.version \
        FROM profile_answers q LEFT JOIN accounts a ON a.id = q.answered_by WHERE q.assessment_id = $1";
    ITEMS = "SELECT i.item_id, i.level, i.not_applicable_reason, i.note, a.name AS by_name, i.answered_at_ms, i.version, b.name AS agreed_by \
        FROM item_answers i LEFT JOIN accounts a ON a.id = i.answered_by \
        LEFT JOIN exclusion_approvals e ON e.assessment_id = i.assessment_id AND e.item_id = i.item_id AND e.answer_version = i.version \
        LEFT JOIN accounts b ON b.id = e.approved_by WHERE i.assessment_id = $1";
    FILES = "SELECT f.id, f.item_id, f.content_hash, f.name, f.media_type, f.size_bytes, a.name AS by_name, f.added_at_ms \
        FROM evidence_files f LEFT JOIN accounts a ON a.id = f.added_by \
        WHERE f.assessment_id = $1 AND f.removed_at_ms IS NULL ORDER BY f.added_at_ms, f.id LIMIT 1000";
    PARTS = "SELECT p.area_id, p.account_id, a.name FROM parts p JOIN accounts a ON a.id = p.account_id WHERE p.assessment_id = $1 ORDER BY p.area_id";
    // The one that stands comes first, even if the clock was put back since an earlier one.
    SUBMISSIONS = "SELECT s.id, s.submitted_by, a.name AS by_name, s.submitted_at_ms, s.content_hash, s.returned_reason, s.returned_at_ms, r.name AS returned_by \
        FROM submissions s LEFT JOIN accounts a ON a.id = s.submitted_by LEFT JOIN accounts r ON r.id = s.returned_by \
        WHERE s.assessment_id = $1 \
        ORDER BY CASE WHEN s.returned_at_ms IS NULL THEN 0 ELSE 1 END, s.submitted_at_ms DESC, s.id DESC LIMIT 50";
    APPROVAL = "SELECT a.name AS by_name, p.approved_at_ms, p.self_approved, p.comment, p.content_hash \
        FROM approvals p LEFT JOIN accounts a ON a.id = p.approved_by WHERE p.assessment_id = $1";
    ADD_PROFILE = "INSERT INTO profile_answers (assessment_id, question_id, option_id, answered_by, answered_at_ms, version) \
        VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (assessment_id, question_id) DO NOTHING";
    SET_PROFILE = "UPDATE profile_answers SET option_id = $3, answered_by = $4, answered_at_ms = $5, version = version + 1 \
        WHERE assessment_id = $1 AND question_id = $2 AND version = $6";
    ADD_ITEM = "INSERT INTO item_answers (assessment_id, item_id, level, not_applicable_reason, note, answered_by, answered_at_ms, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (assessment_id, item_id) DO NOTHING";
    SET_ITEM = "UPDATE item_answers SET level = $3, not_applicable_reason = $4, note = $5, answered_by = $6, answered_at_ms = $7, version = version + 1 \
        WHERE assessment_id = $1 AND item_id = $2 AND version = $8";
    AGREE_EXCLUSION = "INSERT INTO exclusion_approvals (assessment_id, item_id, answer_version, approved_by, approved_at_ms) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (assessment_id, item_id) DO UPDATE SET answer_version = $3, approved_by = $4, approved_at_ms = $5";
    ADD_FILE = "INSERT INTO evidence_files (id, assessment_id, item_id, content_hash, name, media_type, size_bytes, added_by, added_at_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    REMOVE_FILE = "UPDATE evidence_files SET removed_at_ms = $3 WHERE id = $1 AND assessment_id = $2 AND removed_at_ms IS NULL";
    RESTORE_FILE = "UPDATE evidence_files SET removed_at_ms = NULL WHERE id = $1 AND assessment_id = $2 AND removed_at_ms IS NOT NULL";
    SET_PART = "INSERT INTO parts (assessment_id, area_id, account_id, assigned_by, assigned_at_ms) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (assessment_id, area_id) DO UPDATE SET account_id = $3, assigned_by = $4, assigned_at_ms = $5";
    END_PART = "DELETE FROM parts WHERE assessment_id = $1 AND area_id = $2";
    SUBMIT = "INSERT INTO submissions (id, assessment_id, submitted_by, submitted_at_ms, content_hash) VALUES ($1, $2, $3, $4, $5)";
    GIVE_BACK = "UPDATE submissions SET returned_by = $2, returned_at_ms = $3, returned_reason = $4 WHERE id = $1 AND returned_at_ms IS NULL";
    APPROVE = "INSERT INTO approvals (assessment_id, approved_by, approved_at_ms, self_approved, comment, content_hash, content) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// Where self-checks and their evidence lie.
pub(crate) const PLACES: &[Place] =
    &[Place { kind: "assessment", unit_of: PLACE }, Place { kind: "evidence", unit_of: PLACE_OF_EVIDENCE }];

/// A self-check to be begun.
pub(super) struct NewAssessment<'a> {
    pub id: &'a str,
    pub tenant_id: &'a str,
    pub unit_id: &'a str,
    pub item_set_id: &'a str,
    pub item_set_hash: &'a str,
    pub period: &'a str,
    pub created_by: &'a str,
}

pub(super) async fn add(deed: &mut Deed, new: &NewAssessment<'_>) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        new.id.into(),
        new.tenant_id.into(),
        new.unit_id.into(),
        new.item_set_id.into(),
        new.item_set_hash.into(),
        new.period.into(),
        new.created_by.into(),
        now_ms.into(),
    ];
    match deed.write(&ADD, &values).await {
        Err(Error::Conflict(_)) => {
            Err(Error::field("period", new.period, Message::new("error-assessment-exists").with("period", new.period)))
        }
        other => other.map(|_| ()),
    }
}

pub(super) async fn hold(deed: &mut Deed, id: &str) -> Result<()> {
    deed.write(&HOLD, &[id.into()]).await.map(|_| ())
}

fn summary_of(row: &Row) -> Result<Summary> {
    let state = row.text("state")?;
    Ok(Summary {
        id: row.text("id")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
        item_set_id: row.text("item_set_id")?,
        period: row.text("period")?,
        state: State::parse(&state).ok_or_else(|| Error::internal(format!("state {state}")))?,
        profile_answered: row.int("profile_answered")?,
        items_answered: row.int("items_answered")?,
        exclusions_open: row.int("exclusions_open")?,
        created_at_ms: row.int("created_at_ms")?,
        changed_at_ms: row.int("changed_at_ms")?,
        submitted_by: row.opt_text("submitted_by")?,
        submitted_by_name: row.opt_text("submitted_by_name")?,
        submitted_at_ms: row.opt_int("submitted_at_ms")?,
        approved_at_ms: row.opt_int("approved_at_ms")?,
    })
}

/// Self-checks the asker may read that fit the filter.
pub(super) async fn visible(ctx: &Ctx, act: &Act, filter: &Filter) -> Result<Vec<Summary>> {
    // No name is longer, and SQLite takes no pattern of any length.
    if filter.name.chars().count() > 100 {
        return Ok(Vec::new());
    }
    let (account_id, tenant_id) = ctx.account()?;
    let values = [
        tenant_id.into(),
        account_id.into(),
        act.powers().into(),
        ctx.now_ms().into(),
        filter.unit_id.as_str().into(),
        filter.period.as_str().into(),
        filter.state.as_str().into(),
        like_literally(filter.name.trim()).into(),
        filter.sort.as_str().into(),
        filter.limit.into(),
        filter.skip.into(),
    ];
    ctx.rows(&VISIBLE, &values).await?.iter().map(summary_of).collect()
}

/// Areas the asker was asked to answer.
pub(super) async fn approved_of_unit(ctx: &Ctx, unit_id: &str, but: &str) -> Result<Vec<Approved>> {
    let approved_of = |row: &Row| {
        Ok(Approved {
            id: row.text("id")?,
            item_set_id: row.text("item_set_id")?,
            period: row.text("period")?,
            approved_at_ms: row.int("approved_at_ms")?,
        })
    };
    ctx.rows(&APPROVED_OF_UNIT, &[unit_id.into(), but.into()]).await?.iter().map(approved_of).collect()
}

pub(super) async fn own_parts(ctx: &Ctx) -> Result<Vec<OwnPart>> {
    let (account_id, tenant_id) = ctx.account()?;
    let part = |row: &Row| {
        Ok(OwnPart {
            assessment_id: row.text("assessment_id")?,
            area_id: row.text("area_id")?,
            answered: row.int("answered")?,
        })
    };
    ctx.rows(&OWN_PARTS, &[account_id.into(), tenant_id.into()]).await?.iter().map(part).collect()
}

/// All submissions of a self-check, newest first.
pub(super) async fn submissions(ctx: &Ctx, id: &str) -> Result<Vec<Submission>> {
    ctx.rows(&SUBMISSIONS, &[id.into()]).await?.iter().map(submission_of).collect()
}

fn name_of(row: &Row, column: &str) -> Result<String> {
    Ok(row.opt_text(column)?.unwrap_or_default())
}

fn item_of(row: &Row) -> Result<(String, ItemAnswer)> {
    let level = row.opt_int("level")?.map(u8::try_from).transpose().map_err(Error::internal)?;
    let answer = ItemAnswer {
        level,
        not_applicable_reason: row.opt_text("not_applicable_reason")?,
        note: row.text("note")?,
        answered_by: name_of(row, "by_name")?,
        answered_at_ms: row.int("answered_at_ms")?,
        version: row.int("version")?,
        exclusion_approved_by: row.opt_text("agreed_by")?,
    };
    Ok((row.text("item_id")?, answer))
}

fn profile_of(row: &Row) -> Result<(String, ProfileAnswer)> {
    let answer = ProfileAnswer {
        option_id: row.text("option_id")?,
        answered_by: name_of(row, "by_name")?,
        answered_at_ms: row.int("answered_at_ms")?,
        version: row.int("version")?,
    };
    Ok((row.text("question_id")?, answer))
}

fn file_of(row: &Row) -> Result<Evidence> {
    Ok(Evidence {
        id: row.text("id")?,
        item_id: row.text("item_id")?,
        content_hash: row.text("content_hash")?,
        name: row.text("name")?,
        media_type: row.text("media_type")?,
        size_bytes: row.int("size_bytes")?,
        added_by: name_of(row, "by_name")?,
        added_at_ms: row.int("added_at_ms")?,
    })
}

fn part_of(row: &Row) -> Result<Part> {
    Ok(Part { area_id: row.text("area_id")?, account_id: row.text("account_id")?, account_name: row.text("name")? })
}

fn submission_of(row: &Row) -> Result<Submission> {
    Ok(Submission {
        id: row.text("id")?,
        submitted_by: row.text("submitted_by")?,
        submitted_by_name: name_of(row, "by_name")?,
        submitted_at_ms: row.int("submitted_at_ms")?,
        content_hash: row.text("content_hash")?,
        returned_reason: row.opt_text("returned_reason")?,
        returned_by_name: row.opt_text("returned_by")?,
        returned_at_ms: row.opt_int("returned_at_ms")?,
    })
}

fn approval_of(row: &Row) -> Result<Approval> {
    Ok(Approval {
        approved_by_name: name_of(row, "by_name")?,
        approved_at_ms: row.int("approved_at_ms")?,
        self_approved: row.int("self_approved")? == 1,
        comment: row.text("comment")?,
        content_hash: row.text("content_hash")?,
    })
}

/// Where the parts of a self-check are read from: the database or an open deed.
pub(super) enum Source<'a> {
    Db(&'a Ctx),
    Deed(&'a mut Deed),
}

impl Source<'_> {
    async fn rows(&mut self, statement: &platform::Statement, id: &str) -> Result<Vec<Row>> {
        let values = [Value::from(id)];
        match self {
            Self::Db(ctx) => ctx.rows(statement, &values).await,
            Self::Deed(deed) => deed.rows(statement, &values).await,
        }
    }
}

/// A self-check with everything in it; not found if there is none.
pub(super) async fn one(mut source: Source<'_>, id: &str) -> Result<Assessment> {
    let rows = source.rows(&ONE, id).await?;
    let row = rows.first().ok_or(Error::NotFound)?;
    let profile = source.rows(&PROFILE, id).await?.iter().map(profile_of).collect::<Result<BTreeMap<_, _>>>()?;
    let items = source.rows(&ITEMS, id).await?.iter().map(item_of).collect::<Result<BTreeMap<_, _>>>()?;
    let evidence = source.rows(&FILES, id).await?.iter().map(file_of).collect::<Result<Vec<_>>>()?;
    let parts = source.rows(&PARTS, id).await?.iter().map(part_of).collect::<Result<Vec<_>>>()?;
    let submission = source.rows(&SUBMISSIONS, id).await?.first().map(submission_of).transpose()?;
    let approval = source.rows(&APPROVAL, id).await?.first().map(approval_of).transpose()?;
    let state = match (&approval, &submission) {
        (Some(_), _) => State::Approved,
        (None, Some(submission)) if submission.returned_reason.is_none() => State::Submitted,
        _ => State::Open,
    };
    Ok(Assessment {
        id: row.text("id")?,
        tenant_id: row.text("tenant_id")?,
        unit_id: row.text("unit_id")?,
        unit_name: row.text("unit_name")?,
        item_set_id: row.text("item_set_id")?,
        item_set_hash: row.text("item_set_hash")?,
        period: row.text("period")?,
        created_at_ms: row.int("created_at_ms")?,
        state,
        profile,
        items,
        evidence,
        parts,
        submission,
        approval,
    })
}

/// Writes a profile answer if nobody changed it since `seen` (0: never answered). False on a conflict.
pub(super) async fn put_profile(
    deed: &mut Deed,
    id: &str,
    question: &str,
    option: &str,
    by: &str,
    seen: i64,
) -> Result<bool> {
    let now_ms = deed.now_ms();
    let mut values: Vec<Value> = vec![id.into(), question.into(), option.into(), by.into(), now_ms.into()];
    let changed = if seen == 0 {
        deed.write(&ADD_PROFILE, &values).await?
    } else {
        values.push(seen.into());
        deed.write(&SET_PROFILE, &values).await?
    };
    Ok(changed == 1)
}

/// An answer to write.
pub(super) struct NewAnswer<'a> {
    pub item_id: &'a str,
    pub level: Option<u8>,
    pub not_applicable_reason: Option<&'a str>,
    pub note: &'a str,
    /// Version the writer saw; 0: never answered.
    pub seen: i64,
}

/// Writes an item's answer if nobody changed it meanwhile. False on a conflict.
pub(super) async fn put_item(deed: &mut Deed, id: &str, by: &str, new: &NewAnswer<'_>) -> Result<bool> {
    let now_ms = deed.now_ms();
    let mut values: Vec<Value> = vec![
        id.into(),
        new.item_id.into(),
        new.level.into(),
        new.not_applicable_reason.into(),
        new.note.into(),
        by.into(),
        now_ms.into(),
    ];
    let changed = if new.seen == 0 {
        deed.write(&ADD_ITEM, &values).await?
    } else {
        values.push(new.seen.into());
        deed.write(&SET_ITEM, &values).await?
    };
    Ok(changed == 1)
}

pub(super) async fn agree_exclusion(deed: &mut Deed, id: &str, item_id: &str, version: i64, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&AGREE_EXCLUSION, &[id.into(), item_id.into(), version.into(), by.into(), now_ms.into()])
        .await
        .map(|_| ())
}

pub(super) async fn add_file(deed: &mut Deed, id: &str, file: &Evidence, by: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        file.id.as_str().into(),
        id.into(),
        file.item_id.as_str().into(),
        file.content_hash.as_str().into(),
        file.name.as_str().into(),
        file.media_type.as_str().into(),
        file.size_bytes.into(),
        by.into(),
        now_ms.into(),
    ];
    deed.write(&ADD_FILE, &values).await.map(|_| ())
}

/// Takes a file away, or brings it back.
pub(super) async fn remove_file(deed: &mut Deed, id: &str, file_id: &str, removed: bool) -> Result<()> {
    let now_ms = deed.now_ms();
    let changed = if removed {
        deed.write(&REMOVE_FILE, &[file_id.into(), id.into(), now_ms.into()]).await?
    } else {
        deed.write(&RESTORE_FILE, &[file_id.into(), id.into()]).await?
    };
    if changed == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Asks somebody to answer an area; nobody with `None`.
pub(super) async fn set_part(
    deed: &mut Deed,
    id: &str,
    area_id: &str,
    account_id: Option<&str>,
    by: &str,
) -> Result<()> {
    let now_ms = deed.now_ms();
    match account_id {
        Some(account_id) => {
            deed.write(&SET_PART, &[id.into(), area_id.into(), account_id.into(), by.into(), now_ms.into()]).await
        }
        None => deed.write(&END_PART, &[id.into(), area_id.into()]).await,
    }
    .map(|_| ())
}

pub(super) async fn submit(deed: &mut Deed, submission_id: &str, id: &str, by: &str, content_hash: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&SUBMIT, &[submission_id.into(), id.into(), by.into(), now_ms.into(), content_hash.into()])
        .await
        .map(|_| ())
}

pub(super) async fn give_back(deed: &mut Deed, submission_id: &str, by: &str, reason: &str) -> Result<()> {
    let now_ms = deed.now_ms();
    match deed.write(&GIVE_BACK, &[submission_id.into(), by.into(), now_ms.into(), reason.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::conflict("error-changed-meanwhile")),
    }
}

pub(super) async fn approve(
    deed: &mut Deed,
    assessment: &Assessment,
    by: &str,
    alone: bool,
    comment: &str,
) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [
        assessment.id.as_str().into(),
        by.into(),
        now_ms.into(),
        i64::from(alone).into(),
        comment.into(),
        assessment.content_hash().into(),
        assessment.content().into(),
    ];
    deed.write(&APPROVE, &values).await.map(|_| ())
}
