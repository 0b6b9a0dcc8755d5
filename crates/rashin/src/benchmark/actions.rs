//! What may be asked about a diagnosis. Reading only: a diagnosis is computed, never stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use platform::{Ctx, Error, Message, Result};

use super::diagnose::diagnose;
use super::model::Diagnosis;
use crate::assessment::answers::Answers;
use crate::assessment::answers_file::read_toml;
use crate::assessment::score::score;
use crate::assessment::{self, Assessment};
use crate::catalog::{self, ItemSet};
use crate::population::{self, Release};

/// An approved self-check of the same unit before this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Identifier.
    pub id: String,
    /// Period.
    pub period: String,
    /// Total.
    pub total: u32,
    /// Risk index, −5 to +5.
    pub risk_index: f64,
    /// Levels by item.
    pub levels: BTreeMap<String, u8>,
    /// Whether it uses the same item set, so that totals can be compared.
    pub same_set: bool,
}

/// A diagnosis with everything its page shows.
#[derive(Debug, Clone)]
pub struct Found {
    /// The self-check.
    pub assessment: Assessment,
    /// Its item set.
    pub set: &'static ItemSet,
    /// Its answers.
    pub answers: Answers,
    /// The release it is compared with.
    pub release: Arc<Release>,
    /// The diagnosis.
    pub diagnosis: Diagnosis,
    /// Approved self-checks before it, the earliest first, at most four.
    pub earlier: Vec<Earlier>,
}

/// The release to compare with: the one asked for, which must be for this item set, or the first listed.
async fn release_for(ctx: &Ctx, item_set_id: &str, release_id: Option<&str>) -> Result<Arc<Release>> {
    let Some(id) = release_id.filter(|id| !id.is_empty()) else {
        return population::first_for(ctx, item_set_id).await;
    };
    let release = population::find(ctx, id).await?;
    if release.head().item_set == item_set_id {
        Ok(release)
    } else {
        Err(Error::field("release", id, Message::new("error-release-set")))
    }
}

/// The diagnosis of a self-check one may read. Unanswered questions are listed as faults.
pub async fn diagnosis(ctx: &Ctx, id: &str, release_id: Option<&str>) -> Result<Found> {
    let assessment = assessment::open(ctx, id).await?;
    let set = assessment::actions::item_set(&assessment)?;
    let answers = assessment.answers();
    let release = release_for(ctx, &set.id, release_id).await?;
    let diagnosis = diagnose(catalog::builtin(), set, &release, &answers)?;
    let mut earlier = Vec::new();
    for summary in assessment::earlier(ctx, &assessment).await?.into_iter().take(12) {
        if summary.period >= assessment.period || earlier.len() >= 4 {
            continue;
        }
        let before = assessment::open(ctx, &summary.id).await?;
        earlier.extend(earlier_of(&before, &set.id)?);
    }
    earlier.reverse();
    Ok(Found { assessment, set, answers, release, diagnosis, earlier })
}

/// None where its answers no longer fit the catalogue.
fn earlier_of(before: &Assessment, item_set_id: &str) -> Result<Option<Earlier>> {
    let set = assessment::actions::item_set(before)?;
    let model = catalog::builtin().index_model(&set.index_model).ok_or(Error::NotFound)?;
    let answers = before.answers();
    let Ok(score) = score(catalog::builtin(), set, &answers) else { return Ok(None) };
    let Ok(indices) = population::compute(model, &answers.profile) else { return Ok(None) };
    Ok(Some(Earlier {
        id: before.id.clone(),
        period: before.period.clone(),
        total: score.total,
        risk_index: indices.risk,
        levels: score.items.into_iter().map(|item| (item.item, item.level)).collect(),
        same_set: before.item_set_id == item_set_id,
    }))
}

/// The diagnosis of an answer file; nothing is saved. Every fault of the file at once.
pub async fn diagnose_file(ctx: &Ctx, text: &str, release_id: Option<&str>) -> Result<Diagnosis> {
    ctx.account()?;
    let answers = read_toml(catalog::builtin(), text)?;
    let set = catalog::builtin().item_set(&answers.item_set).ok_or(Error::NotFound)?;
    let release = release_for(ctx, &set.id, release_id).await?;
    diagnose(catalog::builtin(), set, &release, &answers)
}
