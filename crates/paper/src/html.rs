//! A document as a semantic HTML fragment: no inline style, no script, everything escaped.
//!
//! The look comes from the page's style sheet by the classes `document`, `document-banner`, `document-subtitle`,
//! `document-meta`, `document-footer`, `notice notice-{info,success,warning,danger}`, `notice-word`, `key-figures`,
//! `key-figure`, `key-figure-{label,value,unit,meaning}`, `figure width-{10,20 … 100}`, `table-scroll`, `emphasis`,
//! `align-{start,center,end}`, `columns`, `column` and `page-break`.

use crate::document::{Align, Block, Document, KeyFigure, Language, NoticeKind, Outline, Run, Table};
use crate::escape::escaped;

/// The whole document as one `article`: title (`h1`), banner, facts, blocks (from `h2`), footer.
#[must_use]
pub fn article(document: &Document) -> String {
    let mut page = Page::new(document.language, 2);
    page.raw(&format!("<article class=\"document\" lang=\"{}\">\n<header>\n", document.language.tag()));
    page.line("h1", "", &document.title);
    if !document.subtitle.is_empty() {
        page.line("p", "document-subtitle", &document.subtitle);
    }
    if let Some(banner) = &document.banner {
        page.line("p", "document-banner", banner);
    }
    if !document.meta.is_empty() {
        page.raw("<dl class=\"document-meta\">\n");
        for (label, value) in &document.meta {
            page.raw(&format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), escaped(value)));
        }
        page.raw("</dl>\n");
    }
    page.raw("</header>\n");
    page.blocks(&document.blocks);
    if !document.footer.is_empty() {
        page.raw("<footer>");
        page.line("p", "document-footer", &document.footer);
        page.raw("</footer>\n");
    }
    page.raw("</article>\n");
    page.html
}

/// Only the blocks, for a page with its own title; a heading of level 1 becomes `h{first_level}` (1 to 6).
#[must_use]
pub fn blocks(blocks: &[Block], language: Language, first_level: u8) -> String {
    let mut page = Page::new(language, first_level);
    page.blocks(blocks);
    page.html
}

struct Page {
    html: String,
    language: Language,
    first_level: u8,
    outline: Outline,
}

impl Page {
    fn new(language: Language, first_level: u8) -> Self {
        Self { html: String::new(), language, first_level: first_level.clamp(1, 6), outline: Outline::default() }
    }

    fn raw(&mut self, markup: &str) {
        self.html.push_str(markup);
    }

