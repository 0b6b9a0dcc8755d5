//! The synthetic reference population: 885 made-up companies that reproduce the table printed by METI 2005 §3.3.
//!
//! Profiles are drawn from the index model's assumed shares, hanging together by a common factor and one of size, until
//! each tier has its quota. Levels come from a general factor, one factor per area, noise and each item's difficulty.
//! Within a tier, totals are quantiles of a normal distribution that leans a little in the lower tiers, nudged until mean
//! and top-third mean hit the targets, and handed out in the order of the members' latent scores; each member's latent
//! values are then shifted until the levels sum to it.
//!
//! Only the table's means are published. Spread, quotas, difficulties and correlations are our assumptions.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::indices::{Indices, Tier, compute};
use super::normal;
use crate::catalog::{Catalog, IndexModel, Item, ItemSet, Profile, Question, Size};

/// Seed of the releases that ship with the program: month of the survey and number of complete replies.
pub const BUILTIN_SEED: u64 = 2_005_010_885;

/// What a tier must come to: members, mean of totals and mean of the top third, in points of 25 items.
///
/// The quotas are multiples of three, so the top third is a whole number of members.
#[derive(Debug, Clone, Copy)]
struct Target {
    tier: Tier,
    members: usize,
    mean: f64,
    top_third: f64,
    /// How far the distribution leans towards low totals: without it a tier near the least possible total would pile
    /// up there.
    lean: f64,
}

/// Chosen so that every mean rounds to the printed one, as points (75, 68, 57; 96, 87, 76) and divided by 25 (3.0, 2.7,
/// 2.3; 3.8, 3.5, 3.1), and those of all 885 too (67, 2.7; 88, 3.5).
const TARGETS: [Target; 3] = [
    Target { tier: Tier::I, members: 264, mean: 75.0, top_third: 95.9, lean: 0.0 },
    Target { tier: Tier::II, members: 354, mean: 68.0, top_third: 87.0, lean: 0.04 },
    Target { tier: Tier::III, members: 267, mean: 57.0, top_third: 76.35, lean: 0.09 },
];

/// Mean of the top third of a standard normal population, and of its squares less 1.
const TOP_THIRD_OF_NORMAL: f64 = 1.0908;
const TOP_THIRD_OF_SQUARES: f64 = 0.4698;
/// Standard deviations of the latent values, in levels.
const GENERAL: f64 = 0.78;
const AREA: f64 = 0.50;
const NOISE: f64 = 0.72;
/// How far the general factor follows the risk index, and how much more it is in companies of more than 300.
const RISK_PULL: f64 = 0.25;
const LARGE_BONUS: f64 = 0.20;
/// Share of companies of more than 300 people: 632 of 1,540 in the published statistics of 2008 and 2009.
const LARGE_SHARE: f64 = 632.0 / 1540.0;
/// Profiles to try at most; a quota is full after about a thousand.
const MOST_TRIES: usize = 200_000;

/// How strongly an answer hangs on the common factor and on that of size.
const LOADINGS: [(&str, f64, f64); 5] = [
    ("staff", 0.25, 0.80),
    ("sales", 0.25, 0.70),
    ("sites", 0.20, 0.55),
    ("overseas-sites", 0.20, 0.45),
    ("personal-data", 0.25, 0.25),
];
const LOADING: (f64, f64) = (0.25, 0.05);

/// How much easier (above 0) or harder an item is than the average one, in levels. Ours; the direction of the strong
/// ones (malware and buildings easy; classification and continuity hard) follows the published comments of 2009.
const EASE: [(&str, f64); 14] = [
    ("1-3", -0.35),
    ("1-4", -0.15),
    ("1-5", 0.10),
    ("1-6", 0.20),
    ("1-7", -0.25),
    ("1-8", -0.40),
    ("2-1", 0.30),
    ("2-2", 0.10),
    ("3-3", 0.70),
    ("3-4", 0.25),
    ("3-6", -0.15),
    ("3-7", 0.30),
    ("4-4", -0.30),
    ("5-3", -0.50),
];

/// One made-up company.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// `S0001` and so on.
    pub id: String,
    /// Chosen option of each profile question.
    pub profile: BTreeMap<String, String>,
    /// Indices and tier.
    pub indices: Indices,
    /// Size.
    pub size: Size,
    /// Option of the question on industry.
    pub industry: String,
    /// Level of each item, 1 to 5, in the item set's order.
    pub levels: Vec<u8>,
}

