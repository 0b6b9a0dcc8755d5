use paper::chart::{About, Axis, Ink, Radar, RadarAxis, RadarSeries, Trend, TrendSeries};
use paper::{Align, Block, Column, KeyFigure, Language, NoticeKind, Row, Run, Svg, Table};
use typst::layout::{Frame, FrameItem};
use typst::visualize::{Image, ImageKind};

use super::*;

const NOW: Timestamp = Timestamp::constant(1_795_219_200, 0);

fn press() -> Press {
    Press::new(Fonts::EMBEDDED).unwrap()
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { runs: vec![Run::plain(text)] }
}

fn document(blocks: Vec<Block>) -> Document {
    Document { title: "診断結果".to_owned(), blocks, ..Document::default() }
}

fn drawing() -> Svg {
    let axis = |index: usize| RadarAxis { label: format!("項目{index}"), group: 9 };
    let values = vec![Some(3.0); 9];
    let series = vec![RadarSeries { name: "自社".to_owned(), ink: Ink::Own, values }];
    Radar { axes: (0..9).map(axis).collect(), levels: (1, 5), series, ..Radar::default() }.svg()
}

fn table(rows: usize) -> Block {
    let column = |title: &str, align, names_row| Column { title: title.to_owned(), align, share: 1, names_row };
    let row = |index: usize| Row {
        cells: vec![vec![Run::plain(format!("行{index}"))], vec!["1.0".into()]],
        emphasis: index == 1,
    };
    Block::Table(Table {
        caption: "一覧".to_owned(),
        columns: vec![column("見出し列", Align::Start, true), column("数値", Align::End, false)],
        rows: (0..rows).map(row).collect(),
    })
}

/// Every kind of block.
fn blocks() -> Vec<Block> {
    let figure = |caption: &str, alt: &str| Block::Figure {
        svg: drawing(),
        caption: caption.to_owned(),
        alt: alt.to_owned(),
        width_percent: 60,
    };
    let card = |n: usize| KeyFigure {
        label: "総合点".to_owned(),
        value: n.to_string(),
        unit: "点".to_owned(),
        meaning: "平均より高い".to_owned(),
    };
    vec![
        Block::Heading { level: 1, text: "まとめ".to_owned(), id: "summary".to_owned() },
        Block::Heading { level: 4, text: "深い見出し".to_owned(), id: String::new() },
        Block::Heading { level: 2, text: String::new(), id: String::new() },
        Block::Paragraph {
            runs: vec!["見よ".into(), Run::strong("ここ"), Run::link("先", "https://example.org/").unwrap()],
        },
        Block::Paragraph { runs: vec![] },
        Block::List { ordered: true, items: vec![vec!["一".into()], vec!["二".into()]] },
        Block::List { ordered: false, items: vec![] },
        table(3),
        Block::Table(Table::default()),
        figure("図の説明", "図の代わりの文"),
        figure("", ""),
        Block::KeyFigures { figures: (0..6).map(card).collect() },
        Block::KeyFigures { figures: vec![] },
        Block::Notice { kind: NoticeKind::Danger, text: vec!["急げ".into()] },
        Block::Notice { kind: NoticeKind::Success, text: vec![] },
        Block::PageBreak,
    ]
}

/// All text on a page, in drawing order.
fn words(frame: &Frame) -> String {
    let mut text = String::new();
    for (_, item) in frame.items() {
        match item {
            FrameItem::Text(item) => text.push_str(&item.text),
            FrameItem::Group(group) => text.push_str(&words(&group.frame)),
            _ => {}
        }
    }
    text
}

