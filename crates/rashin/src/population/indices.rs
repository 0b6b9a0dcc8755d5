//! From a profile to the two indices, the risk index and the tier, with every intermediate term.
//!
//! For each term, mean and standard deviation (divisor n) of the points under the assumed shares;
//! z = (points − mean) / standard deviation; index = scale × Σ weight·z / √(Σ weight²), held within ±2.5 and rounded to
//! two decimals, halves away from zero. Above 0.00 is high. The formula is this product's own, never the ministry's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalog::{Index, IndexModel, Term};

/// The most that an index can be, and with a minus the least.
pub const INDEX_LIMIT: f64 = 2.5;

/// How high a level is asked of a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Tier {
    /// Both indices are high: a high level is required.
    I,
    /// One index is high.
    II,
    /// Neither is high: not urgent.
    III,
}

impl Tier {
    /// All, the most demanding first.
    pub const ALL: [Self; 3] = [Self::I, Self::II, Self::III];

    /// `I`, `II` or `III`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
            Self::III => "III",
        }
    }

    /// The tier of two indices, each high above 0.00.
    #[must_use]
    pub fn of(vulnerability_index: f64, influence_index: f64) -> Self {
        match (vulnerability_index > 0.0, influence_index > 0.0) {
            (true, true) => Self::I,
            (false, false) => Self::III,
            _ => Self::II,
        }
    }
}

/// The part of one answer in an index.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IndexTerm {
    /// Index it belongs to: `vulnerability` or `influence`.
    pub index: String,
    /// Question.
    pub question: String,
    /// Chosen option.
    pub option: String,
    /// Points of the option, 0 to 4.
    pub points: f64,
    /// Mean of the points under the assumed shares.
    pub mean: f64,
    /// Their standard deviation, divisor n.
    pub sd: f64,
    /// (points − mean) / sd.
    pub z: f64,
    /// Weight of the question.
    pub weight: f64,
    /// What it adds to the index before holding and rounding.
    pub contribution: f64,
}

/// One index as the sum of its terms.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IndexValue {
    /// `vulnerability` or `influence`.
    pub index: String,
    /// Factor of the model.
    pub scale: f64,
    /// √(Σ weight²).
    pub norm: f64,
    /// Sum of the contributions, before holding and rounding.
    pub unrounded: f64,
    /// Held within ±2.5 and rounded to two decimals.
    pub value: f64,
    /// Whether it is above 0.00.
    pub high: bool,
}

/// What a profile comes to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Indices {
    /// Business-structure vulnerability, −2.50 to +2.50.
    pub vulnerability: f64,
    /// Social influence, −2.50 to +2.50.
    pub influence: f64,
    /// Their sum, −5.00 to +5.00.
    pub risk: f64,
    /// The tier.
    pub tier: Tier,
    /// The two indices before holding and rounding.
    pub sums: Vec<IndexValue>,
    /// What they are summed from, in the model's order.
    pub terms: Vec<IndexTerm>,
}