impl Member {
    /// Sum of the levels.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.levels.iter().map(|level| u32::from(*level)).sum()
    }
}

/// A member before its levels are settled.
struct Draft {
    /// In order of drawing, from 1.
    number: usize,
    profile: BTreeMap<String, String>,
    indices: Indices,
    size: Size,
    /// Latent value of each item of the base set.
    base: Vec<f64>,
    /// Of each further item.
    further: Vec<f64>,
}

/// Makes the population of an item set. The items that the set takes over from another have the same answers as in
/// that set's population; only they are calibrated. Nothing for an unknown set.
#[must_use]
pub fn synthesise(catalog: &Catalog, item_set_id: &str, seed: u64) -> Vec<Member> {
    let Some(set) = catalog.item_set(item_set_id) else {
        return Vec::new();
    };
    let base = base_of(catalog, set);
    let (Some(profile), Some(model)) = (catalog.profile(&set.profile), catalog.index_model(&set.index_model)) else {
        return Vec::new();
    };
    let further: Vec<&Item> = set.items.iter().filter(|item| base.item(&item.ref_id).is_none()).collect();
    let mut drafts = draw_drafts((profile, model), (base, &further), seed);
    let mut members = Vec::new();
    for target in TARGETS {
        let of_tier: Vec<Draft> = drafts.extract_if(.., |draft| draft.indices.tier == target.tier).collect();
        members.extend(settle(of_tier, target, (set, base, &further)));
    }
    members.sort_by(|a, b| a.id.cmp(&b.id));
    members
}

/// The set at the bottom of the chain of extended sets.
fn base_of<'a>(catalog: &'a Catalog, set: &'a ItemSet) -> &'a ItemSet {
    let mut base = set;
    while let Some(next) = base.extends.as_ref().and_then(|id| catalog.item_set(id)) {
        base = next;
    }
    base
}

fn generator(seed: u64, stream: u64) -> ChaCha20Rng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = ChaCha20Rng::from_seed(bytes);
    random.set_stream(stream);
    random
}

fn draw_drafts(
    (profile, model): (&Profile, &IndexModel),
    (base, further): (&ItemSet, &[&Item]),
    seed: u64,
) -> Vec<Draft> {
    let (mut of_profiles, mut of_base, mut of_further) = (generator(seed, 0), generator(seed, 1), generator(seed, 2));
    let mut drafts = Vec::new();
    for _ in 0..MOST_TRIES {
        if TARGETS.iter().all(|target| filled(&drafts, target.tier) == target.members) {
            break;
        }
        let answers = draw_profile(profile, model, &mut of_profiles);
        let Ok(indices) = compute(model, &answers) else {
            break;
        };
        let quota = TARGETS.iter().find(|target| target.tier == indices.tier).map_or(0, |target| target.members);
        if filled(&drafts, indices.tier) == quota {
            continue;
        }
        let size = size_of(profile, &answers);
        let bonus = if size == Size::Large { LARGE_BONUS } else { 0.0 };
        let general = GENERAL * (RISK_PULL * indices.risk + bonus + normal::draw(&mut of_base));
        let areas: BTreeMap<&str, f64> =
            base.areas.iter().map(|area| (area.ref_id.as_str(), AREA * normal::draw(&mut of_base))).collect();
        let latent = |item: &Item, random: &mut ChaCha20Rng| {
            let area = areas.get(item.area.as_str()).copied().unwrap_or(0.0);
            general + area + ease_of(&item.ref_id) + NOISE * normal::draw(random)
        };
        let base = base.items.iter().map(|item| latent(item, &mut of_base)).collect();
        let further = further.iter().map(|item| latent(item, &mut of_further)).collect();
        drafts.push(Draft { number: drafts.len() + 1, profile: answers, indices, size, base, further });
    }
    drafts
}

fn filled(drafts: &[Draft], tier: Tier) -> usize {
    drafts.iter().filter(|draft| draft.indices.tier == tier).count()
}

fn ease_of(ref_id: &str) -> f64 {
    EASE.iter().find(|(id, _)| *id == ref_id).map_or(0.0, |(_, ease)| *ease)
}