fn pages(document: &Document) -> Vec<String> {
    let pages = typeset(&press(), document, created(NOW).unwrap()).unwrap();
    pages.pages().iter().map(|page| words(&page.frame)).collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn the_pdf_declares_archiving_and_accessibility_and_its_language() {
    let bytes = pdf(&document(blocks()), NOW).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    for declared in
        ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"]
    {
        assert!(contains(&bytes, declared), "{declared}");
    }
    assert!(contains(&bytes, "/Lang(ja-JP)"));
    assert!(contains(&bytes, "診断結果"), "the title in the metadata");
    assert!(contains(&bytes, "2026-11-21T00:00:00Z") || contains(&bytes, "2026-11-21T00:00:00+00:00"));
}

#[test]
fn the_same_document_and_time_give_the_same_bytes() {
    let first = pdf(&document(blocks()), NOW).unwrap();
    pdf(&document(vec![paragraph("別の文書")]), NOW).unwrap();
    assert_eq!(first, pdf(&document(blocks()), NOW).unwrap());
    assert_ne!(first, pdf(&document(blocks()), Timestamp::constant(0, 0)).unwrap());
}

#[test]
fn documents_printed_at_the_same_time_do_not_disturb_each_other() {
    let alone: Vec<Vec<u8>> =
        (0..4).map(|n| pdf(&document(vec![paragraph(format!("文書{n}")), table(40)]), NOW).unwrap()).collect();
    let threads: Vec<_> = (0..4)
        .map(|n| {
            std::thread::spawn(move || pdf(&document(vec![paragraph(format!("文書{n}")), table(40)]), NOW).unwrap())
        })
        .collect();
    let together: Vec<Vec<u8>> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(alone == together);
}

#[test]
fn every_kind_of_block_prints_in_both_languages_and_in_columns() {
    for language in [Language::Ja, Language::En] {
        let columns = Block::Columns { left: blocks(), right: blocks() };
        let document =
            Document { language, blocks: blocks().into_iter().chain([columns]).collect(), ..document(vec![]) };
        pdf(&document, NOW).unwrap();
    }
}

#[test]
fn an_empty_document_prints() {
    for language in [Language::Ja, Language::En] {
        pdf(&Document { language, ..Document::default() }, NOW).unwrap();
    }
}

#[test]
fn banner_footer_title_and_page_numbers_stand_on_every_page() {
    let document = Document {
        banner: Some("合成データです".to_owned()),
        footer: "取扱注意".to_owned(),
        subtitle: "副題".to_owned(),
        meta: vec![("組織".to_owned(), "見本".to_owned())],
        ..document(vec![paragraph("一"), Block::PageBreak, paragraph("二"), Block::PageBreak, paragraph("三")])
    };
    let pages = pages(&document);
    assert_eq!(pages.len(), 3);
    for (index, page) in pages.iter().enumerate() {
        for text in ["合成データです", "取扱注意", "診断結果", &format!("{} / 3", index + 1)] {
            assert!(page.contains(text), "{text} on page {}: {page}", index + 1);
        }
    }
}

#[test]
fn table_headers_are_repeated_on_every_page() {
    let pages = pages(&document(vec![table(120)]));
    assert!(pages.len() > 2);
    assert!(pages.iter().all(|page| page.contains("見出し列")));
    assert!(pages.last().unwrap().contains("行119"));
}

#[test]
fn text_is_never_markup() {
    let hostile =
        "#read(\"/etc/passwd\") *太字* $x^2$ ] [ \\u{41} // 注 <label> @ref `code` #import \"@preview/x:1.0.0\"";
    let document = Document { subtitle: hostile.to_owned(), ..document(vec![paragraph(hostile)]) };
    let page = pages(&document).concat();
    for piece in ["#read(", "*太字*", "$x^2$", "\\u{41}", "@ref", "`code`"] {
        assert!(page.matches(piece).count() >= 2, "{piece}: {page}");
    }
}

#[test]
fn rare_names_print_and_unknown_characters_become_geta() {
    let page = pages(&document(vec![paragraph("髙橋 﨑山 𠮷野 ①㈱ 😀")])).concat();
    for piece in ["髙橋", "﨑山", "𠮷野", "①㈱", "〓"] {
        assert!(page.contains(piece), "{piece}: {page}");
    }
}

/// The standards forbid a character without a glyph or without a meaning; none may stop a document.
#[test]
fn no_character_of_the_first_three_planes_stops_a_document() {
    let all: Vec<char> = ('\0'..='\u{FFFF}').chain(('\u{10000}'..='\u{2FFFF}').step_by(7)).collect();
    let blocks = all.chunks(4_000).map(|chunk| paragraph(chunk.iter().collect::<String>())).collect();
    pdf(&document(blocks), NOW).unwrap();
}

#[test]
fn odd_characters_in_drawings_do_not_stop_a_document() {
    let trend = Trend {
        about: About { title: "😀\u{0}".to_owned(), ..About::default() },
        periods: vec!["😀\u{E000}\u{200D}<&>".to_owned(); 3],
        axis: Axis { title: "か\u{3099}😀".to_owned(), from: 0.0, to: 1.0, step: 0.5, decimals: 1 },
        series: vec![TrendSeries { name: "\u{202E}🙃".to_owned(), ink: Ink::Own, values: vec![Some(0.5); 3] }],
    };
    let figure = Block::Figure { svg: trend.svg(), caption: String::new(), alt: "😀".to_owned(), width_percent: 100 };
    pdf(&document(vec![figure]), NOW).unwrap();
}

/// The drawings on a page.
fn images(frame: &Frame) -> Vec<Image> {
    let mut found = Vec::new();
    for (_, item) in frame.items() {
        match item {
            FrameItem::Image(image, _, _) => found.push(image.clone()),
            FrameItem::Group(group) => found.extend(images(&group.frame)),
            _ => {}
        }
    }
    found
}

#[test]
fn text_of_drawings_finds_its_font_and_stays_text() {
    let figure =
        Block::Figure {
            svg: drawing(), caption: String::new(), alt: "図の代わりの文".to_owned(), width_percent: 100
        };
    let pages = typeset(&press(), &document(vec![figure]), created(NOW).unwrap()).unwrap();
    let images = images(&pages.pages()[0].frame);
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].alt(), Some("図の代わりの文"));
    let ImageKind::Svg(svg) = images[0].kind() else { panic!("a drawing is no picture of dots") };
    assert!(svg.tree().has_text_nodes());
}

#[test]
fn a_time_that_no_pdf_can_hold_is_an_error() {
    assert_eq!(pdf(&document(vec![]), Timestamp::MIN), Err(PdfError::Time));
}

#[test]
fn errors_say_what_is_wrong() {
    for (error, piece) in [
        (PdfError::Fonts, "fonts"),
        (PdfError::Time, "years"),
        (PdfError::Content("x".to_owned()), "x"),
        (PdfError::Refused("missing alt text".to_owned()), "missing alt text"),
    ] {
        assert!(error.to_string().contains(piece));
    }
}
