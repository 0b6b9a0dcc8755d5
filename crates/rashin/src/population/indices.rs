//! From a company's profile to its two indices, its risk index and its tier, with every term kept so that it can be
//! shown how the figures came about.
//!
//! For each term: the mean and standard deviation (divisor n) of the points under the model's shares, and
//! z = (points − mean) / standard deviation. An index is scale × Σ w·z / √(Σ w²), held within ±2.5 and rounded half
//! away from zero to two decimals. A rounded value above 0.00 is high. The risk index is the sum of the two.
//!
//! Only the four basic operations and the square root are used, which every platform computes alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Tier;
use crate::catalog::{Index, IndexModel, Term};

/// The bound of an index, either way.
pub const BOUND: f64 = 2.5;

/// The ref id of the index of business-structure vulnerability.
pub const VULNERABILITY: &str = "vulnerability";
/// The ref id of the index of social influence.
pub const INFLUENCE: &str = "influence";

/// What a profile comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Indices {
    /// Business-structure vulnerability, −2.5 to 2.5, two decimals.
    pub vulnerability: f64,
    /// Social influence, −2.5 to 2.5, two decimals.
    pub influence: f64,
    /// Their sum, −5 to 5, two decimals.
    pub risk: f64,
    /// The class that follows.
    pub tier: Tier,
    /// Every term of both indices, in the model's order.
    pub terms: Vec<TermShown>,
    /// How the terms of each index were put together, in the model's order.
    pub sums: Vec<SumShown>,
}

/// One term of an index, as it was computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TermShown {
    /// Ref id of the index.
    pub index: String,
    /// Ref id of the question.
    pub question: String,
    /// Ref id of the chosen option.
    pub option: String,
    /// Points of that option, 0 to 4.
    pub points: f64,
    /// Mean of the points under the model's shares.
    pub mean: f64,
    /// Standard deviation of the points under the model's shares.
    pub sd: f64,
    /// (points − mean) / sd.
    pub z: f64,
    /// Weight of the term.
    pub weight: f64,
    /// scale × weight × z / √(Σ weight²): what the term adds to the unrounded index.
    pub contribution: f64,
}

/// One index, as it was put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SumShown {
    /// Ref id of the index.
    pub index: String,
    /// Factor of the weighted sum.
    pub scale: f64,
    /// Σ weight × z.
    pub weighted_sum: f64,
    /// Σ weight².
    pub weight_squares: f64,
    /// Before it is held within ±2.5 and rounded.
    pub unrounded: f64,
    /// The index itself.
    pub value: f64,
}