fn draw_profile(profile: &Profile, model: &IndexModel, random: &mut ChaCha20Rng) -> BTreeMap<String, String> {
    let (common, of_size) = (normal::draw(random), normal::draw(random));
    let mut answers = BTreeMap::new();
    for question in &profile.questions {
        let known = LOADINGS.iter().find(|(id, ..)| *id == question.ref_id);
        let (a, b) = known.map_or(LOADING, |(_, a, b)| (*a, *b));
        let value = a * common + b * of_size + (1.0 - a * a - b * b).sqrt() * normal::draw(random);
        let mut below = normal::cdf(value);
        let shares = shares_of(question, model);
        let chosen = shares.iter().find(|(_, share)| {
            below -= share;
            below < 0.0
        });
        if let Some((option, _)) = chosen.or(shares.last()) {
            answers.insert(question.ref_id.clone(), (*option).to_owned());
        }
    }
    answers
}

/// Options of a question, from few to many points, with their shares. A question in no index: even shares within each
/// size, or over all.
fn shares_of<'a>(question: &'a Question, model: &'a IndexModel) -> Vec<(&'a str, f64)> {
    let mut terms = model.indices.iter().flat_map(|index| &index.terms);
    if let Some(term) = terms.find(|term| term.question == question.ref_id) {
        let mut options: Vec<_> = term.options.iter().collect();
        options.sort_by(|a, b| a.points.total_cmp(&b.points));
        return options.into_iter().map(|option| (option.ref_id.as_str(), option.share)).collect();
    }
    let count = |size: Option<Size>| question.options.iter().filter(|option| option.size == size).count() as f64;
    let share = |size: Option<Size>| match size {
        Some(Size::Large) => LARGE_SHARE / count(size),
        Some(Size::Small) => (1.0 - LARGE_SHARE) / count(size),
        None => 1.0 / count(None),
    };
    question.options.iter().map(|option| (option.ref_id.as_str(), share(option.size))).collect()
}

/// The size that a profile says; small where it says nothing.
#[must_use]
pub fn size_of(profile: &Profile, answers: &BTreeMap<String, String>) -> Size {
    let mut chosen = profile.questions.iter().filter_map(|question| question.option(answers.get(&question.ref_id)?));
    chosen.find_map(|option| option.size).unwrap_or(Size::Small)
}

/// Gives each draft of a tier its total and levels.
fn settle(mut drafts: Vec<Draft>, target: Target, (set, base, further): (&ItemSet, &ItemSet, &[&Item])) -> Vec<Member> {
    let totals = target_totals(target, base);
    let score = |draft: &Draft| draft.base.iter().sum::<f64>();
    drafts.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let member = |(draft, total): (Draft, u32)| {
        let (levels, shift) = levels_of(&draft.base, total);
        let level = |item: &Item| {
            let settled = base.position(&item.ref_id).and_then(|at| levels.get(at)).copied();
            let drawn = || {
                let at = further.iter().position(|one| one.ref_id == item.ref_id).unwrap_or(0);
                level_at(draft.further.get(at).copied().unwrap_or(0.0) + shift)
            };
            settled.unwrap_or_else(drawn)
        };
        let levels = set.items.iter().map(level).collect();
        let industry = draft.profile.get("industry").cloned().unwrap_or_default();
        Member {
            id: format!("S{:04}", draft.number),
            profile: draft.profile,
            indices: draft.indices,
            size: draft.size,
            industry,
            levels,
        }
    };
    drafts.into_iter().zip(totals).map(member).collect()
}

/// The level that a latent value shows as: half a level above the middle of one begins the next.
fn level_at(latent: f64) -> u8 {
    (2..=5).filter(|level| latent >= f64::from(*level) - 0.5).max().unwrap_or(1)
}

