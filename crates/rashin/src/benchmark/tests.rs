//! Diagnoses through the front door: laws, and the fictional companies.

use std::collections::BTreeMap;

use platform::Error;
use proptest::prelude::*;

use super::*;
use crate::assessment::answers::{Answers, ItemAnswer, answers_at};
use crate::assessment::answers_file::read_toml;
use crate::catalog::{ItemSet, builtin};
use crate::population::{Release, Tier, builtin_for};

fn set(id: &str) -> &'static ItemSet {
    builtin().item_set(id).unwrap()
}

fn release(id: &str) -> &'static Release {
    builtin_for(id).unwrap()
}

fn diagnosis(answers: &Answers) -> Diagnosis {
    diagnose(builtin(), set(&answers.item_set), release(&answers.item_set), answers).unwrap()
}

fn example(text: &str) -> Diagnosis {
    diagnosis(&read_toml(builtin(), text).unwrap())
}

#[test]
fn the_figures_are_those_of_the_own_tier() {
    let diagnosis = diagnosis(&answers_at("benchmark-25", 3));
    let figures = release("benchmark-25").tier(diagnosis.tier).unwrap();
    assert_eq!((diagnosis.total, diagnosis.min, diagnosis.max), (75, 25, 125));
    assert!((diagnosis.maturity_mean - 3.0).abs() < 1e-12);
    assert!((diagnosis.desired.total - figures.top_third).abs() < 1e-12);
    assert!((diagnosis.tier_mean.total - figures.mean).abs() < 1e-12);
    assert!((diagnosis.percentile - figures.percentile(75)).abs() < 1e-12);
    assert_eq!(diagnosis.deviation_value, figures.deviation_value(75));
    assert_eq!(diagnosis.desired.items.len(), 25);
    assert_eq!(diagnosis.comparisons.tier.key, diagnosis.tier.as_str());
    assert_eq!(diagnosis.comparisons.all.n, 885);
}

#[test]
fn a_provisional_target_is_given_only_below_the_tiers_mean() {
    let low = diagnosis(&answers_at("benchmark-25", 2));
    assert_eq!(low.provisional.as_ref(), Some(&low.tier_mean));
    assert_eq!(diagnosis(&answers_at("benchmark-25", 4)).provisional, None);
}

#[test]
fn gaps_are_distances_times_weights_in_order() {
    let diagnosis = example(include_str!("../../../../examples/parts-maker.toml"));
    for (gap, next) in diagnosis.gaps.iter().zip(diagnosis.gaps.iter().skip(1)) {
        assert!(
            gap.priority > next.priority || (gap.priority - next.priority).abs() < f64::EPSILON && gap.item < next.item
        );
        assert_eq!(next.rank, gap.rank + 1);
    }
    for gap in &diagnosis.gaps {
        assert!((gap.gap - (gap.desired - f64::from(gap.own)).max(0.0)).abs() < 1e-12);
        assert!((gap.priority - gap.gap * gap.weight).abs() < 1e-12);
    }
    assert!((diagnosis.total_gap - diagnosis.areas.iter().map(|area| area.gap).sum::<f64>()).abs() < 1e-9);
}

#[test]
fn each_gap_has_its_next_step_and_the_steps_after_it_up_to_the_desired_level() {
    let diagnosis = diagnosis(&answers_at("benchmark-25", 1));
    assert_eq!(diagnosis.actions.len(), 25);
    for action in &diagnosis.actions {
        let desired = diagnosis.desired.items[&action.item];
        assert_eq!((action.next.from, action.next.to), (1, 2));
        let reached = action.later.last().map_or(action.next.to, |step| step.to);
        assert!(f64::from(reached) >= desired && f64::from(reached) < desired + 1.0, "{} {desired}", action.item);
        assert!(!action.next.first.ja.is_empty() && !action.iso27001.is_empty());
        assert!(action.csf.iter().all(|reference| !reference.label.en.is_empty()));
    }
    assert!(super::tests::diagnosis(&answers_at("benchmark-25", 5)).actions.is_empty());
}

#[test]
fn isms_marks_name_the_items_below_them() {
    let diagnosis = example(include_str!("../../../../examples/parts-maker.toml"));
    let own = |below: u8| diagnosis.items.iter().filter(|item| item.own < below && !item.not_applicable).count();
    assert_eq!(diagnosis.isms.below_3.len(), own(3));
    assert_eq!(diagnosis.isms.below_4.len(), own(4));
}

