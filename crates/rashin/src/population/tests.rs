//! The synthetic population against the published table, and its shape.

use super::synthesise::BUILTIN_SEED;
use super::*;
use crate::catalog::{Size, builtin};

fn early() -> &'static Release {
    builtin_for("benchmark-25").unwrap()
}

fn late() -> &'static Release {
    builtin_for("benchmark-27").unwrap()
}

#[test]
fn the_synthetic_population_reproduces_the_published_table() {
    let printed = [
        (early().all(), (67.0, 2.7), (88.0, 3.5)),
        (early().tier(Tier::I), (75.0, 3.0), (96.0, 3.8)),
        (early().tier(Tier::II), (68.0, 2.7), (87.0, 3.5)),
        (early().tier(Tier::III), (57.0, 2.3), (76.0, 3.1)),
    ];
    let tenths = |value: f64| (value / 25.0 * 10.0).round() / 10.0;
    for (figures, mean, top) in printed {
        let figures = figures.unwrap();
        assert_eq!((figures.mean.round(), tenths(figures.mean)), mean, "{}", figures.mean);
        assert_eq!((figures.top_third.round(), tenths(figures.top_third)), top, "{}", figures.top_third);
    }
    assert_eq!(early().head().n, 885);
}

#[test]
fn item_figures_sum_to_those_of_the_total() {
    for release in builtin_releases() {
        let groups =
            [release.all(), release.tier(Tier::I), release.size(Size::Large), release.industry("manufacturing")];
        for figures in groups.into_iter().flatten() {
            assert!((figures.item_means.iter().sum::<f64>() - figures.mean).abs() < 1e-9);
            assert!((figures.item_top_third.iter().sum::<f64>() - figures.top_third).abs() < 1e-9);
        }
    }
}

#[test]
fn groups_partition_the_members() {
    let n = |figures: Option<&Figures>| figures.map_or(0, |figures| figures.n);
    for release in builtin_releases() {
        assert_eq!(Tier::ALL.iter().map(|tier| n(release.tier(*tier))).sum::<u64>(), 885);
        assert_eq!(Size::ALL.iter().map(|size| n(release.size(*size))).sum::<u64>(), 885);
        let industries = builtin().profile("profile-15").unwrap().industries();
        assert_eq!(industries.iter().map(|option| n(release.industry(&option.ref_id))).sum::<u64>(), 885);
        assert_eq!(release.scatter().map(|cell| u64::from(cell.members)).sum::<u64>(), 885);
        assert!(release.industry("no such").is_none());
    }
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let product: f64 = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum();
    let square = |x: &[f64], m: f64| x.iter().map(|x| (x - m).powi(2)).sum::<f64>();
    product / (square(a, ma) * square(b, mb)).sqrt()
}

#[test]
fn items_hang_together_more_within_an_area_than_across() {
    let set = builtin().item_set("benchmark-27").unwrap();
    let members = synthesise(builtin(), &set.id, BUILTIN_SEED);
    let column = |at: usize| -> Vec<f64> { members.iter().map(|member| f64::from(member.levels[at])).collect() };
    let columns: Vec<Vec<f64>> = (0..set.items.len()).map(column).collect();
    let (mut within, mut across) = (Vec::new(), Vec::new());
    for (a, item) in set.items.iter().enumerate() {
        for (b, other) in set.items.iter().enumerate().skip(a + 1) {
            let group = if item.area == other.area { &mut within } else { &mut across };
            group.push(correlation(&columns[a], &columns[b]));
        }
    }
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let least = within.iter().chain(&across).copied().fold(1.0, f64::min);
    assert!((0.50..0.65).contains(&mean(&within)), "within {}", mean(&within));
    assert!((0.35..0.50).contains(&mean(&across)), "across {}", mean(&across));
    assert!(least > 0.15, "least {least}");
}

