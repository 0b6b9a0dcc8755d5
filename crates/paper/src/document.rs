//! The document model: what is said, in order, without any look.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::svg::Svg;

/// Language of a document or drawing; decides line breaking, fonts and the few fixed words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag: `ja` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// A whole document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Document {
    /// Language of all its text.
    pub language: Language,
    /// Title; also the title in the PDF's metadata.
    pub title: String,
    /// Second line under the title; may be empty.
    pub subtitle: String,
    /// Facts under the title as (label, value): organisation, date, version.
    pub meta: Vec<(String, String)>,
    /// One line at the foot of every page; may be empty.
    pub footer: String,
    /// Notice printed on every page, such as that figures are synthetic.
    pub banner: Option<String>,
    /// The content in reading order.
    pub blocks: Vec<Block>,
}

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A heading. Level 1 is a chapter; renderers close gaps in the order of levels (see [`Outline`]).
    Heading {
        /// 1 to 4.
        level: u8,
        /// Its text.
        text: String,
        /// Anchor within the page; empty for none.
        id: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        runs: Vec<Run>,
    },
    /// A list.
    List {
        /// Numbered (1. 2. 3.) or with bullets.
        ordered: bool,
        /// The points.
        items: Vec<Vec<Run>>,
    },
    /// A table.
    Table(Table),
    /// A drawing with its caption.
    Figure {
        /// The drawing.
        svg: Svg,
        /// Caption under it; may be empty.
        caption: String,
        /// What it shows, for readers who cannot see it. Required for accessible PDF.
        alt: String,
        /// Width in percent of the text width, 10 to 100.
        width_percent: u8,
    },
    /// A row of cards, each with one number.
    KeyFigures {
        /// The cards; four fit side by side.
        figures: Vec<KeyFigure>,
    },
    /// A framed note.
    Notice {
        /// How serious.
        kind: NoticeKind,
        /// What is noted.
        text: Vec<Run>,
    },
    /// Two columns side by side.
    Columns {
        /// Left (first read).
        left: Vec<Block>,
        /// Right.
        right: Vec<Block>,
    },
    /// What follows starts on a new page of print.
    PageBreak,
}

/// A table whose header row is repeated on every page it spans.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Caption above it.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; missing cells are empty, surplus cells are not shown.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Column {
    /// Header text.
    pub title: String,
    /// How its cells are aligned.
    pub align: Align,
    /// Its share of the width in relation to the other columns; 0 counts as 1.
    pub share: u16,
    /// Whether its cells name their row (a header cell to assistive technology).
    pub names_row: bool,
}

/// Horizontal alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    #[default]
    Start,
    /// Marks.
    Center,
    /// Numbers.
    End,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Row {
    /// One cell for each column.
    pub cells: Vec<Vec<Run>>,
    /// Whether the row stands out (a total, the own organisation).
    pub emphasis: bool,
}

/// One number of a row of cards.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyFigure {
    /// What is counted.
    pub label: String,
    /// The number as it is to be read.
    pub value: String,
    /// Unit beside it; may be empty.
    pub unit: String,
    /// What it means, in one short sentence; may be empty.
    pub meaning: String,
}

/// How serious a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Good to know.
    Info,
    /// Something is well.
    Success,
    /// Take care.
    Warning,
    /// Act.
    Danger,
}

impl NoticeKind {
    /// The word that stands for the kind, since colour alone must not.
    #[must_use]
    pub const fn word(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Info, Language::Ja) => "お知らせ",
            (Self::Success, Language::Ja) => "良好",
            (Self::Warning, Language::Ja) => "注意",
            (Self::Danger, Language::Ja) => "重要",
            (Self::Info, Language::En) => "Note",
            (Self::Success, Language::En) => "Good",
            (Self::Warning, Language::En) => "Caution",
            (Self::Danger, Language::En) => "Important",
        }
    }

    /// The last part of its class name in HTML and of its name in data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

/// A piece of text with one look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Run {
    /// The text.
    pub text: String,
    /// Whether it is stressed.
    #[serde(default)]
    pub strong: bool,
    /// Where it leads.
    #[serde(default)]
    pub link: Option<Link>,
}

impl Run {
    /// Plain text.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Stressed text.
    #[must_use]
    pub fn strong(text: impl Into<String>) -> Self {
        Self { text: text.into(), strong: true, link: None }
    }

    /// Text that leads to `target`; fails as [`Link::new`] does.
    pub fn link(text: impl Into<String>, target: &str) -> Result<Self, LinkRefused> {
        Ok(Self { text: text.into(), strong: false, link: Some(Link::new(target)?) })
    }
}