#[test]
fn an_excluded_item_is_marked_with_reason_and_approval() {
    let diagnosis = example(include_str!("../../../../examples/net-shop.toml"));
    let excluded: Vec<&ItemResult> = diagnosis.items.iter().filter(|item| item.not_applicable).collect();
    assert_eq!(excluded.len(), 1);
    assert!(excluded[0].estimated && excluded[0].approved_by.is_some());
    assert!(diagnosis.for_population);
    assert_eq!(excluded[0].item, "3-6");
    assert!(diagnosis.gaps.iter().any(|gap| gap.item == "3-6"));
    assert!(diagnosis.actions.iter().all(|action| action.item != "3-6"));
}

#[test]
fn the_three_companies_stand_as_their_stories_say() {
    let tiers = [
        include_str!("../../../../examples/appliance-maker.toml"),
        include_str!("../../../../examples/parts-maker.toml"),
        include_str!("../../../../examples/net-shop.toml"),
    ]
    .map(|text| (example(text).tier, example(text).total));
    assert_eq!(tiers[0].0, Tier::I);
    assert!(tiers[0].1 > tiers[1].1);
}

#[test]
fn the_json_has_the_promised_fields() {
    let json = serde_json::to_value(example(include_str!("../../../../examples/net-shop.toml"))).unwrap();
    assert_eq!(json["format"], "rashin-diagnosis-1");
    assert_eq!(json["data_label"]["ja"], "合成データ");
    assert_eq!(json["release"]["synthetic"], true);
    for field in [
        "total",
        "max",
        "maturity_mean",
        "vulnerability_index",
        "influence_index",
        "risk_index",
        "percentile",
        "deviation_value",
        "percentile_all",
        "deviation_value_all",
    ] {
        assert!(json[field].is_number(), "{field}");
    }
    assert!(matches!(json["tier"].as_str(), Some("I" | "II" | "III")));
    assert!(json["desired"]["items"]["1-1"].is_number() && json["tier_mean"]["total"].is_number());
    for field in ["item", "own", "desired", "gap", "weight", "priority"] {
        assert!(!json["gaps"][0][field].is_null(), "{field}");
    }
    for field in ["item", "from", "to", "effort", "first", "who", "proof", "later"] {
        assert!(!json["actions"][0][field].is_null(), "{field}");
    }
    for field in ["question", "option", "points", "mean", "sd", "z", "weight", "contribution"] {
        assert!(!json["profile_computation"]["terms"][0][field].is_null(), "{field}");
    }
    for group in ["all", "tier", "size", "industry"] {
        assert!(json["comparisons"][group]["top_third"].is_number(), "{group}");
    }
    assert_eq!(json["scatter"].as_array().unwrap().iter().map(|c| c["members"].as_u64().unwrap()).sum::<u64>(), 885);
}

#[test]
fn bars_cover_every_total_and_hold_every_company() {
    let diagnosis = diagnosis(&answers_at("benchmark-27", 3));
    assert_eq!((diagnosis.histogram[0].from, diagnosis.histogram.last().unwrap().to), (27, 135));
    for (bar, next) in diagnosis.histogram.iter().zip(diagnosis.histogram.iter().skip(1)) {
        assert_eq!(bar.to + 1, next.from);
    }
    assert_eq!(diagnosis.histogram.iter().map(|bar| bar.all).sum::<u64>(), 885);
    assert_eq!(diagnosis.histogram.iter().filter(|bar| bar.own).count(), 1);
    assert_eq!(diagnosis.histogram.iter().map(|bar| bar.tier).sum::<u64>(), diagnosis.comparisons.tier.n);
}

#[test]
fn a_release_or_answers_of_another_set_are_refused() {
    let answers = answers_at("benchmark-25", 3);
    let other = diagnose(builtin(), set("benchmark-25"), release("benchmark-27"), &answers);
    assert!(matches!(other, Err(Error::Conflict(message)) if message.key == "diagnosis-other-item-set"));
    assert!(matches!(
        diagnose(builtin(), set("benchmark-27"), release("benchmark-27"), &answers),
        Err(Error::Invalid(_))
    ));
}

