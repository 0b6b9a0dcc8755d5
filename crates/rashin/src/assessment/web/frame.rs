//! What every page of one self-check shows: which it is, how far it is, what the asker may do.

use platform::{Act, Language};

use crate::assessment::record::Evidence;
use crate::assessment::rights::Rights;
use crate::assessment::{Assessment, State, actions};
use crate::catalog::{self, Bilingual, Item, ItemSet, Profile, Question};
use crate::face::{Answer, Asker, Page};

/// A self-check on a page.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub page: Page,
    pub assessment: Assessment,
    pub set: &'static ItemSet,
    pub profile: &'static Profile,
    pub rights: Rights,
}

impl Frame {
    /// The self-check, if the asker may see it.
    pub(super) async fn open(asker: &Asker, id: &str) -> Answer<Self> {
        let assessment = actions::open(&asker.ctx, id).await?;
        Self::around(asker, assessment).await
    }

    /// Around a self-check already at hand.
    pub(super) async fn around(asker: &Asker, assessment: Assessment) -> Answer<Self> {
        let set = actions::item_set(&assessment)?;
        let profile = catalog::builtin().profile(&set.profile).ok_or(platform::Error::NotFound)?;
        let rights = Rights::of(&asker.ctx).await?;
        Ok(Self { page: asker.page.clone(), assessment, set, profile, rights })
    }

    pub(super) fn language(&self) -> Language {
        self.page.language
    }

    pub(super) fn text<'a>(&self, text: &'a Bilingual) -> &'a str {
        text.get(self.page.language)
    }

    pub(super) fn path(&self) -> String {
        format!("/assessments/{}", self.assessment.id)
    }

    pub(super) fn area_path(&self, area_id: &str) -> String {
        format!("{}/areas/{area_id}", self.path())
    }

    /// Where an item is answered.
    pub(super) fn item_path(&self, item_id: &str) -> String {
        let area = self.set.item(item_id).map_or("1", |item| item.area.as_str());
        format!("{}#q-{item_id}", self.area_path(area))
    }

    /// Where a file of evidence is.
    pub(super) fn file_path(&self, file: &Evidence) -> String {
        format!("{}/evidence/{}", self.path(), file.id)
    }

    /// Unit and period.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.assessment.unit_name, self.period())
    }

    pub(super) fn period(&self) -> String {
        self.page.period(&self.assessment.period)
    }

    /// `25項目`.
    pub(super) fn set_name(&self) -> String {
        self.page.t1("assessment-set", "count", self.set.items.len())
    }

    pub(super) fn may(&self, act: &'static Act) -> bool {
        self.rights.may(act, &self.assessment.unit_id)
    }

    pub(super) fn is_open(&self) -> bool {
        self.assessment.state == State::Open
    }

    /// Whether the asker can change answers now.
    pub(super) fn can_answer(&self) -> bool {
        self.is_open() && self.may(&crate::assessment::acts::ANSWER)
    }

    pub(super) fn is_answered(&self, item: &Item) -> bool {
        self.assessment.items.get(&item.ref_id).is_some_and(super::super::record::ItemAnswer::is_answered)
    }

    pub(super) fn items_total(&self) -> usize {
        self.set.items.len()
    }

    pub(super) fn items_done(&self) -> usize {
        self.set.items.iter().filter(|item| self.is_answered(item)).count()
    }

    pub(super) fn area_total(&self, area_id: &str) -> usize {
        self.set.items_of(area_id).count()
    }

    pub(super) fn area_done(&self, area_id: &str) -> usize {
        self.set.items_of(area_id).filter(|item| self.is_answered(item)).count()
    }

    pub(super) fn has_choice(&self, question: &Question) -> bool {
        self.assessment.profile.contains_key(&question.ref_id)
    }

    pub(super) fn profile_total(&self) -> usize {
        self.profile.questions.len()
    }

    pub(super) fn profile_done(&self) -> usize {
        self.profile.questions.iter().filter(|question| self.has_choice(question)).count()
    }

    pub(super) fn profile_is_done(&self) -> bool {
        self.profile_done() == self.profile_total()
    }

    /// Who was asked to answer an area; empty if nobody.
    pub(super) fn asked(&self, area_id: &str) -> &str {
        self.assessment.parts.iter().find(|part| part.area_id == area_id).map_or("", |part| part.account_name.as_str())
    }

    /// The first page with something to answer.
    pub(super) fn next_path(&self) -> String {
        if !self.profile_is_done() {
            return format!("{}/profile", self.path());
        }
        let open = self.set.items.iter().find(|item| !self.is_answered(item));
        open.map_or_else(|| self.path(), |item| self.item_path(&item.ref_id))
    }

    /// The steps of a self-check, of which the page is one.
    pub(super) fn steps(&self, now: &str) -> Vec<Step> {
        let answered = self.items_done() == self.items_total();
        let handed_in = !self.is_open();
        let approved = self.assessment.state == State::Approved;
        let steps = [
            ("step-profile", self.profile_is_done()),
            ("step-questions", answered),
            ("step-review", handed_in),
            ("step-approval", approved),
            ("step-diagnosis", false),
        ];
        steps.into_iter().map(|(key, done)| Step { key, done, current: key == now }).collect()
    }
}

/// A step on the way to the diagnosis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub key: &'static str,
    pub done: bool,
    pub current: bool,
}
