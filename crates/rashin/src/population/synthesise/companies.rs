//! The companies themselves: profiles drawn from the index model's shares, their indices, and tiers filled one by one.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;

use super::{SynthesiseError, normal, targets};
use crate::catalog::{IndexModel, Profile, Size};
use crate::population::{Tier, indices};

/// Our assumption of how many people work for the companies; the index model has no shares for it.
const STAFF_SHARES: [(&str, f64); 6] = [
    ("1-20", 0.15),
    ("21-100", 0.35),
    ("101-300", 0.24),
    ("301-1000", 0.16),
    ("1001-5000", 0.08),
    ("5001+", 0.02),
];

/// How closely an answer follows the company's size, from 0 (not at all) to 1. Answers not named do not.
const FOLLOWS_SIZE: [(&str, f64); 6] = [
    ("staff", 0.9),
    ("sales", 0.75),
    ("sites", 0.6),
    ("overseas-sites", 0.5),
    ("brand", 0.4),
    ("personal-data", 0.25),
];

/// How closely every other answer follows what all answers have in common: two indices then correlate by about 0.3.
const FOLLOWS_ALL: f64 = 0.27;

/// Far more draws than the quotas of any sensible model need.
const DRAWS_AT_MOST: usize = 100_000;

/// A company before it has answered the items.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Company {
    pub(super) tier: Tier,
    pub(super) size: Size,
    pub(super) industry: String,
    pub(super) vulnerability_hundredths: i16,
    pub(super) influence_hundredths: i16,
}

/// Draws companies until every tier has as many as its target asks for.
pub(super) fn draw(
    model: &IndexModel,
    profile: &Profile,
    rng: &mut ChaCha20Rng,
) -> Result<Vec<Company>, SynthesiseError> {
    let choices = choices(model);
    let mut wanted = Tier::ALL.map(|tier| targets::of(tier).members);
    let mut companies = Vec::new();
    for _ in 0..DRAWS_AT_MOST {
        if wanted == [0; 3] {
            return Ok(companies);
        }
        let company = draw_one(&choices, model, profile, rng)?;
        if let Some(left) = wanted
            .get_mut(company.tier.position())
            .filter(|left| **left > 0)
        {
            *left -= 1;
            companies.push(company);
        }
    }
    Err(SynthesiseError::Tiers)
}

fn draw_one(
    choices: &[Choice<'_>],
    model: &IndexModel,
    profile: &Profile,
    rng: &mut ChaCha20Rng,
) -> Result<Company, SynthesiseError> {
    let (general, size) = (normal::draw(rng), normal::draw(rng));
    let answers: BTreeMap<String, String> = choices
        .iter()
        .map(|choice| {
            (
                choice.question.to_owned(),
                choice.pick(general, size, normal::draw(rng)).to_owned(),
            )
        })
        .collect();
    let indices = indices::compute(model, &answers).map_err(SynthesiseError::Profile)?;
    let chosen = |question: &str| {
        let option = answers
            .get(question)
            .and_then(|option| profile.question(question)?.option(option));
        option.ok_or_else(|| SynthesiseError::Profile(vec![question.to_owned()]))
    };
    let staff = chosen("staff")?;
    Ok(Company {
        tier: indices.tier,
        size: staff
            .size
            .ok_or_else(|| SynthesiseError::Profile(vec!["staff".to_owned()]))?,
        industry: chosen("industry")?.ref_id.clone(),
        vulnerability_hundredths: hundredths(indices.vulnerability),
        influence_hundredths: hundredths(indices.influence),
    })
}

/// One question with its options, from the least to the most points, and where on a normal scale each begins.
struct Choice<'a> {
    question: &'a str,
    options: Vec<&'a str>,
    /// One fewer than the options.
    borders: Vec<f64>,
    follows_size: f64,
}

impl<'a> Choice<'a> {
    fn new(question: &'a str, shares: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        let (options, shares): (Vec<&str>, Vec<f64>) = shares.into_iter().unzip();
        let mut sum = 0.0;
        let cumulated: Vec<f64> = shares
            .iter()
            .map(|share| {
                sum += share;
                sum
            })
            .collect();
        let inner = &cumulated[..cumulated.len().saturating_sub(1)];
        let follows = FOLLOWS_SIZE
            .into_iter()
            .find(|(follower, _)| *follower == question);
        Self {
            question,
            options,
            borders: inner
                .iter()
                .map(|share| normal::below(share / sum))
                .collect(),
            follows_size: follows.map_or(0.0, |(_, extent)| extent),
        }
    }

    /// The option at which the company lies; each in the long run as often as its share says.
    fn pick(&self, general: f64, size: f64, own: f64) -> &'a str {
        let follows_all = if self.follows_size > 0.5 {
            0.0
        } else {
            FOLLOWS_ALL
        };
        let own_part = 1.0 - self.follows_size * self.follows_size - follows_all * follows_all;
        let place = follows_all * general + self.follows_size * size + own_part.sqrt() * own;
        let option = self.borders.partition_point(|&border| border < place);
        self.options.get(option).copied().unwrap_or_default()
    }
}

/// One for each term of the model, and one for the staff.
fn choices(model: &IndexModel) -> Vec<Choice<'_>> {
    let terms = model.indices.iter().flat_map(|index| &index.terms);
    let of_terms = terms.map(|term| {
        let mut options: Vec<_> = term.options.iter().collect();
        options.sort_by(|a, b| a.points.total_cmp(&b.points));
        Choice::new(
            &term.question,
            options
                .into_iter()
                .map(|option| (option.ref_id.as_str(), option.share)),
        )
    });
    of_terms
        .chain([Choice::new("staff", STAFF_SHARES)])
        .collect()
}

/// An index as a whole number of hundredths; it has two decimals.
#[expect(clippy::cast_possible_truncation, reason = "an index lies within ±2.5")]
fn hundredths(index: f64) -> i16 {
    (index * 100.0).round() as i16
}