/// Computes a profile's indices; `profile` gives the chosen option of each question by their ref ids.
///
/// Questions that no term reads are ignored. Fails with the ids of all questions of the model that are missing or
/// answered with an option that the model does not know, in the model's order.
pub fn compute(
    model: &IndexModel,
    profile: &BTreeMap<String, String>,
) -> Result<Indices, Vec<String>> {
    let (mut terms, mut sums, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for index in &model.indices {
        let first = terms.len();
        for term in &index.terms {
            match show(index, term, profile) {
                Some(shown) => terms.push(shown),
                None => missing.push(term.question.clone()),
            }
        }
        sums.push(put_together(index, &mut terms[first..]));
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    let value = |wanted: &str| {
        sums.iter()
            .find(|sum| sum.index == wanted)
            .map_or(0.0, |sum| sum.value)
    };
    let (vulnerability, influence) = (value(VULNERABILITY), value(INFLUENCE));
    Ok(Indices {
        vulnerability,
        influence,
        risk: round(vulnerability + influence),
        tier: Tier::of(vulnerability > 0.0, influence > 0.0),
        terms,
        sums,
    })
}

/// Mean and standard deviation (divisor n) of a term's points under its shares.
#[must_use]
pub fn spread(term: &Term) -> (f64, f64) {
    let shares: f64 = term.options.iter().map(|option| option.share).sum();
    let mean = term
        .options
        .iter()
        .map(|option| option.share * option.points)
        .sum::<f64>()
        / shares;
    let square = |points: f64| (points - mean) * (points - mean);
    let variance = term
        .options
        .iter()
        .map(|option| option.share * square(option.points))
        .sum::<f64>()
        / shares;
    (mean, variance.sqrt())
}

/// The term of the chosen option, still without its contribution.
fn show(index: &Index, term: &Term, profile: &BTreeMap<String, String>) -> Option<TermShown> {
    let chosen = profile.get(&term.question)?;
    let option = term
        .options
        .iter()
        .find(|option| option.ref_id == *chosen)?;
    let (mean, sd) = spread(term);
    // Where all points are alike the question tells companies not apart.
    let z = if sd > 0.0 {
        (option.points - mean) / sd
    } else {
        0.0
    };
    Some(TermShown {
        index: index.ref_id.clone(),
        question: term.question.clone(),
        option: option.ref_id.clone(),
        points: option.points,
        mean,
        sd,
        z,
        weight: term.weight,
        contribution: 0.0,
    })
}

/// Fills in the contributions of one index's terms and sums them.
fn put_together(index: &Index, terms: &mut [TermShown]) -> SumShown {
    let weighted_sum: f64 = terms.iter().map(|term| term.weight * term.z).sum();
    let weight_squares: f64 = terms.iter().map(|term| term.weight * term.weight).sum();
    let norm = if weight_squares > 0.0 {
        weight_squares.sqrt()
    } else {
        1.0
    };
    for term in terms {
        term.contribution = index.scale * term.weight * term.z / norm;
    }
    let unrounded = index.scale * weighted_sum / norm;
    SumShown {
        index: index.ref_id.clone(),
        scale: index.scale,
        weighted_sum,
        weight_squares,
        unrounded,
        value: round(unrounded.clamp(-BOUND, BOUND)),
    }
}

/// To two decimals, halves away from zero; never −0.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Catalog;

    fn model() -> &'static IndexModel {
        Catalog::builtin().index_model("index-model-1").unwrap()
    }

    /// The profile in an example file of the repository.
    fn example(name: &str) -> BTreeMap<String, String> {
        let path = format!("{}/../../examples/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let file: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let profile = file["profile"].as_table().unwrap();
        profile
            .iter()
            .map(|(question, option)| (question.clone(), option.as_str().unwrap().to_owned()))
            .collect()
    }

    /// A profile that chooses the option at the place that `pick` gives for a term.
    fn profile_of(pick: impl Fn(&Term) -> usize) -> BTreeMap<String, String> {
        let terms = model().indices.iter().flat_map(|index| &index.terms);
        terms
            .map(|term| {
                (
                    term.question.clone(),
                    term.options[pick(term)].ref_id.clone(),
                )
            })
            .collect()
    }

    fn by_points(term: &Term, sign: f64) -> usize {
        let points = |place: &usize| sign * term.options[*place].points;
        (0..term.options.len())
            .max_by(|a, b| points(a).total_cmp(&points(b)))
            .unwrap()
    }

    #[test]
    fn the_example_companies_have_the_indices_computed_by_hand() {
        for (name, vulnerability, influence, risk, tier) in [
            ("net-shop", 2.09, 1.01, 3.10, Tier::I),
            ("appliance-maker", 1.50, 2.38, 3.88, Tier::I),
            ("parts-maker", -0.54, 0.59, 0.05, Tier::II),
        ] {
            let indices = compute(model(), &example(name)).unwrap();
            let found = (
                indices.vulnerability,
                indices.influence,
                indices.risk,
                indices.tier,
            );
            assert_eq!(found, (vulnerability, influence, risk, tier), "{name}");
        }
    }

    #[test]
    fn what_is_shown_adds_up_to_the_index() {
        let indices = compute(model(), &example("net-shop")).unwrap();
        assert_eq!(indices.terms.len(), 14);
        let unrounded: Vec<f64> = indices.sums.iter().map(|sum| sum.unrounded).collect();
        assert!(
            (unrounded[0] - 2.0901).abs() < 0.00005 && (unrounded[1] - 1.0139).abs() < 0.00005,
            "{unrounded:?}"
        );
        for sum in &indices.sums {
            let of_index = || indices.terms.iter().filter(|term| term.index == sum.index);
            let contributions: f64 = of_index().map(|term| term.contribution).sum();
            assert!((contributions - sum.unrounded).abs() < 1e-12);
            let squares: f64 = of_index().map(|term| term.weight * term.weight).sum();
            assert!((squares - sum.weight_squares).abs() < 1e-12);
            assert!(
                (sum.scale * sum.weighted_sum / sum.weight_squares.sqrt() - sum.unrounded).abs()
                    < 1e-12
            );
        }
        for term in &indices.terms {
            assert!(
                (term.z * term.sd + term.mean - term.points).abs() < 1e-12,
                "{term:?}"
            );
        }
    }

    #[test]
    fn both_ends_are_held_at_the_bound() {
        let highest = compute(model(), &profile_of(|term| by_points(term, 1.0))).unwrap();
        assert_eq!(
            (
                highest.vulnerability,
                highest.influence,
                highest.risk,
                highest.tier
            ),
            (2.5, 2.5, 5.0, Tier::I)
        );
        assert!(highest.sums.iter().all(|sum| sum.unrounded > BOUND));
        let lowest = compute(model(), &profile_of(|term| by_points(term, -1.0))).unwrap();
        assert_eq!(
            (lowest.vulnerability, lowest.influence, lowest.tier),
            (-2.5, -2.5, Tier::III)
        );
    }

    #[test]
    fn every_missing_or_unknown_answer_is_named_in_the_models_order() {
        let mut profile = example("net-shop");
        profile.remove("sales");
        profile.remove("sites");
        profile.insert("brand".to_owned(), "world-famous".to_owned());
        assert_eq!(
            compute(model(), &profile),
            Err(vec![
                "sites".to_owned(),
                "sales".to_owned(),
                "brand".to_owned()
            ])
        );
    }

    #[test]
    fn a_question_that_no_term_reads_changes_nothing() {
        let mut profile = example("net-shop");
        let before = compute(model(), &profile);
        profile.insert("staff".to_owned(), "5001+".to_owned());
        profile.insert("colour".to_owned(), "red".to_owned());
        assert_eq!(compute(model(), &profile), before);
    }

    #[test]
    fn halves_are_rounded_away_from_zero_and_zero_has_no_sign() {
        assert_eq!(
            (round(0.125), round(-0.125), round(1.004_9)),
            (0.13, -0.13, 1.0)
        );
        assert!(round(-0.001).is_sign_positive());
    }

    proptest! {
        #[test]
        fn more_points_for_one_answer_never_lower_an_index(picks in prop::collection::vec(0..9_usize, 14), raised in 0..14_usize) {
            let place = |term: &Term, pick: usize| pick % term.options.len();
            let terms: Vec<&Term> = model().indices.iter().flat_map(|index| &index.terms).collect();
            let at = |term: &Term| terms.iter().position(|other| other.question == term.question).unwrap();
            let before = compute(model(), &profile_of(|term| place(term, picks[at(term)]))).unwrap();
            let after = compute(model(), &profile_of(|term| {
                if at(term) == raised { by_points(term, 1.0) } else { place(term, picks[at(term)]) }
            })).unwrap();
            prop_assert!(after.vulnerability >= before.vulnerability && after.influence >= before.influence);
            prop_assert!(after.tier <= before.tier);
        }
    }
}
