//! Beginning, reading, assigning, handing in and approving self-checks. Answering has its own file.

use platform::{Ctx, Error, Fault, Message, Result, new_id};

use super::record::{Approved, Assessment, Filter, OwnPart, State, Submission, Summary};
use super::{acts, period, store};
use crate::{access, catalog, identity, organisation};

/// Begins a self-check of a unit. One per unit, item set and period.
pub async fn create(ctx: &Ctx, unit_id: &str, item_set_id: &str, period: &str) -> Result<String> {
    let (account_id, _) = ctx.account()?;
    let unit = organisation::unit(ctx, unit_id).await?;
    let mut faults = Vec::new();
    let set = catalog::builtin().item_set(item_set_id);
    if set.is_none() {
        faults.push(Fault::new("item_set", item_set_id, Message::new("error-choice")));
    }
    if !period::is_period(period) {
        faults.push(Fault::new("period", period, Message::new("error-period")));
    }
    if unit.closed {
        faults.push(Fault::new("unit", &unit.name, Message::new("error-unit-closed")));
    }
    let (Some(set), true) = (set, faults.is_empty()) else { return Err(Error::Invalid(faults)) };
    let id = new_id(ctx)?;
    let object = platform::Object::of_unit("assessment", &id, &unit.id);
    let mut deed = ctx.begin(&acts::CREATE, object).await?;
    let new = store::NewAssessment {
        id: &id,
        tenant_id: &unit.tenant_id,
        unit_id: &unit.id,
        item_set_id,
        item_set_hash: &set.hash,
        period,
        created_by: account_id,
    };
    store::add(&mut deed, &new).await?;
    deed.note("item_set", item_set_id);
    deed.note("period", period);
    deed.commit("").await?;
    Ok(id)
}

/// Self-checks one may see, newest period first; the newest 500.
pub async fn list(ctx: &Ctx) -> Result<Vec<Summary>> {
    find(ctx, &Filter::default()).await
}

/// Self-checks one may see that fit a filter.
pub async fn find(ctx: &Ctx, filter: &Filter) -> Result<Vec<Summary>> {
    store::visible(ctx, &acts::READ, filter).await
}

/// Areas that the asker was asked to answer.
pub async fn own_parts(ctx: &Ctx) -> Result<Vec<OwnPart>> {
    store::own_parts(ctx).await
}

/// How often and by whom a self-check was handed in and given back, newest first.
pub async fn submissions(ctx: &Ctx, id: &str) -> Result<Vec<Submission>> {
    let assessment = open(ctx, id).await?;
    store::submissions(ctx, &assessment.id).await
}

/// A self-check with everything in it; not found for those who may not see it.
pub async fn open(ctx: &Ctx, id: &str) -> Result<Assessment> {
    let assessment = store::one(store::Source::Db(ctx), id).await?;
    if ctx.may(&acts::READ, &assessment.object()).await? { Ok(assessment) } else { Err(Error::NotFound) }
}

/// Other self-checks of the same unit that are approved, newest period first: for comparison.
pub async fn earlier(ctx: &Ctx, assessment: &Assessment) -> Result<Vec<Approved>> {
    if !ctx.may(&acts::READ, &assessment.object()).await? {
        return Ok(Vec::new());
    }
    store::approved_of_unit(ctx, &assessment.unit_id, &assessment.id).await
}

/// Who can be asked to answer an area: everybody who may answer there, as (id, name).
pub async fn colleagues(ctx: &Ctx, assessment: &Assessment) -> Result<Vec<(String, String)>> {
    access::colleagues(ctx, &acts::ANSWER, &assessment.unit_id).await
}

/// Asks somebody to answer an area, or nobody.
pub async fn assign(ctx: &Ctx, id: &str, area_id: &str, account_id: Option<&str>) -> Result<()> {
    let assessment = open(ctx, id).await?;
    assessment.must_be_open()?;
    let set = item_set(&assessment)?;
    if !set.areas.iter().any(|area| area.ref_id == area_id) {
        return Err(Error::field("area", area_id, Message::new("error-choice")));
    }
    if let Some(account_id) = account_id
        && !colleagues(ctx, &assessment).await?.iter().any(|(known, _)| known == account_id)
    {
        return Err(Error::field("account", account_id, Message::new("error-choice")));
    }
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::ASSIGN, assessment.object()).await?;
    store::hold(&mut deed, id).await?;
    store::one(store::Source::Deed(&mut deed), id).await?.must_be_open()?;
    store::set_part(&mut deed, id, area_id, account_id, by).await?;
    deed.note("area", area_id);
    deed.note("to", account_id);
    deed.commit("").await
}

