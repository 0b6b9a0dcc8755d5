use super::*;
use crate::population::{Submission, Tier};

fn shipped() -> &'static Release {
    builtin_for("benchmark-25").unwrap()
}

/// A figure as it is printed, rounded half up.
fn printed(figure: f64, decimals: usize) -> String {
    let factor = 10_f64.powi(i32::try_from(decimals).unwrap());
    format!("{:.decimals$}", (figure * factor).round() / factor)
}

#[test]
fn the_published_figures_come_out_of_the_release_that_ships() {
    let release = shipped();
    assert_eq!((release.n, release.synthetic), (885, true));
    let of = |tier| release.tier(tier);
    for (summary, top_third, mean) in [
        (release.all(), "88 (3.5)", "67 (2.7)"),
        (of(Tier::I), "96 (3.8)", "75 (3.0)"),
        (of(Tier::II), "87 (3.5)", "68 (2.7)"),
        (of(Tier::III), "76 (3.1)", "57 (2.3)"),
    ] {
        let found = |figure: f64| format!("{} ({})", printed(figure, 0), printed(figure / 25.0, 1));
        assert_eq!(found(summary.top_third), top_third, "{}", summary.top_third);
        assert_eq!(found(summary.mean), mean, "{}", summary.mean);
    }
    assert!(of(Tier::III).top_third >= 76.25);
}

#[test]
fn deviation_values_are_allowed_in_every_tier() {
    for summary in [shipped().all()]
        .into_iter()
        .chain(Tier::ALL.map(|tier| shipped().tier(tier)))
    {
        assert!(summary.deviation_allowed);
        assert!((17.0..20.0).contains(&summary.sd), "{}", summary.sd);
    }
}

#[test]
fn every_part_has_figures() {
    let release = shipped();
    assert_eq!(release.frame().industries.len(), 9);
    let industries: u64 = release
        .frame()
        .industries
        .iter()
        .map(|id| release.industry(id).unwrap().n)
        .sum();
    assert_eq!(industries, 885);
    let sizes = crate::catalog::Size::ALL;
    assert_eq!(
        sizes
            .map(|size| release.size(size).unwrap().n)
            .iter()
            .sum::<u64>(),
        885
    );
    for tier in Tier::ALL {
        assert_eq!(
            sizes
                .map(|size| release.tier_size(tier, size).unwrap().n)
                .iter()
                .sum::<u64>(),
            release.tier(tier).n
        );
        let items: f64 = release.tier(tier).item_top_third.iter().sum();
        assert!((items - release.tier(tier).top_third).abs() < 1e-9);
    }
}

#[test]
fn the_releases_are_the_ones_written_down() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../catalog/golden/releases.toml"
    );
    let golden: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let golden = golden["release"].as_array().unwrap();
    assert_eq!(builtin_releases().len(), golden.len());
    for (release, golden) in builtin_releases().iter().zip(golden) {
        let expected = |key: &str| golden[key].as_str().unwrap();
        assert_eq!(release.id, expected("id"));
        assert_eq!(release.item_set, expected("item_set"));
        assert_eq!(release.hash, expected("hash"), "{}", release.id);
    }
}

#[test]
fn the_first_release_of_an_item_set_is_found() {
    assert_eq!(
        builtin_for("benchmark-27").map(|release| release.id.as_str()),
        Some("synthetic-2005-27")
    );
    assert_eq!(builtin_releases()[0].id, "synthetic-2005-25");
    assert!(builtin_for("benchmark-99").is_none() && builtin("synthetic-2005-99").is_none());
}

#[test]
fn another_seed_reaches_the_same_figures_with_other_companies() {
    let other = synthetic_release(Catalog::builtin(), "other", "benchmark-25", 7).unwrap();
    assert_ne!(other.members(), shipped().members());
    for tier in Tier::ALL {
        assert_eq!(other.tier(tier).totals, shipped().tier(tier).totals);
    }
}

#[test]
fn what_it_is_not_is_said_in_both_languages() {
    for release in builtin_releases() {
        assert!(
            release.method.ja.contains("合成データ") && release.method.ja.contains("乱数の種2005")
        );
        assert!(
            release.method.en.contains("Synthetic data") && release.method.en.contains("seed 2005")
        );
    }
    let more = builtin_for("benchmark-27").unwrap();
    assert!(
        more.method.ja.contains("再現でもありません")
            && more.method.en.contains("no published figure")
    );
    assert_eq!(
        shipped().window,
        Window {
            from: "2005-01-01".to_owned(),
            to: "2005-01-31".to_owned()
        }
    );
}

#[test]
fn it_is_read_back_from_what_is_frozen() {
    for release in builtin_releases() {
        assert_eq!(
            Release::from_bytes(release.bytes()).as_ref(),
            Ok(&**release)
        );
    }
}

#[test]
fn one_member_more_and_less_moves_the_figures_and_leaves_no_trace() {
    let mut tally = shipped().tally().clone();
    let best = Submission {
        levels: &[5; 25],
        ..Submission::from(&shipped().members()[0])
    };
    tally.add(&best).unwrap();
    assert_eq!(tally.members(), 886);
    assert!(tally.cube().whole().totals().mean() > Some(shipped().all().mean));
    tally.remove(&best).unwrap();
    assert_eq!(&tally, shipped().tally());
}

#[test]
fn an_unknown_item_set_is_named() {
    let refused = synthetic_release(Catalog::builtin(), "x", "benchmark-99", 1).unwrap_err();
    assert_eq!(refused.to_string(), "not in the catalogue: benchmark-99");
}
