//! An invented report with every kind of block.

use paper::chart::Extent;
use paper::{Align, Block, Column, Document, KeyFigure, Language, LinkRefused, NoticeKind, Row, Run, Svg, Table};

use crate::sample::{self, say};

/// The report.
pub(crate) fn document(language: Language) -> Result<Document, LinkRefused> {
    let say = |ja: &str, en: &str| say(language, ja, en).to_owned();
    let mut blocks = summary(language)?;
    blocks.extend(details(language));
    Ok(Document {
        language,
        title: say("情報セキュリティ対策の自己診断結果", "Result of the security self-check"),
        subtitle: say("見本電機株式会社　2026年度", "Mihon Electric Co., Ltd., FY2026"),
        meta: vec![
            (
                say("組織", "Organisation"),
                say("見本電機株式会社（髙﨑工場・𠮷野事業所を含む）", "Mihon Electric Co., Ltd."),
            ),
            (say("診断日", "Date"), "2026-11-21".to_owned()),
            (say("対象", "Scope"), say("全社", "Whole company")),
            (say("項目", "Items"), say("25項目版", "25 items")),
        ],
        footer: say("見本電機株式会社　取扱注意", "Mihon Electric Co., Ltd. – confidential"),
        banner: Some(say(
            "合成データ：比べる相手の数値は、公表された統計に合わせて作った仮のものです。",
            "Synthetic data: the figures to compare with are made up to fit published statistics.",
        )),
        blocks,
    })
}

fn heading(level: u8, text: String) -> Block {
    Block::Heading { level, text, id: String::new() }
}

fn figure(svg: Svg, caption: String, width_percent: u8) -> Block {
    Block::Figure { svg, alt: caption.clone(), caption, width_percent }
}

fn text(ja_or_en: &str) -> Vec<Run> {
    vec![ja_or_en.into()]
}

fn notice(kind: NoticeKind, words: &str) -> Block {
    Block::Notice { kind, text: text(words) }
}

fn summary(language: Language) -> Result<Vec<Block>, LinkRefused> {
    let say = |ja, en| say(language, ja, en);
    let mut blocks = vec![
        heading(1, say("まとめ", "Summary").to_owned()),
        Block::Paragraph {
            runs: vec![
                say("総合点は", "The total is ").into(),
                Run::strong(say("82点", "82 points")),
                say(
                    "で、同じ層の平均67点を15点上回りました。望まれる水準の88点までは、あと6点です。差が大きいのは「アクセス権の管理」「事故への対応」「障害への備え」の3項目で、いずれも半年以内に着手できる対策です。",
                    ", 15 above the mean of the tier and 6 below the desired level. Most is missing in access rights, incident response and availability; all three can be started within half a year.",
                )
                .into(),
            ],
        },
        key_figures(language),
        notice(
            NoticeKind::Warning,
            say(
                "「アクセス権の管理」は水準1です。退職者の利用権が残っていないか、まず確かめてください。",
                "Access rights are at level 1. First check that no leaver still has access.",
            ),
        ),
        notice(
            NoticeKind::Success,
            say("「利用者の登録と認証」は水準5で、他社の手本になります。", "User accounts are at level 5, a model for others."),
        ),
        Block::Notice {
            kind: NoticeKind::Info,
            text: vec![
                say("項目の考え方は", "The items follow ").into(),
                Run::link(say("公表されている報告書", "a published report"), "https://www.meti.go.jp/policy/netsecurity/")?,
                say("に沿っています。", ".").into(),
            ],
        },
        notice(NoticeKind::Danger, say("回答の期限を過ぎた部門があります。", "One department has not answered in time.")),
    ];
    blocks.extend(next_steps(language));
    Ok(blocks)
}

fn key_figures(language: Language) -> Block {
    let card = |label: [&str; 2], value: &str, unit: [&str; 2], meaning: [&str; 2]| KeyFigure {
        label: say(language, label[0], label[1]).to_owned(),
        value: value.to_owned(),
        unit: say(language, unit[0], unit[1]).to_owned(),
        meaning: say(language, meaning[0], meaning[1]).to_owned(),
    };
    Block::KeyFigures {
        figures: vec![
            card(
                ["総合点", "Total"],
                "82",
                ["/ 125点", "/ 125"],
                ["前回から11点上がりました。", "Up 11 from last year."],
            ),
            card(
                ["平均水準", "Mean level"],
                "3.3",
                ["/ 5"; 2],
                ["全社の規則ができ、実施されています。", "Rules exist and are followed."],
            ),
            card(
                ["層の中の順位", "Percentile"],
                "79",
                ["%"; 2],
                ["100社なら上から21番目あたりです。", "About 21st of 100."],
            ),
            card(
                ["求められる水準の層", "Tier"],
                "I",
                [""; 2],
                ["高い水準が求められます。", "A high level is required."],
            ),
        ],
    }
}