/// Levels that sum to `total`, and the shift of the latent values that gives them.
///
/// Shifting upwards, each item crosses from one level to the next at a shift of its own; the first `total − items`
/// crossings have happened.
fn levels_of(latent: &[f64], total: u32) -> (Vec<u8>, f64) {
    let mut crossings: Vec<(f64, usize)> = Vec::with_capacity(4 * latent.len());
    for (item, value) in latent.iter().enumerate() {
        crossings.extend((2..=5).map(|level| (f64::from(level) - 0.5 - value, item)));
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let happened = usize::try_from(total).unwrap_or(0).saturating_sub(latent.len()).min(crossings.len());
    let mut levels = vec![1; latent.len()];
    for (_, item) in &crossings[..happened] {
        levels[*item] += 1;
    }
    let shift_at = |at: usize| crossings.get(at).map(|(shift, _)| *shift);
    let before = happened.checked_sub(1).and_then(shift_at);
    let after = shift_at(happened);
    let shift = match (before, after) {
        (Some(before), Some(after)) => f64::midpoint(before, after),
        (one, other) => one.or(other).unwrap_or(0.0),
    };
    (levels, shift)
}

/// Totals of a tier, the highest first: normal quantiles, nudged until the sums of the top third and of the rest hit.
fn target_totals(target: Target, base: &ItemSet) -> Vec<u32> {
    let (least, most) = (f64::from(base.lowest_total()), f64::from(base.highest_total()));
    let n = target.members as f64;
    let spread = (target.top_third - target.mean) / (TOP_THIRD_OF_NORMAL + target.lean * TOP_THIRD_OF_SQUARES);
    let total = |at: usize| {
        let share = 1.0 - (at as f64 + 0.5) / n;
        let z = normal::quantile(share);
        whole((target.mean + spread * (z + target.lean * (z * z - 1.0))).clamp(least, most))
    };
    let mut totals: Vec<u32> = (0..target.members).map(total).collect();
    let top = target.members / 3;
    let top_sum = whole(target.top_third * top as f64);
    let rest_sum = whole(target.mean * n).saturating_sub(top_sum);
    let range = base.lowest_total()..=base.highest_total();
    nudge(&mut totals, 0..top, top_sum, &range);
    nudge(&mut totals, top..target.members, rest_sum, &range);
    totals
}

/// Moves entries of a part by one until the part sums to `wanted`, keeping the whole in descending order and range.
fn nudge(totals: &mut [u32], part: std::ops::Range<usize>, wanted: u32, range: &std::ops::RangeInclusive<u32>) {
    let mut missing = i64::from(wanted) - totals[part.clone()].iter().map(|total| i64::from(*total)).sum::<i64>();
    while missing != 0 {
        let before = missing;
        // Every seventh first, so that the nudges spread over the whole part.
        let positions = (0..7).flat_map(|first| part.clone().skip(first).step_by(7));
        for at in positions {
            let above = if at == 0 { *range.end() } else { totals[at - 1] };
            let below = totals.get(at + 1).copied().unwrap_or(*range.start());
            if missing > 0 && totals[at] < above {
                totals[at] += 1;
                missing -= 1;
            } else if missing < 0 && totals[at] > below {
                totals[at] -= 1;
                missing += 1;
            }
        }
        if missing == before {
            return;
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "totals and sums of totals: 0 to 50,000")]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn totals_of_a_tier_descend_and_hit_both_sums() {
        let base = crate::catalog::builtin().item_set("benchmark-25").unwrap();
        for target in TARGETS {
            let totals = target_totals(target, base);
            assert!(totals.windows(2).all(|pair| pair[0] >= pair[1]));
            assert!(totals.iter().all(|total| (25..=125).contains(total)));
            assert_eq!(totals.iter().sum::<u32>(), whole(target.mean * target.members as f64));
            assert_eq!(
                totals[..target.members / 3].iter().sum::<u32>(),
                whole(target.top_third * (target.members / 3) as f64)
            );
        }
    }

    proptest! {
        #[test]
        fn levels_sum_to_any_total_and_follow_the_latent_order(latent in proptest::collection::vec(-3.0..3.0_f64, 25), total in 25_u32..=125) {
            let (levels, _) = levels_of(&latent, total);
            prop_assert_eq!(levels.iter().map(|level| u32::from(*level)).sum::<u32>(), total);
            prop_assert!(levels.iter().all(|level| (1..=5).contains(level)));
            for (a, (before, low)) in latent.iter().zip(&levels).enumerate() {
                for (after, high) in latent.iter().zip(&levels).skip(a + 1) {
                    let ordered = if before < after { low <= high } else { low >= high };
                    prop_assert!(ordered);
                }
            }
        }
    }
}