#[test]
fn unknown_options_are_faults_with_their_value() {
    let mut answers = answers_at("benchmark-25", 3);
    answers.profile.insert("sales".to_owned(), "plenty".to_owned());
    let Err(Error::Invalid(faults)) = diagnose(builtin(), set("benchmark-25"), release("benchmark-25"), &answers)
    else {
        panic!("accepted")
    };
    assert_eq!((faults[0].field.as_str(), faults[0].value.as_str()), ("profile.sales", "plenty"));
}

#[test]
fn supposing_higher_levels_shows_what_they_bring() {
    let answers = answers_at("benchmark-25", 2);
    let levels = BTreeMap::from([("3-4".to_owned(), 4), ("5-3".to_owned(), 3)]);
    let now = diagnose(builtin(), set("benchmark-25"), release("benchmark-25"), &answers).unwrap();
    let suppose = |levels: &BTreeMap<String, u8>| {
        what_if(builtin(), set("benchmark-25"), release("benchmark-25"), (&answers, &now), levels)
    };
    let supposed = suppose(&levels).unwrap();
    assert_eq!((supposed.total.before, supposed.total.after, supposed.total.change), (50.0, 53.0, 3.0));
    assert!(supposed.percentile.change > 0.0 && supposed.total_gap.change < 0.0);
    let changed: Vec<&str> =
        supposed.items.iter().filter(|item| item.level.change != 0.0).map(|item| item.item.as_str()).collect();
    assert_eq!(changed, ["3-4", "5-3"]);
    for wrong in [BTreeMap::from([("9-9".to_owned(), 3)]), BTreeMap::from([("1-1".to_owned(), 6)])] {
        assert!(suppose(&wrong).is_err());
    }
    let same = suppose(&BTreeMap::new()).unwrap();
    assert_eq!((same.total, same.items.len()), (Change::new(50.0, 50.0), 25));
}

#[test]
fn a_year_later_is_compared_item_by_item() {
    let earlier = example(include_str!("../../../../examples/parts-maker-2025.toml"));
    let now = example(include_str!("../../../../examples/parts-maker.toml"));
    let history = compare(&earlier, &now);
    assert_eq!(history.items.len(), 25);
    let total = history.total.unwrap();
    assert!((total.change - history.items.iter().map(|item| item.level.change).sum::<f64>()).abs() < 1e-12);
    assert!(history.percentile.is_some());
}

#[test]
fn different_sets_share_items_but_never_totals() {
    let history = compare(&diagnosis(&answers_at("benchmark-25", 2)), &diagnosis(&answers_at("benchmark-27", 3)));
    assert_eq!((history.total, history.percentile), (None, None));
    assert_eq!(history.items.len(), 25);
    assert_eq!(history.only_now, ["1-8", "3-7"]);
    assert!(history.only_earlier.is_empty());
    assert!((history.shared_mean.unwrap().change - 1.0).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn raising_a_level_never_lowers_total_percentile_or_deviation_value_nor_widens_a_gap(
        levels in proptest::collection::vec(1_u8..=5, 25), raised in 0_usize..25,
    ) {
        let set = set("benchmark-25");
        let mut answers = answers_at("benchmark-25", 3);
        for (item, level) in set.items.iter().zip(&levels) {
            answers.items.insert(item.ref_id.clone(), ItemAnswer::level(*level));
        }
        let before = diagnosis(&answers);
        answers.items.insert(set.items[raised].ref_id.clone(), ItemAnswer::level((levels[raised] + 1).min(5)));
        let after = diagnosis(&answers);
        prop_assert!(after.total >= before.total && after.percentile >= before.percentile);
        prop_assert!(after.deviation_value >= before.deviation_value);
        prop_assert!(after.total_gap <= before.total_gap);
        prop_assert_eq!(after.tier, before.tier);
    }

    #[test]
    fn every_diagnosis_ranks_all_items_once(levels in proptest::collection::vec(1_u8..=5, 27)) {
        let set = set("benchmark-27");
        let mut answers = answers_at("benchmark-27", 3);
        for (item, level) in set.items.iter().zip(&levels) {
            answers.items.insert(item.ref_id.clone(), ItemAnswer::level(*level));
        }
        let found = diagnosis(&answers);
        let mut items: Vec<&str> = found.gaps.iter().map(|gap| gap.item.as_str()).collect();
        items.sort_unstable();
        items.dedup();
        prop_assert_eq!(items.len(), 27);
        prop_assert!((0.0..=100.0).contains(&found.percentile));
        prop_assert_eq!(found.actions.len(), found.gaps.iter().filter(|gap| gap.gap > 0.0).count());
    }
}