    /// An element with nothing but text in it; no class attribute if `class` is empty.
    fn line(&mut self, element: &str, class: &str, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.raw(&format!("<{element}{class}>{}</{element}>\n", escaped(text)));
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { level, text, id } => self.heading(*level, text, id),
            Block::Paragraph { runs } => self.raw(&format!("<p>{}</p>\n", inline(runs))),
            Block::List { ordered, items } => self.list(*ordered, items),
            Block::Table(table) => self.table(table),
            Block::Figure { svg, caption, alt, width_percent } => {
                self.figure(svg.as_str(), caption, alt, *width_percent);
            }
            Block::KeyFigures { figures } => self.key_figures(figures),
            Block::Notice { kind, text } => self.notice(*kind, text),
            Block::Columns { left, right } => {
                self.raw("<div class=\"columns\">\n<div class=\"column\">\n");
                self.blocks(left);
                self.raw("</div>\n<div class=\"column\">\n");
                self.blocks(right);
                self.raw("</div>\n</div>\n");
            }
            Block::PageBreak => self.raw("<div class=\"page-break\"></div>\n"),
        }
    }

    fn heading(&mut self, level: u8, text: &str, id: &str) {
        let level = (self.first_level + self.outline.next_level(level) - 1).min(6);
        let anchor = anchor(id);
        let id = if anchor.is_empty() { String::new() } else { format!(" id=\"{anchor}\"") };
        self.raw(&format!("<h{level}{id}>{}</h{level}>\n", escaped(text)));
    }

    fn list(&mut self, ordered: bool, items: &[Vec<Run>]) {
        let element = if ordered { "ol" } else { "ul" };
        self.raw(&format!("<{element}>\n"));
        for item in items {
            self.raw(&format!("<li>{}</li>\n", inline(item)));
        }
        self.raw(&format!("</{element}>\n"));
    }

    /// The frame is focusable so that a wide table can be moved by keyboard.
    fn table(&mut self, table: &Table) {
        let caption = escaped(&table.caption);
        self.raw(&format!(
            "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n"
        ));
        if !caption.is_empty() {
            self.raw(&format!("<caption>{caption}</caption>\n"));
        }
        self.raw("<thead>\n<tr>");
        for column in &table.columns {
            self.raw(&format!("<th scope=\"col\"{}>{}</th>", align(column.align), escaped(&column.title)));
        }
        self.raw("</tr>\n</thead>\n<tbody>\n");
        for row in &table.rows {
            self.raw(if row.emphasis { "<tr class=\"emphasis\">" } else { "<tr>" });
            for (index, column) in table.columns.iter().enumerate() {
                let content = row.cells.get(index).map_or_else(String::new, |cell| inline(cell));
                let align = align(column.align);
                let (start, end) = if column.names_row { ("th scope=\"row\"", "th") } else { ("td", "td") };
                self.raw(&format!("<{start}{align}>{content}</{end}>"));
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table>\n</div>\n");
    }

    /// The drawing carries its own title and description; `alt` names the figure as a whole.
    fn figure(&mut self, svg: &str, caption: &str, alt: &str, width_percent: u8) {
        let width = (width_percent.clamp(10, 100) + 5) / 10 * 10;
        self.raw(&format!("<figure class=\"figure width-{width}\" aria-label=\"{}\">\n{svg}\n", escaped(alt)));
        if !caption.is_empty() {
            self.line("figcaption", "", caption);
        }
        self.raw("</figure>\n");
    }

    fn key_figures(&mut self, figures: &[KeyFigure]) {
        self.raw("<dl class=\"key-figures\">\n");
        for figure in figures {
            self.raw("<div class=\"key-figure\">\n");
            self.line("dt", "key-figure-label", &figure.label);
            self.raw(&format!("<dd class=\"key-figure-value\">{}", escaped(&figure.value)));
            if !figure.unit.is_empty() {
                self.raw(&format!("<span class=\"key-figure-unit\">{}</span>", escaped(&figure.unit)));
            }
            self.raw("</dd>\n");
            if !figure.meaning.is_empty() {
                self.line("dd", "key-figure-meaning", &figure.meaning);
            }
            self.raw("</div>\n");
        }
        self.raw("</dl>\n");
    }

    fn notice(&mut self, kind: NoticeKind, text: &[Run]) {
        self.raw(&format!(
            "<div class=\"notice notice-{}\" role=\"note\"><p><strong class=\"notice-word\">{}</strong> {}</p></div>\n",
            kind.name(),
            kind.word(self.language),
            inline(text)
        ));
    }
}

fn inline(runs: &[Run]) -> String {
    runs.iter().map(run).collect()
}

fn run(run: &Run) -> String {
    let mut html = escaped(&run.text);
    if run.strong {
        html = format!("<strong>{html}</strong>");
    }
    if let Some(link) = &run.link {
        html = format!("<a href=\"{}\" rel=\"noopener noreferrer\">{html}</a>", escaped(link.as_str()));
    }
    html
}

const fn align(align: Align) -> &'static str {
    match align {
        Align::Start => "",
        Align::Center => " class=\"align-center\"",
        Align::End => " class=\"align-end\"",
    }
}

