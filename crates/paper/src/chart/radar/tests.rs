use super::super::draw::Extent;
use super::super::inspect::{Dice, HOSTILE, assert_tidy, count, words};
use super::*;
use crate::document::Language;

const JA: [&str; 27] = [
    "方針と規程",
    "推進体制",
    "資産の分類",
    "情報の取扱い",
    "委託先の契約",
    "従業者との契約",
    "教育と訓練",
    "リスクの評価",
    "建物と区画",
    "来訪者の管理",
    "機器の設置",
    "書類と媒体",
    "実環境での保護",
    "システム運用",
    "ウイルス対策",
    "脆弱性への対応",
    "通信の保護",
    "携帯機器",
    "控えの取得",
    "利用者の管理",
    "アクセス権",
    "ネットワーク",
    "開発の安全",
    "変更の管理",
    "障害への備え",
    "事故への対応",
    "事業の継続",
];
const EN: [&str; 27] = [
    "Policy and rules",
    "Organisation",
    "Asset classification",
    "Handling of information",
    "Supplier contracts",
    "Staff agreements",
    "Awareness and training",
    "Risk assessment",
    "Buildings and areas",
    "Visitors",
    "Equipment",
    "Papers and media",
    "Live environments",
    "System operation",
    "Malware protection",
    "Vulnerability management",
    "Network encryption",
    "Mobile devices",
    "Backup of important data",
    "User accounts",
    "Access rights",
    "Network access control",
    "Secure development",
    "Change management",
    "Availability",
    "Incident response",
    "Business continuity",
];

fn group_of(index: usize) -> usize {
    [7, 11, 18, 23].iter().filter(|end| index > **end).count()
}

fn groups(count: usize) -> Vec<RadarGroup> {
    (1..=count).map(|n| RadarGroup { mark: n.to_string(), name: format!("対策の領域その{n}") }).collect()
}

fn radar(labels: &[&str], language: Language) -> Radar {
    let values = |offset: usize| (0..labels.len()).map(|i| Some(1.0 + ((i * 7 + offset) % 9) as f64 / 2.0)).collect();
    let series = |name: &str, ink, offset| RadarSeries { name: name.to_owned(), ink, values: values(offset) };
    Radar {
        about: About { title: "項目別".to_owned(), description: "d".to_owned(), language, extent: Extent::Full },
        axes: labels
            .iter()
            .enumerate()
            .map(|(i, l)| RadarAxis { label: (*l).to_owned(), group: group_of(i) })
            .collect(),
        groups: groups(5),
        levels: (1, 5),
        series: vec![
            series("自社", Ink::Own, 0),
            series("望まれる水準", Ink::Goal, 3),
            series("同業種の平均", Ink::PeerA, 5),
        ],
    }
}

#[test]
fn twenty_five_and_twenty_seven_labels_fit_in_both_languages_and_extents() {
    for (labels, language) in [(JA, Language::Ja), (EN, Language::En)] {
        for count in [25, 27] {
            for extent in [Extent::Full, Extent::Half] {
                let mut radar = radar(&labels[..count], language);
                radar.about.extent = extent;
                assert_tidy(&radar.svg());
            }
        }
    }
}

#[test]
fn no_label_of_usual_length_is_shortened_at_full_width() {
    for (labels, language) in [(JA, Language::Ja), (EN, Language::En)] {
        let shown = words(&radar(&labels, language).svg());
        assert!(!shown.iter().any(|word| word.ends_with('…')), "{shown:?}");
        let all: String = shown.concat().replace(' ', "");
        for label in labels {
            assert!(all.contains(&label.replace(' ', "")), "{label}");
        }
    }
}

#[test]
fn any_number_of_axes_and_any_length_of_label_stays_tidy() {
    let mut dice = Dice(1);
    for round in 0..150 {
        let count = dice.below(32);
        let labels: Vec<String> = (0..count)
            .map(|_| {
                if dice.next() < 0.5 {
                    "長い名前".repeat(dice.below(8))
                } else {
                    "Wide Word ".repeat(dice.below(7))
                }
            })
            .collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let mut radar = radar(&labels, Language::Ja);
        radar.about.extent = if round % 2 == 0 { Extent::Full } else { Extent::Half };
        for series in &mut radar.series {
            series.values = (0..count).map(|_| Some(dice.wild(1.0, 5.0)).filter(|_| round % 3 > 0)).collect();
        }
        assert_tidy(&radar.svg());
    }
}

#[test]
fn labels_stand_outside_the_circle() {
    for count in 3..=30 {
        let lines: Vec<Vec<String>> = (0..count).map(|i| vec!["名前".to_owned(); 1 + i % 2]).collect();
        for label in around(TAU / count as f64, lines, 200.0) {
            let area = label.area();
            let x = 0.0_f64.clamp(area.left, area.right);
            let y = 0.0_f64.clamp(area.top, area.bottom);
            assert!(x.hypot(y) >= 199.9, "{count}: {area:?}");
        }
    }
}

#[test]
fn rings_are_labelled_and_series_marked_on_every_axis() {
    let svg = radar(&JA, Language::Ja).svg();
    for level in ["1", "2", "3", "4", "5"] {
        assert!(words(&svg).iter().any(|word| word == level));
    }
    assert_eq!(count(&svg, "g", "series-1"), 1);
    // A diamond is a face on paper and an outline; with the polygon and the legend that is 27 + 2.
    assert_eq!(count(&svg, "polygon", "ink-goal"), 27 + 2);
    assert!(words(&svg).iter().any(|word| word == "望まれる水準"));
}

#[test]
fn the_own_series_lies_on_top() {
    let svg = radar(&JA, Language::Ja).svg();
    let at = |class: &str| svg.as_str().find(class).unwrap();
    assert!(at("series-1 ink-own") > at("series-3 ink-peer-a"));
}

#[test]
fn a_missing_value_leaves_a_gap() {
    let mut radar = radar(&JA, Language::Ja);
    radar.series.truncate(1);
    assert_eq!(count(&radar.svg(), "polyline", "ink-own"), 0);
    radar.series[0].values[3] = None;
    assert_eq!(count(&radar.svg(), "polyline", "ink-own"), 25);
    radar.series[0].values.truncate(1);
    assert_eq!(count(&radar.svg(), "polyline", "ink-own"), 0);
}

#[test]
fn hostile_text_is_escaped() {
    let mut radar = radar(&[HOSTILE; 9], Language::Ja);
    radar.about.title = HOSTILE.to_owned();
    radar.about.description = HOSTILE.to_owned();
    radar.groups = vec![RadarGroup { mark: HOSTILE.to_owned(), name: HOSTILE.to_owned() }];
    radar.series[0].name = HOSTILE.to_owned();
    assert_tidy(&radar.svg());
    assert!(!radar.svg().as_str().contains("<script"));
}

#[test]
fn odd_levels_and_groups_are_borne() {
    for levels in [(1, 1), (5, 1), (0, 0), (0, 100), (0, 255)] {
        let mut radar = radar(&JA, Language::Ja);
        radar.levels = levels;
        radar.groups.truncate(2);
        assert_tidy(&radar.svg());
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert_eq!(radar(&EN, Language::En).svg(), radar(&EN, Language::En).svg());
}