#[test]
fn totals_rise_mildly_with_the_risk_index_within_a_tier_and_with_size() {
    let members = synthesise(builtin(), "benchmark-25", BUILTIN_SEED);
    for tier in Tier::ALL {
        let of_tier: Vec<&Member> = members.iter().filter(|member| member.indices.tier == tier).collect();
        let risk: Vec<f64> = of_tier.iter().map(|member| member.indices.risk).collect();
        let totals: Vec<f64> = of_tier.iter().map(|member| f64::from(member.total())).collect();
        let found = correlation(&risk, &totals);
        assert!((0.2..0.35).contains(&found), "{tier:?} {found}");
    }
    assert!(early().size(Size::Large).unwrap().mean > early().size(Size::Small).unwrap().mean);
}

#[test]
fn no_tier_piles_up_at_an_end_of_the_scale() {
    for tier in Tier::ALL {
        let figures = early().tier(tier).unwrap();
        let at = |total: u32| figures.totals.counts().find(|(value, _)| *value == total).map_or(0, |(_, n)| n);
        assert!(at(25) * 50 < figures.n && at(125) * 50 < figures.n, "{tier:?}: {} and {}", at(25), at(125));
        assert!(figures.skewness.unwrap().abs() < 0.6, "{tier:?}: {:?}", figures.skewness);
    }
}

#[test]
fn indices_spread_as_the_model_intends() {
    let members = synthesise(builtin(), "benchmark-25", BUILTIN_SEED);
    let vulnerability: Vec<f64> = members.iter().map(|member| member.indices.vulnerability).collect();
    let influence: Vec<f64> = members.iter().map(|member| member.indices.influence).collect();
    for index in [&vulnerability, &influence] {
        let mean = index.iter().sum::<f64>() / 885.0;
        let sd = (index.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 885.0).sqrt();
        assert!(mean.abs() < 0.2 && (0.8..1.2).contains(&sd), "{mean} {sd}");
    }
    let found = correlation(&vulnerability, &influence);
    assert!((0.1..0.5).contains(&found), "{found}");
}

#[test]
fn the_later_release_has_the_same_members_and_answers() {
    let early = synthesise(builtin(), "benchmark-25", BUILTIN_SEED);
    let late = synthesise(builtin(), "benchmark-27", BUILTIN_SEED);
    let (first, second) = (builtin().item_set("benchmark-25").unwrap(), builtin().item_set("benchmark-27").unwrap());
    let places: Vec<usize> = first.items.iter().map(|item| second.position(&item.ref_id).unwrap()).collect();
    for (a, b) in early.iter().zip(&late) {
        assert_eq!((&a.id, &a.profile), (&b.id, &b.profile));
        assert_eq!(a.levels, places.iter().map(|at| b.levels[*at]).collect::<Vec<_>>());
    }
}