/// Agrees that an item does not apply, for the answer of the version seen; without one, for the answer as it stands.
pub async fn approve_exclusion(ctx: &Ctx, id: &str, item_id: &str, seen: Option<i64>) -> Result<()> {
    let assessment = open(ctx, id).await?;
    assessment.must_be_open()?;
    let answer = assessment.items.get(item_id).ok_or(Error::NotFound)?;
    let Some(reason) = &answer.not_applicable_reason else {
        return Err(Error::conflict("error-changed-meanwhile"));
    };
    if seen.is_some_and(|version| version != answer.version) {
        return Err(Error::conflict("error-changed-meanwhile"));
    }
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::APPROVE_EXCLUSION, assessment.object()).await?;
    store::hold(&mut deed, id).await?;
    let now = store::one(store::Source::Deed(&mut deed), id).await?;
    now.must_be_open()?;
    if now.items.get(item_id).is_none_or(|now| now.version != answer.version) {
        return Err(Error::conflict("error-changed-meanwhile"));
    }
    store::agree_exclusion(&mut deed, id, item_id, answer.version, by).await?;
    deed.note("item", item_id);
    deed.note("reason_given", reason.as_str());
    deed.commit("").await
}

/// What still keeps a self-check from being handed in, as faults that name the question.
#[must_use]
pub fn open_points(assessment: &Assessment) -> Vec<Fault> {
    let Ok(set) = item_set(assessment) else { return Vec::new() };
    let mut faults = Vec::new();
    if let Some(profile) = catalog::builtin().profile(&set.profile) {
        for question in profile.questions.iter().filter(|question| !assessment.profile.contains_key(&question.ref_id)) {
            faults.push(Fault::new(&format!("profile.{}", question.ref_id), "", Message::new("error-unanswered")));
        }
    }
    for item in &set.items {
        let field = format!("items.{}", item.ref_id);
        match assessment.items.get(&item.ref_id) {
            Some(answer) if answer.awaits_exclusion() => {
                faults.push(Fault::new(&field, "", Message::new("error-exclusion-open")));
            }
            Some(answer) if answer.is_answered() => {}
            _ => faults.push(Fault::new(&field, "", Message::new("error-unanswered"))),
        }
    }
    faults
}

/// The item set of a self-check.
pub fn item_set(assessment: &Assessment) -> Result<&'static catalog::ItemSet> {
    catalog::builtin()
        .item_set(&assessment.item_set_id)
        .ok_or_else(|| Error::internal(format!("item set {} is not in the catalogue", assessment.item_set_id)))
}

/// Hands in. Every question must be answered and every exclusion agreed.
pub async fn submit(ctx: &Ctx, id: &str) -> Result<()> {
    open(ctx, id).await?.must_be_open()?;
    let (by, _) = ctx.account()?;
    let submission_id = new_id(ctx)?;
    let seen = open(ctx, id).await?;
    let mut deed = ctx.begin(&acts::SUBMIT, seen.object()).await?;
    store::hold(&mut deed, id).await?;
    let assessment = store::one(store::Source::Deed(&mut deed), id).await?;
    assessment.must_be_open()?;
    let faults = open_points(&assessment);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let hash = assessment.content_hash();
    store::submit(&mut deed, &submission_id, id, by, &hash).await?;
    deed.note("content_hash", hash);
    deed.commit("").await
}

/// Gives back what was handed in, so that it can be changed.
pub async fn give_back(ctx: &Ctx, id: &str, reason: &str) -> Result<()> {
    let seen = open(ctx, id).await?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::field("reason", "", Message::new("error-reason")));
    }
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::RETURN, seen.object()).await?;
    store::hold(&mut deed, id).await?;
    let assessment = store::one(store::Source::Deed(&mut deed), id).await?;
    let Some(submission) = assessment.submission.as_ref().filter(|_| assessment.state == State::Submitted) else {
        return Err(Error::conflict("error-not-submitted"));
    };
    store::give_back(&mut deed, &submission.id, by, reason).await?;
    // As a fact, which is shown to those alone who may see the self-check; the entry itself is everybody's who reads the log.
    deed.note("reason_given", reason);
    deed.commit("").await
}

/// Approves what was handed in and freezes it. The one who handed in cannot approve, unless the tenant has nobody
/// else; then it is marked.
pub async fn approve(ctx: &Ctx, id: &str, comment: &str) -> Result<()> {
    let seen = open(ctx, id).await?;
    let alone = identity::people_count(ctx).await? == 1;
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::APPROVE, seen.object()).await?;
    store::hold(&mut deed, id).await?;
    let assessment = store::one(store::Source::Deed(&mut deed), id).await?;
    let Some(submission) = assessment.submission.as_ref().filter(|_| assessment.state == State::Submitted) else {
        return Err(Error::conflict("error-not-submitted"));
    };
    let own = submission.submitted_by == by;
    if own && !alone {
        // The trace is a deed of its own.
        drop(deed);
        let why = Message::new("error-second-person");
        return Err(ctx.refuse(&acts::APPROVE, &seen.object(), why).await);
    }
    if submission.content_hash != assessment.content_hash() {
        return Err(Error::internal(format!("self-check {id} is not what was handed in")));
    }
    store::approve(&mut deed, &assessment, by, own, comment.trim()).await?;
    deed.note("content_hash", assessment.content_hash());
    deed.note("self_approved", own);
    if !comment.trim().is_empty() {
        deed.note("reason_given", comment.trim());
    }
    deed.commit("").await
}
