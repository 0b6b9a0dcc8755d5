use super::super::inspect::{Dice, HOSTILE, assert_tidy, count, words};
use super::*;

fn line(label: &str, at: f64, ink: Ink) -> Line {
    Line { label: label.to_owned(), at, ink }
}

fn sample() -> Histogram {
    let bin = |index: u32| Bin {
        from: 25.0 + f64::from(index) * 10.0,
        to: 35.0 + f64::from(index) * 10.0,
        count: u64::from(index * (10 - index) * 40),
    };
    Histogram {
        about: About { title: "分布".to_owned(), ..About::default() },
        axis: Axis { title: "総合点".to_owned(), from: 25.0, to: 125.0, step: 25.0, decimals: 0 },
        count_title: "組織の数".to_owned(),
        bins: (0..10).map(bin).collect(),
        bins_name: "回答した組織".to_owned(),
        own: Some(line("自社 82点", 82.0, Ink::Own)),
        own_name: "自社が入る区間".to_owned(),
        lines: vec![line("平均 81点", 81.0, Ink::PeerA), line("望まれる水準 83点", 83.0, Ink::Goal)],
    }
}

#[test]
fn exactly_the_own_bar_is_marked() {
    let svg = sample().svg();
    assert_tidy(&svg);
    // The bar and its legend.
    assert_eq!(count(&svg, "rect", "ink-own"), 2);
    assert_eq!(sample().own_bin(), Some(5));
}

#[test]
fn the_upper_end_counts_only_in_the_last_bar() {
    let own = |at| Histogram { own: Some(line("", at, Ink::Own)), ..sample() }.own_bin();
    assert_eq!([own(25.0), own(35.0), own(125.0), own(125.1), own(f64::NAN)], [Some(0), Some(1), Some(9), None, None]);
    assert_eq!(Histogram { own: None, ..sample() }.own_bin(), None);
}

#[test]
fn labels_of_lines_close_together_are_pushed_apart() {
    let shown = words(&sample().svg());
    for word in ["自社 82点", "平均 81点", "望まれる水準 83点", "組織の数", "総合点"] {
        assert!(shown.iter().any(|shown| shown == word), "{word}");
    }
}

#[test]
fn count_ticks_are_round_and_reach_the_highest_bar() {
    for most in [0, 1, 4, 5, 6, 9, 10, 99, 314, 1_000, 12_345, u64::MAX / 2, u64::MAX] {
        let ticks = count_ticks(most);
        assert!((2..=6).contains(&ticks.len()), "{most}: {ticks:?}");
        assert!(ticks.last().unwrap().0 >= most);
    }
    assert_eq!(
        count_ticks(314).into_iter().map(|(_, words)| words).collect::<Vec<_>>(),
        ["0", "100", "200", "300", "400"]
    );
    assert_eq!(grouped(1_234_567), "1,234,567");
    assert_eq!(grouped(123), "123");
}

#[test]
fn arbitrary_bins_and_lines_stay_tidy() {
    let mut dice = Dice(4);
    for round in 0..200 {
        let mut chart = sample();
        chart.about.extent = if round % 2 == 0 { Extent::Half } else { Extent::Full };
        chart.bins = (0..dice.below(40))
            .map(|_| Bin {
                from: dice.wild(25.0, 125.0),
                to: dice.wild(25.0, 125.0),
                count: dice.below(1_000_000) as u64,
            })
            .collect();
        chart.own = Some(line("自社の総合点", dice.wild(25.0, 125.0), Ink::Own));
        chart.lines =
            (0..dice.below(6)).map(|i| line(&"望まれる水準 ".repeat(i), dice.wild(25.0, 125.0), Ink::ALL[i])).collect();
        chart.axis.step = dice.wild(0.5, 50.0);
        assert_tidy(&chart.svg());
    }
}

#[test]
fn an_empty_histogram_is_still_a_drawing() {
    assert_tidy(&Histogram { bins: Vec::new(), own: None, lines: Vec::new(), ..sample() }.svg());
}

#[test]
fn hostile_text_is_escaped() {
    let mut chart = sample();
    chart.axis.title = HOSTILE.to_owned();
    chart.count_title = HOSTILE.to_owned();
    chart.bins_name = HOSTILE.to_owned();
    chart.own = Some(line(HOSTILE, 50.0, Ink::Own));
    assert_tidy(&chart.svg());
    assert!(!chart.svg().as_str().contains("<script"));
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert_eq!(sample().svg(), sample().svg());
}
