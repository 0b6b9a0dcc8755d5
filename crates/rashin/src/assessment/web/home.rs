//! The first page: what to do next, and the self-checks one sees.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Redirect;

use super::list::Line;
use crate::access::{Consent, list_consents};
use crate::assessment::rights::Rights;
use crate::assessment::{OwnPart, State, Summary, acts, find, own_parts};
use crate::catalog;
use crate::face::{Answer, Asker, Html, Page, SignedIn};
use crate::identity;

/// Cards shown at most.
const CARDS: usize = 6;
/// Lines of the list shown at most.
const LINES: usize = 10;

/// Something to do.
struct Card {
    kind: &'static str,
    chip: String,
    title: String,
    path: String,
    text: String,
    progress: Option<(i64, i64)>,
}

#[derive(Template)]
#[template(path = "assessment/pages/home.html")]
pub(super) struct HomePage {
    page: Page,
    cards: Vec<Card>,
    lines: Vec<Line>,
    may_create: bool,
    more: bool,
}

/// What decides about cards.
struct View<'a> {
    page: &'a Page,
    rights: &'a Rights,
    account_id: &'a str,
    alone: bool,
    now_ms: i64,
}

impl View<'_> {
    fn name(&self, check: &Summary) -> String {
        format!("{} {}", check.unit_name, self.page.period(&check.period))
    }

    fn part(&self, check: &Summary, part: &OwnPart) -> Option<Card> {
        let set = catalog::builtin().item_set(&check.item_set_id)?;
        let area = set.area(&part.area_id)?;
        let total = i64::try_from(set.items_of(&part.area_id).count()).ok()?;
        let title = area.title.get(self.page.language);
        (part.answered < total).then(|| Card {
            kind: "new",
            chip: self.page.t("card-part"),
            title: self.page.t2("card-part-title", "area", title, "name", self.name(check)),
            path: format!("/assessments/{}/areas/{}", check.id, part.area_id),
            text: self.page.t1("card-part-text", "count", total - part.answered),
            progress: Some((part.answered, total)),
        })
    }

    fn decision(&self, check: &Summary) -> Option<Card> {
        let own = check.submitted_by.as_deref() == Some(self.account_id);
        let mine =
            check.state == State::Submitted && self.rights.may(&acts::APPROVE, &check.unit_id) && (!own || self.alone);
        mine.then(|| Card {
            kind: "wait",
            chip: self.page.t("state-submitted"),
            title: self.page.t1("card-approve-title", "name", self.name(check)),
            path: format!("/assessments/{}", check.id),
            text: self.page.t1("card-approve-text", "name", check.submitted_by_name.as_deref().unwrap_or("")),
            progress: None,
        })
    }

    fn exclusions(&self, check: &Summary) -> Option<Card> {
        let open = check.state == State::Open && check.exclusions_open > 0;
        (open && self.rights.may(&acts::APPROVE_EXCLUSION, &check.unit_id)).then(|| Card {
            kind: "wait",
            chip: self.page.t("card-exclusion"),
            title: self.page.t1("card-exclusion-title", "name", self.name(check)),
            path: format!("/assessments/{}#excluded-h", check.id),
            text: self.page.t1("card-exclusion-text", "count", check.exclusions_open),
            progress: None,
        })
    }

    fn answering(&self, check: &Summary) -> Option<Card> {
        let set = catalog::builtin().item_set(&check.item_set_id)?;
        let questions = catalog::builtin().profile(&set.profile)?.questions.len();
        let total = i64::try_from(set.items.len() + questions).ok()?;
        let done = check.items_answered + check.profile_answered;
        if check.state != State::Open || !self.rights.may(&acts::ANSWER, &check.unit_id) {
            return None;
        }
        let (title, text) = if done < total {
            ("card-answer-title", self.page.t1("card-answer-text", "count", total - done))
        } else {
            ("card-submit-title", self.page.t("card-submit-text"))
        };
        let path = if check.profile_answered == 0 {
            format!("/assessments/{}/profile", check.id)
        } else {
            format!("/assessments/{}", check.id)
        };
        let title = self.page.t1(title, "name", self.name(check));
        Some(Card { kind: "new", chip: self.page.t("state-open"), title, path, text, progress: Some((done, total)) })
    }

    fn result(&self, check: &Summary) -> Option<Card> {
        let approved_at_ms = check.approved_at_ms?;
        Some(Card {
            kind: "ok",
            chip: self.page.t("card-result"),
            title: self.page.t1("card-result-title", "name", self.name(check)),
            path: format!("/assessments/{}/diagnosis", check.id),
            text: self.page.t1("card-result-text", "date", self.page.date(&approved_at_ms)),
            progress: None,
        })
    }

    /// Another person asks for the asker's consent.
    fn consent(&self, consent: &Consent) -> Option<Card> {
        let waits = consent.is_open(self.now_ms) && consent.asked_by != self.account_id;
        let right = self.page.right(&consent.act);
        waits.then(|| Card {
            kind: "wait",
            chip: self.page.t("card-consent"),
            title: self.page.t2("card-consent-title", "right", right, "unit", &consent.unit_name),
            path: "/access/consents".to_owned(),
            text: self.page.t1("card-consent-text", "name", &consent.asked_by_name),
            progress: None,
        })
    }

    /// What waits for the asker comes first, then what is being answered, then the newest result.
    fn cards(&self, checks: &[Summary], parts: &[OwnPart], consents: &[Consent]) -> Vec<Card> {
        let by_id: BTreeMap<&str, &Summary> = checks.iter().map(|check| (check.id.as_str(), check)).collect();
        let open =
            |part: &OwnPart| by_id.get(part.assessment_id.as_str()).copied().filter(|check| check.state == State::Open);
        let mut cards: Vec<Card> = consents.iter().filter_map(|consent| self.consent(consent)).collect();
        cards.extend(checks.iter().filter_map(|check| self.decision(check)));
        cards.extend(checks.iter().filter_map(|check| self.exclusions(check)));
        cards.extend(parts.iter().filter_map(|part| self.part(open(part)?, part)));
        let asked = |check: &&Summary| !parts.iter().any(|part| part.assessment_id == check.id);
        cards.extend(checks.iter().filter(asked).filter_map(|check| self.answering(check)));
        let newest = checks.iter().max_by_key(|check| check.approved_at_ms);
        cards.extend(newest.and_then(|check| self.result(check)));
        cards.truncate(CARDS);
        cards
    }
}

async fn home(asker: &Asker) -> Answer<HomePage> {
    let checks = find(&asker.ctx, &crate::assessment::Filter::default()).await?;
    let parts = own_parts(&asker.ctx).await?;
    let rights = Rights::of(&asker.ctx).await?;
    let alone = identity::people_count(&asker.ctx).await? == 1;
    let (account_id, _) = asker.ctx.account()?;
    let view = View { page: &asker.page, rights: &rights, account_id, alone, now_ms: asker.ctx.now_ms() };
    let cards = view.cards(&checks, &parts, &list_consents(&asker.ctx).await?);
    let lines = checks.iter().take(LINES).map(|check| Line::of(&asker.page, check)).collect();
    let may_create = rights.may_anywhere(&acts::CREATE);
    Ok(HomePage { page: asker.page.clone(), cards, lines, may_create, more: checks.len() > LINES })
}

/// `GET /`. Who is not signed in is led to the sign-in page.
pub(super) async fn show_home(asker: Option<SignedIn>) -> Answer<Result<Html<HomePage>, Redirect>> {
    match asker {
        Some(SignedIn(asker)) => Ok(Ok(Html(home(&asker).await?))),
        None => Ok(Err(Redirect::to("/sign-in"))),
    }
}
