use std::sync::OnceLock;

use super::*;
use crate::catalog::Size;
use crate::population::SEED;

fn members() -> &'static [Member] {
    static MEMBERS: OnceLock<Vec<Member>> = OnceLock::new();
    MEMBERS.get_or_init(|| synthesise(Catalog::builtin(), "benchmark-27", SEED).unwrap())
}

fn of_tier(tier: Tier) -> Vec<&'static Member> {
    members()
        .iter()
        .filter(|member| member.tier == tier)
        .collect()
}

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.into_iter().collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn correlation<'a>(
    members: impl IntoIterator<Item = &'a Member>,
    x: impl Fn(&Member) -> f64,
    y: impl Fn(&Member) -> f64,
) -> f64 {
    let pairs: Vec<(f64, f64)> = members
        .into_iter()
        .map(|member| (x(member), y(member)))
        .collect();
    let (x, y) = (
        mean(pairs.iter().map(|pair| pair.0)),
        mean(pairs.iter().map(|pair| pair.1)),
    );
    let moment =
        |f: &dyn Fn(f64, f64) -> f64| mean(pairs.iter().map(|pair| f(pair.0 - x, pair.1 - y)));
    moment(&|a, b| a * b) / (moment(&|a, _| a * a) * moment(&|_, b| b * b)).sqrt()
}

fn total_of_25(member: &Member) -> f64 {
    let set = Catalog::builtin().item_set("benchmark-27").unwrap();
    let levels = set.items.iter().zip(&member.levels);
    levels
        .filter(|(item, _)| !["1-8", "3-7"].contains(&item.ref_id.as_str()))
        .map(|(_, level)| f64::from(*level))
        .sum()
}

#[test]
fn the_same_seed_gives_the_same_members_and_another_seed_others() {
    let again = synthesise(Catalog::builtin(), "benchmark-27", SEED).unwrap();
    assert_eq!(again, members());
    let other = synthesise(Catalog::builtin(), "benchmark-27", SEED + 1).unwrap();
    assert_ne!(other, members());
}

#[test]
fn the_larger_set_has_the_same_companies_with_the_same_answers() {
    let smaller = synthesise(Catalog::builtin(), "benchmark-25", SEED).unwrap();
    for (small, large) in smaller.iter().zip(members()) {
        let without_added = Member {
            levels: large
                .levels
                .iter()
                .enumerate()
                .filter(|(place, _)| ![7, 18].contains(place))
                .map(|(_, &level)| level)
                .collect(),
            ..large.clone()
        };
        assert_eq!(*small, without_added);
    }
    let ids: Vec<&str> = Catalog::builtin()
        .item_set("benchmark-27")
        .unwrap()
        .items
        .iter()
        .map(|item| item.ref_id.as_str())
        .collect();
    assert_eq!((ids[7], ids[18]), ("1-8", "3-7"));
}

#[test]
fn tier_and_indices_agree() {
    assert_eq!(Tier::ALL.map(|tier| of_tier(tier).len()), [255, 363, 267]);
    for member in members() {
        assert_eq!(
            member.tier,
            Tier::of(
                member.vulnerability_hundredths > 0,
                member.influence_hundredths > 0
            )
        );
        assert!(member.vulnerability().abs() <= 2.5 && member.influence().abs() <= 2.5);
    }
}

#[test]
fn the_indices_are_spread_as_the_model_says_and_mildly_correlated() {
    let both = correlation(members(), Member::vulnerability, Member::influence);
    assert!((0.2..0.4).contains(&both), "{both}");
    for index in [Member::vulnerability, Member::influence] {
        let average = mean(members().iter().map(index));
        let spread = mean(
            members()
                .iter()
                .map(|member| (index(member) - average).powi(2)),
        )
        .sqrt();
        assert!(
            average.abs() < 0.15 && (0.85..1.1).contains(&spread),
            "{average} {spread}"
        );
    }
    let held = members()
        .iter()
        .filter(|member| member.vulnerability().abs().max(member.influence().abs()) >= 2.5)
        .count();
    assert!(held < 18, "{held} are held at the bound");
}

