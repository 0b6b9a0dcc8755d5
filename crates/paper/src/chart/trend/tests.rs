use super::super::inspect::{Dice, HOSTILE, assert_tidy, count, words};
use super::*;

fn series(ink: Ink, values: Vec<Option<f64>>) -> TrendSeries {
    TrendSeries { name: format!("{ink:?}"), ink, values }
}

fn sample() -> Trend {
    Trend {
        about: About { title: "推移".to_owned(), extent: Extent::Half, ..About::default() },
        periods: (2019..=2026).map(|year| format!("{year}年度")).collect(),
        axis: Axis { title: "総合点".to_owned(), from: 25.0, to: 125.0, step: 25.0, decimals: 1 },
        series: vec![
            series(
                Ink::Own,
                vec![Some(50.0), None, Some(55.0), Some(60.0), Some(61.0), Some(70.0), Some(80.0), Some(82.0)],
            ),
            series(Ink::Goal, vec![Some(88.0); 8]),
            series(Ink::PeerA, vec![Some(82.1); 8]),
        ],
    }
}

#[test]
fn the_latest_values_are_written_at_the_end_without_touching() {
    for extent in [Extent::Half, Extent::Full] {
        let mut chart = sample();
        chart.about.extent = extent;
        let svg = chart.svg();
        assert_tidy(&svg);
        for word in ["82.0", "88.0", "82.1"] {
            assert!(words(&svg).contains(&word.to_owned()), "{word}");
        }
    }
}

#[test]
fn the_last_period_is_always_named() {
    for count in 1..60 {
        let mut chart = sample();
        chart.periods = (0..count).map(|n| format!("第{n}期")).collect();
        let svg = chart.svg();
        assert_tidy(&svg);
        assert!(words(&svg).contains(&format!("第{}期", count - 1)));
    }
}

#[test]
fn a_missing_value_breaks_the_line() {
    let mut chart = sample();
    chart.series.truncate(1);
    assert_eq!(count(&chart.svg(), "polyline", "ink-own"), 1 + 1, "the later part, and the leader of its label");
    chart.series[0].values[4] = None;
    assert_eq!(count(&chart.svg(), "polyline", "ink-own"), 2 + 1);
}

#[test]
fn no_value_in_the_last_period_is_not_written() {
    let mut chart = sample();
    chart.series[0].values[7] = None;
    assert!(!words(&chart.svg()).contains(&"82.0".to_owned()));
}

#[test]
fn arbitrary_series_stay_tidy() {
    let mut dice = Dice(2);
    for round in 0..200 {
        let count = dice.below(30);
        let mut chart = sample();
        chart.about.extent = if round % 2 == 0 { Extent::Half } else { Extent::Full };
        chart.periods = (0..count).map(|n| "期間".repeat(n % 7)).collect();
        chart.series = Ink::ALL
            .into_iter()
            .map(|ink| series(ink, (0..count).map(|n| Some(dice.wild(25.0, 125.0)).filter(|_| n % 4 > 0)).collect()))
            .collect();
        chart.axis.decimals = dice.below(20);
        assert_tidy(&chart.svg());
    }
}

#[test]
fn hostile_text_is_escaped() {
    let mut chart = sample();
    chart.periods = vec![HOSTILE.to_owned(); 8];
    chart.series[0].name = HOSTILE.to_owned();
    chart.axis.title = HOSTILE.to_owned();
    assert_tidy(&chart.svg());
    assert!(!chart.svg().as_str().contains("<script"));
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert_eq!(sample().svg(), sample().svg());
}