#[test]
fn the_later_release_says_that_it_reproduces_no_published_figure() {
    assert!(late().head().method.en.contains("no published figure"));
    assert!(late().head().method.ja.contains("再現するものではありません"));
    for release in builtin_releases() {
        assert!(release.head().synthetic);
        assert!(
            release.head().method.ja.starts_with("合成データ")
                && release.head().method.en.starts_with("Synthetic data")
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let again = synthetic_release(builtin(), "benchmark-25", BUILTIN_SEED).unwrap();
    assert_eq!(&again, early());
    let other = synthetic_release(builtin(), "benchmark-25", 1).unwrap();
    assert_ne!(other.head().hash, again.head().hash);
    assert_eq!(other.head().n, 885);
}

#[test]
fn the_shipped_releases_have_the_recorded_hashes() {
    let made = builtin_releases().iter().map(|release| (release.id(), release.head().hash.as_str()));
    assert_eq!(made.collect::<Vec<_>>(), builtin::recorded().collect::<Vec<_>>());
}

#[test]
fn deviation_values_are_given_where_the_distribution_allows_them() {
    let all = early().all().unwrap();
    assert!(all.allows_deviation_value());
    let at_mean = all.deviation_value(67).unwrap();
    assert!((49.0..51.0).contains(&at_mean));
    let mut few = release::Tally::new(builtin(), builtin().item_set("benchmark-25").unwrap()).unwrap();
    for level in [1, 3, 5] {
        few.add(&row(level)).unwrap();
    }
    let few = few.freeze(early().head().clone());
    assert_eq!(few.all().unwrap().deviation_value(67), None);
    assert!(!few.all().unwrap().may_be_shown());
    assert!((few.all().unwrap().percentile(75) - 50.0).abs() < 1e-9);
}

fn row(level: u8) -> Row {
    Row {
        tier: Tier::I,
        size: Size::Small,
        industry: "manufacturing".to_owned(),
        risk_index: 1.25,
        levels: vec![level; 25],
    }
}

#[test]
fn one_more_submission_taken_away_again_leaves_the_same_release() {
    let mut tally = early().tally().clone();
    tally.add(&row(5)).unwrap();
    let more = tally.clone().freeze(early().head().clone());
    assert_eq!(more.head().n, 886);
    assert!(more.all().unwrap().mean > early().all().unwrap().mean);
    tally.remove(&row(5)).unwrap();
    assert_eq!(&tally.freeze(early().head().clone()), early());
}

#[test]
fn submissions_counted_together_are_those_counted_one_by_one() {
    let set = builtin().item_set("benchmark-25").unwrap();
    let rows: Vec<Row> = synthesise(builtin(), "benchmark-25", 7).iter().map(Row::from).collect();
    let mut tally = Tally::new(builtin(), set).unwrap();
    for row in &rows {
        tally.add(row).unwrap();
    }
    assert_eq!(Tally::of_rows(builtin(), set, &rows).unwrap(), tally);
    let wrong = [row(3), Row { industry: "piracy".to_owned(), ..row(3) }];
    assert!(Tally::of_rows(builtin(), set, &wrong).is_err());
    assert!(Tally::of_rows(builtin(), set, &[row(3), row(6)]).is_err());
}

#[test]
fn a_row_that_does_not_fit_is_refused() {
    let mut tally = early().tally().clone();
    assert!(tally.add(&Row { levels: vec![3; 24], ..row(3) }).is_err());
    assert!(tally.add(&Row { industry: "piracy".to_owned(), ..row(3) }).is_err());
    assert!(tally.remove(&Row { risk_index: 4.9, ..row(1) }).is_err());
    assert_eq!(&tally, early().tally());
}

#[test]
fn small_groups_of_real_companies_have_no_figures() {
    let mut tally = Tally::new(builtin(), builtin().item_set("benchmark-25").unwrap()).unwrap();
    for member in synthesise(builtin(), "benchmark-25", BUILTIN_SEED).iter().take(120) {
        tally.add(&Row::from(member)).unwrap();
    }
    let head = ReleaseHead { id: "real".to_owned(), synthetic: false, seed: None, ..early().head().clone() };
    let synthetic = tally.clone().freeze(early().head().clone());
    let real = tally.freeze(head);
    let n = |figures: Option<&Figures>| figures.map_or(0, |figures| figures.n);
    let mut hidden = 0;
    for industry in builtin().profile("profile-15").unwrap().industries() {
        let (all, shown) = (n(synthetic.industry(&industry.ref_id)), n(real.industry(&industry.ref_id)));
        assert_eq!(shown, if all < 10 { 0 } else { all }, "{}", industry.ref_id);
        hidden += u32::from(all > 0 && shown == 0);
    }
    assert!(hidden > 0, "the test shows nothing");
    assert_eq!(Release::from_bytes(&real.to_bytes()), Ok(real));
}

#[test]
fn sizes_within_a_tier_sum_to_the_tier() {
    for tier in Tier::ALL {
        let sizes = Size::ALL.map(|size| early().tier_size(tier, size).unwrap().n);
        assert_eq!(sizes.iter().sum::<u64>(), early().tier(tier).unwrap().n);
    }
}