#[test]
fn industries_are_about_as_frequent_as_the_model_assumes() {
    let model = Catalog::builtin().index_model("index-model-1").unwrap();
    for option in &model.indices[0].terms[0].options {
        let share = members()
            .iter()
            .filter(|member| member.industry == option.ref_id)
            .count() as f64
            / 885.0;
        assert!(
            (share - option.share).abs() < 0.035,
            "{}: {share}",
            option.ref_id
        );
    }
}

#[test]
fn higher_risk_goes_with_mildly_higher_totals_within_a_tier() {
    for tier in Tier::ALL {
        let found = correlation(of_tier(tier), Member::risk, total_of_25);
        assert!((0.15..0.4).contains(&found), "{tier}: {found}");
    }
}

#[test]
fn larger_companies_do_slightly_better() {
    let average = |size| {
        mean(
            members()
                .iter()
                .filter(|member| member.size == size)
                .map(total_of_25),
        )
    };
    let ahead = average(Size::Large) - average(Size::Small);
    assert!((3.0..12.0).contains(&ahead), "{ahead}");
    let large = members()
        .iter()
        .filter(|member| member.size == Size::Large)
        .count();
    assert!((180..280).contains(&large), "{large}");
}

#[test]
fn items_of_an_area_hang_together_more_closely_than_others() {
    let items = &Catalog::builtin().item_set("benchmark-27").unwrap().items;
    let (mut same, mut other) = (Vec::new(), Vec::new());
    for first in 0..items.len() {
        for second in 0..first {
            let level = |place: usize| move |member: &Member| f64::from(member.levels[place]);
            let found = correlation(members(), level(first), level(second));
            if items[first].area == items[second].area {
                same.push(found);
            } else {
                other.push(found);
            }
        }
    }
    assert!(
        (0.5..0.65).contains(&mean(same.clone()))
            && same.iter().all(|found| (0.45..0.72).contains(found)),
        "{same:?}"
    );
    assert!(
        (0.35..0.5).contains(&mean(other.clone()))
            && other.iter().all(|found| (0.28..0.56).contains(found)),
        "{other:?}"
    );
}

#[test]
fn every_level_of_every_item_is_chosen_by_some() {
    for place in 0..27 {
        let chosen = |level: u8| {
            members()
                .iter()
                .filter(|member| member.levels[place] == level)
                .count()
        };
        assert!(
            (1..=5).all(|level| chosen(level) >= 9),
            "item {place}: {:?}",
            [1, 2, 3, 4, 5].map(chosen)
        );
    }
}

#[test]
fn members_are_numbered_in_order() {
    assert!(
        members()
            .iter()
            .enumerate()
            .all(|(place, member)| member.id == format!("S{:04}", place + 1))
    );
}

#[test]
fn a_set_that_the_published_figures_are_not_about_is_refused() {
    let mut catalog = Catalog::builtin().clone();
    catalog.item_sets[0].items.pop();
    let refused = synthesise(&catalog, "benchmark-25", 1).unwrap_err();
    assert_eq!(refused, SynthesiseError::Items("benchmark-25".to_owned()));
    catalog.index_models.clear();
    assert_eq!(
        synthesise(&catalog, "benchmark-25", 1),
        Err(SynthesiseError::Unknown("index-model-1".to_owned()))
    );
}

#[test]
fn a_model_that_never_yields_a_tier_is_refused() {
    let mut catalog = Catalog::builtin().clone();
    for term in &mut catalog.index_models[0].indices[0].terms {
        term.options
            .iter_mut()
            .for_each(|option| option.points = 1.0);
    }
    assert_eq!(
        synthesise(&catalog, "benchmark-25", 1),
        Err(SynthesiseError::Tiers)
    );
}