/// An id that is valid and needs no escaping in an address: letters of any script, digits, `-` and `_`.
fn anchor(id: &str) -> String {
    id.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Column, Link, Row};
    use crate::svg::Svg;

    fn html(block: Block) -> String {
        blocks(&[block], Language::Ja, 2)
    }

    /// The fragment must also be well-formed XML, which finds unescaped text and wrong nesting.
    fn well_formed(fragment: &str) {
        roxmltree::Document::parse(&format!("<x>{fragment}</x>")).unwrap_or_else(|error| panic!("{error}: {fragment}"));
    }

    #[test]
    fn headings_have_levels_without_gaps_and_ids() {
        let heading = |level, id: &str| Block::Heading { level, text: "A & B".to_owned(), id: id.to_owned() };
        let fragment = blocks(&[heading(1, "a b\"<"), heading(4, "")], Language::En, 2);
        assert_eq!(fragment, "<h2 id=\"a-b--\">A &amp; B</h2>\n<h3>A &amp; B</h3>\n");
    }

    #[test]
    fn runs_are_stressed_linked_and_escaped() {
        let runs = vec![
            Run::plain("<b>"),
            Run::strong("強"),
            Run {
                text: "先".to_owned(), strong: true, link: Some(Link::new("https://example.org/?a=1&b=2").unwrap())
            },
        ];
        assert_eq!(
            html(Block::Paragraph { runs }),
            "<p>&lt;b&gt;<strong>強</strong><a href=\"https://example.org/?a=1&amp;b=2\" rel=\"noopener noreferrer\">\
             <strong>先</strong></a></p>\n"
        );
    }

    #[test]
    fn tables_have_caption_scopes_and_exactly_their_columns() {
        let column = |title: &str, align, names_row| Column { title: title.to_owned(), align, share: 1, names_row };
        let fragment = html(Block::Table(Table {
            caption: "表\"1\"".to_owned(),
            columns: vec![column("項目", Align::Start, true), column("値", Align::End, false)],
            rows: vec![
                Row { cells: vec![vec!["方針".into()], vec!["3".into()], vec!["surplus".into()]], emphasis: true },
                Row::default(),
            ],
        }));
        well_formed(&fragment);
        assert!(fragment.contains("<caption>表&quot;1&quot;</caption>"));
        assert!(fragment.contains("<th scope=\"col\">項目</th><th scope=\"col\" class=\"align-end\">値</th>"));
        assert!(
            fragment.contains("<tr class=\"emphasis\"><th scope=\"row\">方針</th><td class=\"align-end\">3</td></tr>")
        );
        assert!(fragment.contains("<tr><th scope=\"row\"></th><td class=\"align-end\"></td></tr>"));
        assert!(!fragment.contains("surplus"));
    }

    #[test]
    fn figures_carry_the_drawing_and_a_width_class() {
        let figure = |width_percent| {
            let svg = Svg::parse("<svg viewBox=\"0 0 1 1\"><title>T</title></svg>").unwrap();
            html(Block::Figure { svg, caption: "図".to_owned(), alt: "a\"b".to_owned(), width_percent })
        };
        well_formed(&figure(64));
        assert!(figure(64).contains("<figure class=\"figure width-60\" aria-label=\"a&quot;b\">\n<svg viewBox"));
        assert!(figure(0).contains("width-10"));
        assert!(figure(255).contains("width-100"));
        assert!(figure(64).contains("<figcaption>図</figcaption>"));
    }

    #[test]
    fn notices_say_their_kind_in_words() {
        let notice = html(Block::Notice { kind: NoticeKind::Danger, text: vec!["x".into()] });
        assert!(notice.contains("notice-danger") && notice.contains(">重要</strong> x"));
    }

    #[test]
    fn key_figures_lists_columns_and_breaks_are_well_formed() {
        let figure = KeyFigure {
            label: "総合".to_owned(),
            value: "92".to_owned(),
            unit: "点".to_owned(),
            meaning: "<高い>".to_owned(),
        };
        let fragment = html(Block::Columns {
            left: vec![Block::KeyFigures { figures: vec![figure, KeyFigure::default()] }, Block::PageBreak],
            right: vec![
                Block::List { ordered: true, items: vec![vec!["一".into()]] },
                Block::List { ordered: false, items: vec![] },
            ],
        });
        well_formed(&fragment);
        assert!(fragment.contains("<dd class=\"key-figure-value\">92<span class=\"key-figure-unit\">点</span></dd>"));
        assert!(fragment.contains("<ol>\n<li>一</li>\n</ol>"));
    }

    #[test]
    fn an_article_is_complete_and_hostile_text_stays_text() {
        let hostile = "\"><script>alert(1)</script>\u{0}";
        let document = Document {
            language: Language::En,
            title: hostile.to_owned(),
            subtitle: hostile.to_owned(),
            meta: vec![(hostile.to_owned(), hostile.to_owned())],
            footer: hostile.to_owned(),
            banner: Some(hostile.to_owned()),
            blocks: vec![
                Block::Heading { level: 1, text: hostile.to_owned(), id: hostile.to_owned() },
                Block::Table(Table { caption: hostile.to_owned(), ..Table::default() }),
            ],
        };
        let fragment = article(&document);
        well_formed(&fragment);
        assert!(fragment.starts_with("<article class=\"document\" lang=\"en\">"));
        assert!(!fragment.contains("<script") && !fragment.contains('\u{0}') && !fragment.contains("style="));
        assert_eq!(fragment.matches("&lt;script&gt;").count(), 9);
    }
}
