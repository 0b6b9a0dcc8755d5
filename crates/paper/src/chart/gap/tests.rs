use super::super::inspect::{Dice, HOSTILE, assert_tidy, count, words};
use super::*;

const LEVELS: [u8; 5] = [0, 1, 5, 100, 255];

fn item(label: &str, own: Option<f64>, goal: Option<f64>) -> GapItem {
    GapItem { label: label.to_owned(), own, goal, emphasis: false }
}

fn sample() -> Gap {
    Gap {
        about: About { title: "差".to_owned(), ..About::default() },
        heads: GapHeads {
            item: "項目".to_owned(),
            own: "自社".to_owned(),
            goal: "望まれる水準".to_owned(),
            gap: "差".to_owned(),
        },
        levels: (1, 5),
        decimals: 1,
        items: vec![
            item("方針と規程", Some(2.0), Some(3.46)),
            item("推進体制", Some(4.0), Some(3.5)),
            item("回答がない項目", None, Some(3.5)),
            item("比べる値がない項目", Some(3.0), None),
        ],
    }
}

#[test]
fn figures_stand_beside_each_bar_and_the_gap_is_never_negative() {
    let svg = sample().svg();
    assert_tidy(&svg);
    let shown = words(&svg);
    let after = |label: &str| {
        let at = shown.iter().position(|word| word == label).unwrap();
        shown[at + 1..at + 4].to_vec()
    };
    assert_eq!(after("方針と規程"), ["2.0", "3.5", "1.5"]);
    assert_eq!(after("推進体制"), ["4.0", "3.5", "0.0"]);
    assert_eq!(after("回答がない項目"), ["–", "3.5", "–"]);
    assert_eq!(after("比べる値がない項目"), ["3.0", "–", "–"]);
}

#[test]
fn only_a_shortfall_is_a_bar() {
    // One bar and its legend.
    assert_eq!(count(&sample().svg(), "rect", "ink-goal"), 2);
}

#[test]
fn half_width_shows_only_the_gap() {
    let mut chart = sample();
    chart.about.extent = Extent::Half;
    let svg = chart.svg();
    assert_tidy(&svg);
    assert!(words(&svg).contains(&"1.5".to_owned()) && !words(&svg).contains(&"2.0".to_owned()));
}

#[test]
fn arbitrary_items_stay_tidy() {
    let mut dice = Dice(6);
    for round in 0..150 {
        let mut chart = sample();
        chart.about.extent = if round % 2 == 0 { Extent::Half } else { Extent::Full };
        chart.decimals = dice.below(9);
        chart.levels = (LEVELS[dice.below(5)], LEVELS[dice.below(5)]);
        chart.items = (0..dice.below(40))
            .map(|i| {
                let words = if i % 2 == 0 { "重要な情報の取扱い" } else { "Handling of information " };
                let own = Some(dice.wild(1.0, 5.0)).filter(|_| i % 5 > 0);
                let label = words.repeat(dice.below(5));
                GapItem { label, own, goal: Some(dice.wild(1.0, 5.0)), emphasis: i % 3 == 0 }
            })
            .collect();
        assert_tidy(&chart.svg());
    }
}

#[test]
fn hostile_text_is_escaped() {
    let mut chart = sample();
    chart.items[0].label = HOSTILE.to_owned();
    chart.heads = GapHeads {
        item: HOSTILE.to_owned(),
        own: HOSTILE.to_owned(),
        goal: HOSTILE.to_owned(),
        gap: HOSTILE.to_owned(),
    };
    assert_tidy(&chart.svg());
    assert!(!chart.svg().as_str().contains("<script"));
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert_eq!(sample().svg(), sample().svg());
}
