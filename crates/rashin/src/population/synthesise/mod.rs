//! A synthetic reference population (合成データ), made up from a seed and calibrated to the table of METI 2005 §3.3.
//!
//! Companies are drawn from the shares of the index model until each tier is full. Each answers the 25 items by a
//! general factor, a factor of the area, noise and the item's difficulty. In each tier the companies, ranked by these
//! answers, are given the totals of a distribution that has the published mean and the published mean of the top
//! third, and their answers are shifted until the rounded levels sum to that total.
//!
//! Invariants: the same seed gives the same bytes on every platform; a set that extends the 25 items has the same
//! companies with the same answers to those; no real company's answer is used.

mod companies;
mod levels;
mod normal;
mod targets;

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use thiserror::Error;

use super::{Member, Tier};
use crate::catalog::{Catalog, Item, ItemSet};
use companies::Company;
use levels::Latent;

/// The stream of random numbers for the items that a larger set adds.
const STREAM_OF_ADDED_ITEMS: u64 = 1;

/// Why a population cannot be made up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SynthesiseError {
    /// The catalogue has no such object.
    #[error("not in the catalogue: {0}")]
    Unknown(String),
    /// The published figures are about 25 items; neither the set nor the one it extends has as many.
    #[error(
        "neither {0} nor the set it extends has the 25 items that the published figures are about"
    )]
    Items(String),
    /// The model and the profile do not fit each other; carries the questions.
    #[error("model and profile do not fit each other: {}", .0.join(", "))]
    Profile(Vec<String>),
    /// The model hardly ever yields one of the tiers.
    #[error("the model does not yield all three tiers")]
    Tiers,
}

/// Makes up the 885 members for an item set of the catalogue, in the order in which they were drawn.
pub fn synthesise(
    catalog: &Catalog,
    item_set: &str,
    seed: u64,
) -> Result<Vec<Member>, SynthesiseError> {
    let unknown = |id: &str| SynthesiseError::Unknown(id.to_owned());
    let set = catalog
        .item_set(item_set)
        .ok_or_else(|| unknown(item_set))?;
    let model = catalog
        .index_model(&set.index_model)
        .ok_or_else(|| unknown(&set.index_model))?;
    let profile = catalog
        .profile(&set.profile)
        .ok_or_else(|| unknown(&set.profile))?;
    let published = published_items(catalog, set)?;
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let companies = companies::draw(model, profile, &mut rng)?;
    let areas: Vec<&str> = set.areas.iter().map(|area| area.ref_id.as_str()).collect();
    let latent: Vec<Latent> = companies
        .iter()
        .map(|company| Latent::draw(company, &areas, &published, &mut rng))
        .collect();
    let totals = totals(&companies, &latent);

    let added: Vec<&Item> = set
        .items
        .iter()
        .filter(|item| !published.iter().any(|known| known.ref_id == item.ref_id))
        .collect();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    rng.set_stream(STREAM_OF_ADDED_ITEMS);
    let answered = companies.into_iter().zip(latent).zip(totals);
    Ok(answered
        .enumerate()
        .map(|(place, ((company, latent), total))| {
            let (known, shift) = levels::fit(&latent.answers, total);
            let more = latent.draw_more(&areas, &added, &mut rng);
            let more = more.into_iter().map(|answer| levels::level(answer, shift));
            let of_items = published.iter().zip(known).chain(added.iter().zip(more));
            let by_id: BTreeMap<&str, u8> = of_items
                .map(|(item, level)| (item.ref_id.as_str(), level))
                .collect();
            member(
                place,
                company,
                set.items
                    .iter()
                    .filter_map(|item| by_id.get(item.ref_id.as_str()).copied()),
            )
        })
        .collect())
}

/// The items that the published figures are about: the set's own, or those of the set that it extends.
fn published_items<'a>(
    catalog: &'a Catalog,
    set: &'a ItemSet,
) -> Result<Vec<&'a Item>, SynthesiseError> {
    let base = set
        .extends
        .as_deref()
        .and_then(|id| catalog.item_set(id))
        .unwrap_or(set);
    if base.items.len() == targets::ITEMS {
        Ok(base.items.iter().collect())
    } else {
        Err(SynthesiseError::Items(set.id.clone()))
    }
}

/// The total of each company: in its tier, the higher its answers the higher.
fn totals(companies: &[Company], latent: &[Latent]) -> Vec<u32> {
    let scores: Vec<f64> = latent.iter().map(Latent::score).collect();
    let mut totals = vec![0; companies.len()];
    for tier in Tier::ALL {
        let mut ranked: Vec<usize> = (0..companies.len())
            .filter(|&place| companies[place].tier == tier)
            .collect();
        ranked.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
        for (place, total) in ranked.into_iter().zip(targets::totals(tier)) {
            totals[place] = total;
        }
    }
    totals
}

fn member(place: usize, company: Company, levels: impl Iterator<Item = u8>) -> Member {
    Member {
        id: format!("S{:04}", place + 1),
        tier: company.tier,
        size: company.size,
        industry: company.industry,
        vulnerability_hundredths: company.vulnerability_hundredths,
        influence_hundredths: company.influence_hundredths,
        levels: levels.collect(),
    }
}

#[cfg(test)]
mod tests;