/// Computes indices and tier from the chosen option of each question. Fails with the questions of the model that have
/// no answer, or one that the model does not know.
pub fn compute(model: &IndexModel, profile: &BTreeMap<String, String>) -> Result<Indices, Vec<String>> {
    let mut missing = Vec::new();
    let mut terms = Vec::new();
    let mut sums = Vec::new();
    for index in &model.indices {
        let found = compute_terms(index, profile, &mut missing);
        sums.push(sum_up(index, &found));
        terms.extend(found);
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    let value = |id: &str| sums.iter().find(|index| index.index == id).map_or(0.0, |index| index.value);
    let (vulnerability, influence) = (value("vulnerability"), value("influence"));
    let risk = round_to_hundredths(vulnerability + influence);
    Ok(Indices { vulnerability, influence, risk, tier: Tier::of(vulnerability, influence), sums, terms })
}

fn norm_of(index: &Index) -> f64 {
    index.terms.iter().map(|term| term.weight * term.weight).sum::<f64>().sqrt()
}

fn compute_terms(index: &Index, profile: &BTreeMap<String, String>, missing: &mut Vec<String>) -> Vec<IndexTerm> {
    let factor = index.scale / norm_of(index);
    let mut terms = Vec::new();
    for term in &index.terms {
        let option = profile.get(&term.question);
        match option.and_then(|option| compute_term(&index.ref_id, term, option, factor)) {
            Some(term) => terms.push(term),
            None => missing.push(term.question.clone()),
        }
    }
    terms
}

fn sum_up(index: &Index, terms: &[IndexTerm]) -> IndexValue {
    let unrounded: f64 = terms.iter().map(|term| term.contribution).sum();
    let value = round_to_hundredths(unrounded.clamp(-INDEX_LIMIT, INDEX_LIMIT));
    IndexValue {
        index: index.ref_id.clone(),
        scale: index.scale,
        norm: norm_of(index),
        unrounded,
        value,
        high: value > 0.0,
    }
}

fn compute_term(index: &str, term: &Term, option: &str, factor: f64) -> Option<IndexTerm> {
    let points = term.options.iter().find(|candidate| candidate.ref_id == option)?.points;
    let mean: f64 = term.options.iter().map(|option| option.share * option.points).sum();
    let variance: f64 = term.options.iter().map(|option| option.share * (option.points - mean).powi(2)).sum();
    let sd = variance.sqrt();
    let z = if sd > 0.0 { (points - mean) / sd } else { 0.0 };
    Some(IndexTerm {
        index: index.to_owned(),
        question: term.question.clone(),
        option: option.to_owned(),
        points,
        mean,
        sd,
        z,
        weight: term.weight,
        contribution: factor * term.weight * z,
    })
}

/// Two decimals, halves away from zero; never a negative zero.
fn round_to_hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{TermOption, builtin};

    fn option(ref_id: &str, points: f64, share: f64) -> TermOption {
        TermOption { ref_id: ref_id.to_owned(), points, share }
    }

    fn term(question: &str, weight: f64) -> Term {
        let options = vec![option("low", 0.0, 0.5), option("high", 4.0, 0.5)];
        Term { question: question.to_owned(), weight, options }
    }

    fn model(scale: f64) -> IndexModel {
        let index = |ref_id: &str, terms| Index { ref_id: ref_id.to_owned(), scale, terms, ..Index::default() };
        let indices = vec![
            index("vulnerability", vec![term("a", 3.0), term("b", 4.0)]),
            index("influence", vec![term("c", 1.0)]),
        ];
        IndexModel { indices, ..IndexModel::default() }
    }

    fn profile(answers: [(&str, &str); 3]) -> BTreeMap<String, String> {
        answers.into_iter().map(|(question, option)| (question.to_owned(), option.to_owned())).collect()
    }

    #[test]
    fn an_index_is_the_weighted_sum_of_z_over_the_root_of_the_squared_weights() {
        let indices = compute(&model(1.0), &profile([("a", "high"), ("b", "low"), ("c", "high")])).unwrap();
        assert!((indices.vulnerability - -0.2).abs() < 1e-12, "(3 − 4) / 5");
        assert!((indices.influence - 1.0).abs() < 1e-12);
        assert!((indices.risk - 0.8).abs() < 1e-12);
        assert_eq!(indices.tier, Tier::II);
        let first = &indices.terms[0];
        assert_eq!((first.points, first.mean, first.sd, first.z, first.weight), (4.0, 2.0, 2.0, 1.0, 3.0));
        assert!((first.contribution - 0.6).abs() < 1e-12);
    }

    #[test]
    fn an_index_is_held_at_the_limits_but_its_sum_is_shown() {
        let indices = compute(&model(5.0), &profile([("a", "high"), ("b", "high"), ("c", "low")])).unwrap();
        assert_eq!((indices.vulnerability, indices.influence, indices.risk), (2.5, -2.5, 0.0));
        assert!((indices.sums[0].unrounded - 7.0).abs() < 1e-12);
    }

    #[test]
    fn exactly_zero_is_not_high() {
        assert_eq!(Tier::of(0.0, 0.0), Tier::III);
        assert_eq!(Tier::of(0.01, 0.0), Tier::II);
        assert_eq!(Tier::of(0.01, 0.01), Tier::I);
    }

    #[test]
    fn questions_without_a_known_answer_are_named() {
        let missing = compute(&model(1.0), &profile([("a", "high"), ("b", "middling"), ("x", "low")])).unwrap_err();
        assert_eq!(missing, ["b", "c"]);
    }

    proptest! {
        #[test]
        fn more_points_never_lower_an_index_and_the_terms_sum_to_it(choices in proptest::collection::vec(0_usize..9, 15), raised in 0_usize..15) {
            let model = builtin().index_model("index-model-1").unwrap();
            let terms: Vec<&Term> = model.indices.iter().flat_map(|index| &index.terms).collect();
            let mut picked: Vec<usize> = terms.iter().zip(&choices).map(|(term, at)| at % term.options.len()).collect();
            let answers = |picked: &[usize]| -> BTreeMap<String, String> {
                terms.iter().zip(picked).map(|(term, at)| (term.question.clone(), term.options[*at].ref_id.clone())).collect()
            };
            let before = compute(model, &answers(&picked)).unwrap();
            for index in &before.sums {
                let own = before.terms.iter().filter(|term| term.index == index.index);
                let sum: f64 = own.map(|term| term.contribution).sum();
                prop_assert!((sum - index.unrounded).abs() < 1e-9);
                prop_assert!(index.value.abs() <= INDEX_LIMIT);
            }
            let at = raised % terms.len();
            let best = (0..terms[at].options.len()).max_by(|a, b| terms[at].options[*a].points.total_cmp(&terms[at].options[*b].points));
            picked[at] = best.unwrap();
            let after = compute(model, &answers(&picked)).unwrap();
            prop_assert!(after.risk >= before.risk);
            prop_assert!(after.tier <= before.tier);
        }
    }
}
