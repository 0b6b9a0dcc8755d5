//! Invented data for every kind of chart, in both languages.

use paper::Language;
use paper::chart::{
    About, Axis, Bin, Cloud, Extent, Gap, GapHeads, GapItem, Histogram, Ink, Line, Mark, Radar, RadarAxis, RadarGroup,
    RadarSeries, Region, Scatter, Trend, TrendSeries,
};

const JA: [&str; 27] = [
    "方針と規程",
    "推進体制",
    "情報資産の分類",
    "重要情報の取扱い",
    "委託先との契約",
    "従業者との契約",
    "教育と訓練",
    "リスクの評価",
    "建物と区画の保護",
    "来訪者の管理",
    "機器の設置と配線",
    "書類と媒体の管理",
    "実環境の保護",
    "システムの運用",
    "不正プログラム対策",
    "脆弱性への対応",
    "通信と保存の暗号化",
    "携帯機器と媒体",
    "バックアップ",
    "利用者の登録と認証",
    "アクセス権の管理",
    "ネットワークの制御",
    "開発時の安全確保",
    "変更と受入れの管理",
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
    "Visitor control",
    "Equipment and cabling",
    "Papers and media",
    "Live environments",
    "System operation",
    "Malware protection",
    "Vulnerability management",
    "Encryption",
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

/// One of two words by language.
pub(crate) fn say<'a>(language: Language, ja: &'a str, en: &'a str) -> &'a str {
    if language == Language::Ja { ja } else { en }
}

fn about(language: Language, title: &str, extent: Extent) -> About {
    let description = say(language, "見本のデータによる図です。", "A chart of sample data.");
    About { title: title.to_owned(), description: description.to_owned(), language, extent }
}

/// Arbitrary but repeatable numbers in 0..1.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }

    /// About normal, mean 0, deviation 1.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// Names of the items with their group.
pub(crate) fn items(language: Language, count: usize) -> Vec<(String, usize)> {
    let names = if language == Language::Ja { JA } else { EN };
    let sizes: [usize; 5] = if count == 27 { [8, 4, 7, 5, 3] } else { [7, 4, 6, 5, 3] };
    let skipped: &[usize] = if count == 27 { &[] } else { &[7, 18] };
    let groups = sizes.into_iter().enumerate().flat_map(|(group, size)| std::iter::repeat_n(group, size));
    let names = names.iter().enumerate().filter(|(index, _)| !skipped.contains(index));
    names.zip(groups).map(|((_, name), group)| ((*name).to_owned(), group)).collect()
}

fn levels(count: usize, seed: u64) -> Vec<Option<f64>> {
    let mut dice = Dice(seed);
    (0..count).map(|_| Some((3.1 + dice.bell() * 1.1).round().clamp(1.0, 5.0))).collect()
}

fn goals(count: usize) -> Vec<Option<f64>> {
    let mut dice = Dice(5);
    (0..count).map(|_| Some(3.6 + dice.next() * 0.6)).collect()
}

/// All items against what is aimed at and others.
pub(crate) fn radar(language: Language, count: usize) -> Radar {
    let items = items(language, count);
    let names = if language == Language::Ja {
        [
            "組織的な取り組み",
            "物理的な保護",
            "システムとネットワークの運用",
            "アクセス制御と開発・保守",
            "事故への対応と事業継続",
        ]
    } else {
        [
            "Organisation",
            "Physical protection",
            "Systems and networks",
            "Access and development",
            "Incidents and continuity",
        ]
    };
    let series =
        |ja, en, ink, values: Vec<Option<f64>>| RadarSeries { name: say(language, ja, en).to_owned(), ink, values };
    let mut dice = Dice(11);
    let peers = goals(count).into_iter().map(|goal| goal.map(|goal| goal - 0.7 - dice.next() * 0.5)).collect();
    Radar {
        about: about(language, say(language, "項目別の水準", "Levels by item"), Extent::Full),
        axes: items.into_iter().map(|(label, group)| RadarAxis { label, group }).collect(),
        groups: names
            .iter()
            .enumerate()
            .map(|(index, name)| RadarGroup { mark: (index + 1).to_string(), name: (*name).to_owned() })
            .collect(),
        levels: (1, 5),
        series: vec![
            series("自社（今回）", "Own result", Ink::Own, levels(count, 3)),
            series("望まれる水準", "Desired level", Ink::Goal, goals(count)),
            series("同じ層の平均", "Mean of the tier", Ink::PeerA, peers),
        ],
    }
}

/// All inks at once.
pub(crate) fn crowded_radar(language: Language) -> Radar {
    let mut radar = radar(language, 27);
    let more = [
        ("前回", "Last year", Ink::Earlier, 21),
        ("同業種", "Industry", Ink::PeerB, 22),
        ("同規模", "Same size", Ink::PeerC, 23),
    ];
    for (ja, en, ink, seed) in more {
        let values = levels(27, seed).into_iter().map(|v| v.map(|v| v * 0.4 + 1.6)).collect();
        radar.series.push(RadarSeries { name: say(language, ja, en).to_owned(), ink, values });
    }
    radar.series[0].values[4] = None;
    radar
}

fn total_axis(language: Language) -> Axis {
    Axis { title: say(language, "総合点", "Total").to_owned(), from: 25.0, to: 125.0, step: 25.0, decimals: 0 }
}

/// Total against another measure, with a way through the cloud.
pub(crate) fn scatter(language: Language, points: usize, extent: Extent) -> Scatter {
    let mut dice = Dice(77);
    let points = (0..points)
        .map(|_| {
            let x = dice.bell() * 1.7;
            (x.clamp(-5.0, 5.0), (67.0 + 4.0 * x + dice.bell() * 17.0).clamp(25.0, 125.0))
        })
        .collect();
    let mark = |ja: &str, en: &str, x, y| Mark { label: say(language, ja, en).to_owned(), x, y };
    Scatter {
        about: about(language, say(language, "総合点とリスク指標", "Total and risk index"), extent),
        x: Axis {
            title: say(language, "リスク指標", "Risk index").to_owned(),
            from: -5.0,
            to: 5.0,
            step: 1.0,
            decimals: 0,
        },
        y: total_axis(language),
        regions: vec![Region {
            label: say(language, "高い水準が要る範囲", "High level needed").to_owned(),
            x: (1.0, 5.0),
            y: (88.0, f64::INFINITY),
        }],
        cloud: Cloud::Points {
            name: say(language, "回答した組織（色が強いほど多い）", "Organisations (stronger: more)").to_owned(),
            points,
        },
        across: vec![
            Line { label: say(language, "望まれる水準 88", "Desired 88").to_owned(), at: 88.0, ink: Ink::Goal },
            Line { label: say(language, "平均 67", "Mean 67").to_owned(), at: 67.0, ink: Ink::PeerA },
        ],
        upright: vec![Line {
            label: say(language, "リスクの境界 0", "Risk boundary 0").to_owned(),
            at: 0.0,
            ink: Ink::PeerC,
        }],
        marks: vec![
            mark("2024年度 58点", "FY2024: 58", 0.8, 58.0),
            mark("2025年度 71点", "FY2025: 71", 1.2, 71.0),
            mark("今回 82点", "Now: 82", 1.3, 82.0),
        ],
        now_name: say(language, "今回", "Now").to_owned(),
        earlier_name: say(language, "これまで", "Earlier").to_owned(),
    }
}

/// Totals of the many.
pub(crate) fn histogram(language: Language, extent: Extent) -> Histogram {
    let mut dice = Dice(9);
    let totals: Vec<f64> = (0..3_000).map(|_| (67.0 + dice.bell() * 19.0).clamp(25.0, 124.9)).collect();
    let line = |ja, en, at, ink| Line { label: say(language, ja, en).to_owned(), at, ink };
    let bin = |index: u32| {
        let (from, to) = (25.0 + f64::from(index) * 5.0, 30.0 + f64::from(index) * 5.0);
        let count = totals.iter().filter(|total| (from..to).contains(*total)).count();
        Bin { from, to, count: count as u64 }
    };
    Histogram {
        about: about(language, say(language, "総合点の分布", "Distribution of totals"), extent),
        axis: total_axis(language),
        count_title: say(language, "組織の数", "Organisations").to_owned(),
        bins: (0..20).map(bin).collect(),
        bins_name: say(language, "回答した組織", "All organisations").to_owned(),
        own: Some(line("自社 82点", "Own: 82", 82.0, Ink::Own)),
        own_name: say(language, "自社が入る区間", "Where the own total lies").to_owned(),
        lines: vec![
            line("平均 67点", "Mean: 67", 67.0, Ink::PeerA),
            line("望まれる水準 88点", "Desired: 88", 88.0, Ink::Goal),
        ],
    }
}

/// What is missing, item by item.
pub(crate) fn gap(language: Language, count: usize, extent: Extent) -> Gap {
    let own = levels(count, 3);
    let items = items(language, count).into_iter().zip(own).zip(goals(count)).enumerate();
    Gap {
        about: about(language, say(language, "望まれる水準との差", "Gap to the desired level"), extent),
        heads: GapHeads {
            item: say(language, "項目", "Item").to_owned(),
            own: say(language, "自社", "Own").to_owned(),
            goal: say(language, "望まれる水準", "Desired").to_owned(),
            gap: say(language, "差", "Gap").to_owned(),
        },
        levels: (1, 5),
        decimals: 1,
        items: items
            .map(|(index, (((label, _), own), goal))| GapItem { label, own, goal, emphasis: index < 3 })
            .collect(),
    }
}

/// Over some years.
pub(crate) fn trend(language: Language, extent: Extent) -> Trend {
    let series = |ja, en, ink, values: [Option<f64>; 6]| TrendSeries {
        name: say(language, ja, en).to_owned(),
        ink,
        values: values.to_vec(),
    };
    Trend {
        about: about(language, say(language, "総合点の推移", "Total over the years"), extent),
        periods: (2021..=2026)
            .map(|year| if language == Language::Ja { format!("{year}年度") } else { format!("FY{year}") })
            .collect(),
        axis: total_axis(language),
        series: vec![
            series("自社", "Own", Ink::Own, [Some(49.0), None, Some(55.0), Some(58.0), Some(71.0), Some(82.0)]),
            series(
                "望まれる水準",
                "Desired",
                Ink::Goal,
                [Some(86.0), Some(86.0), Some(87.0), Some(87.0), Some(88.0), Some(88.0)],
            ),
            series(
                "平均",
                "Mean",
                Ink::PeerA,
                [Some(64.0), Some(65.0), Some(65.0), Some(66.0), Some(66.0), Some(67.0)],
            ),
        ],
    }
}