impl From<&str> for Run {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

/// An address that may stand in a document: `http`, `https` or `mailto`, in printable ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(String);

impl Link {
    /// Refuses every other scheme, blanks, quotes, brackets, non-ASCII and addresses above 2,000 characters.
    pub fn new(target: &str) -> Result<Self, LinkRefused> {
        let rest = ["https://", "http://", "mailto:"]
            .iter()
            .find_map(|scheme| target.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)));
        let printable = target.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>`\\{}|^".contains(&byte));
        match rest {
            Some(scheme) if printable && target.len() > scheme.len() && target.len() <= 2_000 => {
                Ok(Self(target.to_owned()))
            }
            _ => Err(LinkRefused),
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Link {
    type Error = LinkRefused;

    fn try_from(target: String) -> Result<Self, Self::Error> {
        Self::new(&target)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}

/// The address is none that a document may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRefused;

impl fmt::Display for LinkRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("only http, https and mailto addresses in printable ASCII are allowed")
    }
}

impl std::error::Error for LinkRefused {}

/// Gives headings levels without gaps: the first is 1, none lies more than one below the one before it, and headings
/// that ask for the same level under the same heading get the same. Accessible PDF and HTML both want this, whatever
/// the blocks were put together from.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// The levels asked for by the headings that the next one may stand under.
    open: Vec<u8>,
}

impl Outline {
    /// The deepest level.
    pub const DEEPEST: u8 = 4;

    /// The level at which the next heading stands that asks for level `wanted`.
    pub fn next_level(&mut self, wanted: u8) -> u8 {
        let wanted = wanted.clamp(1, Self::DEEPEST);
        self.open.retain(|open| *open < wanted);
        self.open.push(wanted);
        self.open.iter().fold(0, |level, _| level + 1)
    }

    /// Sets the levels of all headings among `blocks`, in reading order.
    pub fn level_all(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            match block {
                Block::Heading { level, .. } => *level = self.next_level(*level),
                Block::Columns { left, right } => {
                    self.level_all(left);
                    self.level_all(right);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Document {
        Document {
            language: Language::En,
            title: "Result".to_owned(),
            meta: vec![("Date".to_owned(), "2026-11-21".to_owned())],
            banner: Some("Synthetic data".to_owned()),
            blocks: vec![
                Block::Heading { level: 1, text: "One".to_owned(), id: "one".to_owned() },
                Block::Paragraph { runs: vec!["See ".into(), Run::link("it", "https://example.org/a?b=1#c").unwrap()] },
                Block::Notice { kind: NoticeKind::Warning, text: vec![Run::strong("Mind")] },
                Block::Table(Table {
                    caption: "T".to_owned(),
                    columns: vec![Column { title: "A".to_owned(), align: Align::End, share: 2, names_row: true }],
                    rows: vec![Row { cells: vec![vec!["1".into()]], emphasis: true }],
                }),
                Block::Figure {
                    svg: Svg::parse("<svg viewBox=\"0 0 10 10\"></svg>").unwrap(),
                    caption: String::new(),
                    alt: "Nothing".to_owned(),
                    width_percent: 50,
                },
                Block::KeyFigures { figures: vec![KeyFigure { value: "92".to_owned(), ..KeyFigure::default() }] },
                Block::Columns { left: vec![Block::PageBreak], right: vec![] },
                Block::List { ordered: true, items: vec![vec!["x".into()]] },
            ],
            ..Document::default()
        }
    }

    #[test]
    fn a_document_survives_json() {
        let json = serde_json::to_string(&sample()).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), sample());
    }

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        for good in
            ["https://example.org/", "http://example.org", "HTTPS://example.org/%E3%81%82", "mailto:a@example.org"]
        {
            assert!(Link::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "mailto:",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//example.org",
            "/path",
            "#anchor",
            "https://example.org/ x",
            "https://example.org/\"onclick=",
            "https://日本.example/",
            "java\nscript:alert(1)",
            "vbscript:x",
            " https://example.org",
            "ftp://example.org",
        ] {
            assert_eq!(Link::new(bad), Err(LinkRefused), "{bad}");
        }
        assert!(Link::new(&format!("https://example.org/{}", "a".repeat(2_000))).is_err());
    }

    #[test]
    fn a_refused_link_does_not_come_in_through_json() {
        assert!(serde_json::from_str::<Run>(r#"{"text":"x","link":"javascript:alert(1)"}"#).is_err());
        assert_eq!(serde_json::from_str::<Run>(r#"{"text":"x"}"#).unwrap(), Run::plain("x"));
    }

    #[test]
    fn a_hostile_drawing_does_not_come_in_through_json() {
        let json =
            r#"{"block":"figure","svg":"<svg><script>x</script></svg>","caption":"","alt":"","width_percent":50}"#;
        assert!(serde_json::from_str::<Block>(json).is_err());
    }

    #[test]
    fn heading_levels_never_skip() {
        let mut outline = Outline::default();
        let levels: Vec<u8> =
            [3, 3, 0, 4, 9, 2, 4, 3, 4, 1].into_iter().map(|level| outline.next_level(level)).collect();
        assert_eq!(levels, [1, 1, 1, 2, 2, 2, 3, 3, 4, 1]);
    }

    #[test]
    fn headings_in_columns_are_levelled_too() {
        let heading = |level| Block::Heading { level, text: String::new(), id: String::new() };
        let mut blocks = vec![heading(2), Block::Columns { left: vec![heading(4)], right: vec![heading(4)] }];
        Outline::default().level_all(&mut blocks);
        assert_eq!(blocks, [heading(1), Block::Columns { left: vec![heading(2)], right: vec![heading(2)] }]);
    }
}
