use super::super::inspect::{Dice, HOSTILE, assert_tidy, count, words};
use super::*;

fn axis(title: &str, from: f64, to: f64, step: f64) -> Axis {
    Axis { title: title.to_owned(), from, to, step, decimals: 0 }
}

fn line(label: &str, at: f64) -> Line {
    Line { label: label.to_owned(), at, ink: Ink::Goal }
}

fn mark(label: &str, x: f64, y: f64) -> Mark {
    Mark { label: label.to_owned(), x, y }
}

fn sample(points: usize) -> Scatter {
    let mut dice = Dice(3);
    let points = (0..points).map(|_| (dice.next() * 10.0 - 5.0, dice.next() * 100.0 + 25.0)).collect();
    Scatter {
        about: About { title: "散布図".to_owned(), ..About::default() },
        x: axis("リスク指標", -5.0, 5.0, 1.0),
        y: axis("総合点", 25.0, 125.0, 25.0),
        regions: vec![Region { label: "高い水準".to_owned(), x: (0.0, f64::INFINITY), y: (88.0, 125.0) }],
        cloud: Cloud::Points { name: "回答した組織".to_owned(), points },
        across: vec![line("望まれる水準 88", 88.0), line("平均 87", 87.0), line("平均 86", 86.0)],
        upright: vec![line("境界", 0.0), line("もう一つの境界", 0.2)],
        marks: vec![mark("2024年度", -1.0, 58.0), mark("2025年度", 0.0, 60.0), mark("今回 82点", 0.5, 82.0)],
        now_name: "今回".to_owned(),
        earlier_name: "これまで".to_owned(),
    }
}

#[test]
fn few_points_are_dots_and_many_are_density() {
    let dots = sample(Cloud::MOST_DOTS).svg();
    assert_tidy(&dots);
    assert_eq!(count(&dots, "circle", "ink-mass"), Cloud::MOST_DOTS);
    let hexagons = sample(5_000).svg();
    assert_tidy(&hexagons);
    assert_eq!(count(&hexagons, "circle", "ink-mass"), 0);
    assert!(count(&hexagons, "polygon", "ink-mass") > 500);
    assert!(hexagons.as_str().len() < 400_000, "{}", hexagons.as_str().len());
}

#[test]
fn a_hundred_thousand_points_make_no_larger_drawing_than_five_thousand() {
    assert!(sample(100_000).svg().as_str().len() < sample(5_000).svg().as_str().len() * 2);
}

#[test]
fn every_mark_line_and_region_is_named() {
    let shown = words(&sample(3_000).svg());
    for word in [
        "2024年度",
        "2025年度",
        "今回 82点",
        "望まれる水準 88",
        "平均 87",
        "平均 86",
        "境界",
        "高い水準",
        "リスク指標",
        "総合点",
    ] {
        assert!(shown.iter().any(|shown| shown == word), "{word} in {shown:?}");
    }
}

#[test]
fn marks_are_joined_by_arrows_and_only_the_last_is_own() {
    let svg = sample(0).svg();
    // One disc on the way and one in the legend.
    assert_eq!(count(&svg, "circle", "ink-own"), 2);
    assert_eq!(count(&svg, "line", "ink-earlier"), 2);
    assert_eq!(count(&svg, "polygon", "ink-earlier"), 2);
}

#[test]
fn points_outside_the_axes_are_left_out_and_marks_outside_lie_at_the_edge() {
    let mut chart = sample(0);
    let points = vec![(9.0, 50.0), (0.0, 500.0), (f64::NAN, 50.0), (0.0, 50.0)];
    chart.cloud = Cloud::Points { name: "点".to_owned(), points };
    chart.marks = vec![mark("遠い", 99.0, -99.0), mark("無い", f64::NAN, 50.0)];
    let svg = chart.svg();
    assert_tidy(&svg);
    assert_eq!(count(&svg, "circle", "ink-mass"), 1);
    assert!(words(&svg).contains(&"遠い".to_owned()) && !words(&svg).contains(&"無い".to_owned()));
}

#[test]
fn gathered_cells_are_shaded_by_count() {
    let mut chart = sample(0);
    let cell = |x, y, count| Cell { x, y, count };
    chart.cloud = Cloud::Cells {
        name: "組織".to_owned(),
        size: (1.0, 10.0),
        cells: vec![cell(0.5, 60.0, 100), cell(1.5, 60.0, 1), cell(2.5, 60.0, 0), cell(99.0, 60.0, 5)],
    };
    let svg = chart.svg();
    assert_tidy(&svg);
    // Two cells and the five steps of the legend.
    assert_eq!(count(&svg, "rect", "ink-mass"), 2 + STEPS.len());
}

#[test]
fn density_steps_rise_with_the_count() {
    assert!(density(1, 100) < density(20, 100) && density(20, 100) < density(100, 100));
    assert!((density(100, 100) - 1.0).abs() < 1e-9);
    assert!(density(0, 0) > 0.0);
}

#[test]
fn arbitrary_marks_lines_and_regions_stay_tidy() {
    let mut dice = Dice(8);
    for round in 0..150 {
        let mut chart = sample(if round % 2 == 0 { 200 } else { 900 });
        chart.about.extent = if round % 3 == 0 { Extent::Half } else { Extent::Full };
        let many = |dice: &mut Dice| dice.below(8);
        chart.marks = (0..many(&mut dice))
            .map(|i| mark(&format!("第{i}回の結果"), dice.wild(-5.0, 5.0), dice.wild(25.0, 125.0)))
            .collect();
        chart.across = (0..many(&mut dice)).map(|i| line(&"水準".repeat(i), dice.wild(25.0, 125.0))).collect();
        chart.upright = (0..many(&mut dice)).map(|i| line(&"Boundary ".repeat(i), dice.wild(-5.0, 5.0))).collect();
        chart.regions = (0..many(&mut dice))
            .map(|i| Region {
                label: format!("範囲{i}"),
                x: (dice.wild(-5.0, 5.0), dice.wild(-5.0, 5.0)),
                y: (dice.wild(25.0, 125.0), dice.wild(25.0, 125.0)),
            })
            .collect();
        assert_tidy(&chart.svg());
    }
}

#[test]
fn hostile_text_is_escaped() {
    let mut chart = sample(10);
    chart.x.title = HOSTILE.to_owned();
    chart.y.title = HOSTILE.to_owned();
    chart.now_name = HOSTILE.to_owned();
    chart.marks[0].label = HOSTILE.to_owned();
    chart.across[0].label = HOSTILE.to_owned();
    chart.upright[0].label = HOSTILE.to_owned();
    chart.regions[0].label = HOSTILE.to_owned();
    chart.cloud = Cloud::Points { name: HOSTILE.to_owned(), points: Vec::new() };
    assert_tidy(&chart.svg());
    assert!(!chart.svg().as_str().contains("<script"));
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert_eq!(sample(4_000).svg(), sample(4_000).svg());
}