fn next_steps(language: Language) -> Vec<Block> {
    let say = |ja, en| say(language, ja, en);
    let step = |name: &str, how: &str| vec![Run::strong(name), how.into()];
    vec![
        heading(2, say("次に行うこと", "What to do next").to_owned()),
        Block::List {
            ordered: true,
            items: vec![
                step(
                    say("アクセス権の棚卸し", "Review access rights"),
                    say("：人事異動と退職に合わせて、月に一度見直します。", ": monthly, with joiners and leavers."),
                ),
                step(
                    say("事故対応の訓練", "Rehearse incidents"),
                    say("：経営者への連絡までを含めて、年に2回行います。", ": twice a year, up to the board."),
                ),
                step(
                    say("予備機の確認", "Check spare equipment"),
                    say("：切り替えにかかる時間を測り、目標と比べます。", ": measure the time to switch over."),
                ),
            ],
        },
        Block::List {
            ordered: false,
            items: vec![
                text(say("次の診断は2027年5月を予定しています。", "The next check is due in May 2027.")),
                text(say(
                    "結果は監査役と内部監査部門に共有します。",
                    "The result goes to the corporate auditors and internal audit.",
                )),
            ],
        },
    ]
}

fn details(language: Language) -> Vec<Block> {
    let say = |ja: &str, en: &str| say(language, ja, en).to_owned();
    let half = Extent::Half;
    vec![
        Block::PageBreak,
        heading(1, say("項目別の水準", "Levels by item")),
        figure(sample::radar(language, 25).svg(), say("25項目の水準を、同じ層の平均および望まれる水準と比べた図", "Levels of 25 items against the mean of the tier and the desired level"), 100),
        Block::Paragraph { runs: vec![say("内側ほど水準が低く、外側ほど高いことを表します。太い線が自社です。線が内側に大きくくぼんでいる項目から手を付けると、全体の釣り合いがよくなります。", "Low levels lie inside, high ones outside. The thick line is the own result; begin where it dips most.").as_str().into()] },
        heading(1, say("位置と分布", "Position and distribution")),
        figure(sample::scatter(language, 3_000, Extent::Full).svg(), say("総合点とリスク指標から見た自社の位置", "Own position by total and risk index"), 100),
        Block::Columns {
            left: vec![
                heading(3, say("総合点の分布", "Distribution of totals")),
                figure(sample::histogram(language, half).svg(), say("回答した組織の総合点", "Totals of all organisations"), 100),
            ],
            right: vec![
                heading(3, say("総合点の推移", "Total over the years")),
                figure(sample::trend(language, half).svg(), say("6年間の総合点", "Totals of six years"), 100),
            ],
        },
        heading(1, say("望まれる水準との差", "Gap to the desired level")),
        figure(sample::gap(language, 25, Extent::Full).svg(), say("項目ごとの差", "Gap by item"), 100),
        heading(2, say("27項目版での見え方", "With 27 items")),
        figure(sample::crowded_radar(language).svg(), say("すべての比較対象を重ねた図", "All series at once"), 90),
        heading(1, say("推奨する対策の一覧", "Recommended actions")),
        actions(language),
    ]
}

fn actions(language: Language) -> Block {
    let say = |ja: &str, en: &str| say(language, ja, en).to_owned();
    let column = |title: String, align, share, names_row| Column { title, align, share, names_row };
    let text = say(
        "責任者を決め、年度の計画に入れて実施し、結果を経営者に報告します。手順は文書にし、担当が代わっても続くようにします。",
        "Name an owner, plan it for the year, report the result to management; write the procedure down so that it outlives its author.",
    );
    let mut rows: Vec<Row> = sample::items(language, 27)
        .into_iter()
        .enumerate()
        .map(|(index, (label, group))| Row {
            cells: vec![
                vec![Run::plain(format!("{}-{}", group + 1, index + 1))],
                vec![Run::plain(label)],
                vec![Run::plain(text.clone())],
                vec![Run::plain(format!("A.{}.{}", 5 + group, index + 1))],
                vec![Run::plain(format!("{}.{}", index % 3, index % 10))],
            ],
            emphasis: index == 2,
        })
        .collect();
    rows.push(Row {
        cells: vec![vec![], vec![Run::plain(say("合計", "Total"))], vec![], vec![], vec!["31.4".into()]],
        emphasis: true,
    });
    Block::Table(Table {
        caption: say("差の大きい順ではなく、項目の順に並べています", "In the order of the items"),
        columns: vec![
            column(say("番号", "No."), Align::Start, 3, false),
            column(say("項目", "Item"), Align::Start, 9, true),
            column(say("推奨する対策", "Recommended action"), Align::Start, 20, false),
            column(say("規格の管理策", "Control"), Align::Center, 6, false),
            column(say("差", "Gap"), Align::End, 3, false),
        ],
        rows,
    })
}
