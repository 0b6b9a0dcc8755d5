//! Shapes and text written as SVG.

use std::fmt::Write as _;

use super::area::Area;
use super::measure::width_em;
use super::palette::{Ink, Marker, Tone};
use crate::document::Language;
use crate::escape::escaped;
use crate::svg::Svg;

/// How much of the text width a drawing is made for. Font sizes are the same in both, so a drawing made for half
/// the width stays readable in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extent {
    /// The whole width: 760 drawing units.
    #[default]
    Full,
    /// One of two columns: 380 drawing units.
    Half,
}

impl Extent {
    /// Width in drawing units; shown 1:1 these are CSS pixels.
    #[must_use]
    pub const fn width(self) -> f64 {
        match self {
            Self::Full => 760.0,
            Self::Half => 380.0,
        }
    }
}

/// What a drawing is called and what it shows, for readers who cannot see it; and how wide it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Short name.
    pub title: String,
    /// What is to be seen, in a sentence or two.
    pub description: String,
    /// Language of all text in the drawing.
    pub language: Language,
    /// Width it is made for.
    pub extent: Extent,
}

/// Font size of labels.
pub(crate) const LABEL: f64 = 13.0;
/// Font size of ticks and notes.
pub(crate) const NOTE: f64 = 12.0;
/// Distance of text lines, in font sizes.
pub(crate) const LINE: f64 = 1.3;

const FONTS: &str = "Noto Sans JP, Noto Sans CJK JP, Hiragino Sans, Yu Gothic, Meiryo, sans-serif";

/// A colour with the class by which a page may replace it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    class: &'static str,
    colour: &'static str,
}

impl From<Ink> for Paint {
    fn from(ink: Ink) -> Self {
        Self { class: ink.class(), colour: ink.colour() }
    }
}

impl From<Tone> for Paint {
    fn from(tone: Tone) -> Self {
        Self { class: tone.class(), colour: tone.colour() }
    }
}

impl Paint {
    fn attributes(self) -> String {
        format!("class=\"{}\" color=\"{}\"", self.class, self.colour)
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    paint: Paint,
    width: f64,
    dash: Option<&'static str>,
}

impl Stroke {
    pub(crate) fn new(paint: impl Into<Paint>, width: f64) -> Self {
        Self { paint: paint.into(), width, dash: None }
    }

    /// The line of a series.
    pub(crate) fn of(ink: Ink) -> Self {
        Self { paint: ink.into(), width: ink.width(), dash: ink.dash() }
    }

    pub(crate) const fn dashed(mut self, dash: &'static str) -> Self {
        self.dash = Some(dash);
        self
    }

    fn attributes(self) -> String {
        let dash = self.dash.map_or_else(String::new, |dash| format!(" stroke-dasharray=\"{dash}\""));
        format!("{} stroke=\"currentColor\" stroke-width=\"{}\"{dash}", self.paint.attributes(), n(self.width))
    }
}

/// Where text stands in relation to its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// One line of text; (x, y) is its anchor, y its vertical middle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) words: &'a str,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) size: f64,
    pub(crate) anchor: Anchor,
    pub(crate) paint: Paint,
    pub(crate) bold: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn label(words: &'a str, x: f64, y: f64) -> Self {
        Self { words, x, y, size: LABEL, anchor: Anchor::Start, paint: Tone::Text.into(), bold: false }
    }

    pub(crate) fn note(words: &'a str, x: f64, y: f64) -> Self {
        Self { words, x, y, size: NOTE, anchor: Anchor::Start, paint: Tone::Quiet.into(), bold: false }
    }

    pub(crate) const fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(crate) fn painted(mut self, paint: impl Into<Paint>) -> Self {
        self.paint = paint.into();
        self
    }

    pub(crate) const fn bold(mut self, bold: bool) -> Self {
        self.bold = bold;
        self
    }
}

/// Width of a line in drawing units.
pub(crate) fn text_width(words: &str, size: f64, bold: bool) -> f64 {
    width_em(words) * size * if bold { BOLD } else { 1.0 }
}

/// How much wider bold Latin text is.
pub(crate) const BOLD: f64 = 1.06;

/// A drawing in the making: shapes in the order in which they cover each other.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    body: String,
}

impl Drawing {
    pub(crate) const fn new(about: &About) -> Self {
        Self { width: about.extent.width(), body: String::new() }
    }

    fn add(&mut self, markup: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.body.write_fmt(markup);
        self.body.push('\n');
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.add(format_args!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>",
            n(from.0),
            n(from.1),
            n(to.0),
            n(to.1),
            stroke.attributes()
        ));
    }

    pub(crate) fn polyline(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        if points.len() > 1 {
            self.add(format_args!(
                "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" {}/>",
                joined(points),
                stroke.attributes()
            ));
        }
    }

    /// An outline; `fill` is the opacity of its inside.
    pub(crate) fn polygon(&mut self, points: &[(f64, f64)], stroke: Stroke, fill: f64) {
        let inside = if fill > 0.0 { format!("currentColor\" fill-opacity=\"{fill:.2}") } else { "none".to_owned() };
        self.add(format_args!(
            "<polygon points=\"{}\" fill=\"{inside}\" stroke-linejoin=\"round\" {}/>",
            joined(points),
            stroke.attributes()
        ));
    }

    /// A filled shape without outline.
    pub(crate) fn face(&mut self, points: &[(f64, f64)], paint: impl Into<Paint>, opacity: f64) {
        if points.len() < 3 || opacity <= 0.0 {
            return;
        }
        self.add(format_args!(
            "<polygon points=\"{}\" fill=\"currentColor\" fill-opacity=\"{opacity:.2}\" {}/>",
            joined(points),
            paint.into().attributes()
        ));
    }

    pub(crate) fn rect(&mut self, area: Area, radius: f64, paint: impl Into<Paint>, opacity: f64) {
        self.add(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"currentColor\" fill-opacity=\"{opacity:.2}\" {}/>",
            n(area.left),
            n(area.top),
            n(area.width()),
            n(area.height()),
            n(radius),
            paint.into().attributes()
        ));
    }

    pub(crate) fn frame(&mut self, area: Area, radius: f64, stroke: Stroke) {
        self.add(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"none\" {}/>",
            n(area.left),
            n(area.top),
            n(area.width()),
            n(area.height()),
            n(radius),
            stroke.attributes()
        ));
    }

    pub(crate) fn ring(&mut self, x: f64, y: f64, radius: f64, stroke: Stroke) {
        self.add(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"none\" {}/>",
            n(x),
            n(y),
            n(radius),
            stroke.attributes()
        ));
    }

    pub(crate) fn disc(&mut self, x: f64, y: f64, radius: f64, paint: impl Into<Paint>, opacity: f64) {
        self.add(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"currentColor\" fill-opacity=\"{opacity:.2}\" {}/>",
            n(x),
            n(y),
            n(radius),
            paint.into().attributes()
        ));
    }

    /// The marker of a series, `size` from its middle to its edge.
    pub(crate) fn marker(&mut self, x: f64, y: f64, size: f64, ink: Ink) {
        let (small, wide) = (size * 0.9, size * 1.15);
        let points = match ink.marker() {
            Marker::Disc => {
                self.disc(x, y, size + 1.2, Tone::Paper, 1.0);
                return self.disc(x, y, size, ink, 1.0);
            }
            Marker::Ring => {
                self.disc(x, y, size, Tone::Paper, 1.0);
                return self.ring(x, y, size, Stroke::new(ink, 1.6));
            }
            Marker::Diamond => vec![(x, y - wide), (x + wide, y), (x, y + wide), (x - wide, y)],
            Marker::Square => {
                vec![(x - small, y - small), (x + small, y - small), (x + small, y + small), (x - small, y + small)]
            }
            Marker::Triangle => vec![(x, y - wide), (x + wide, y + small), (x - wide, y + small)],
            Marker::Wedge => vec![(x, y + wide), (x + wide, y - small), (x - wide, y - small)],
        };
        self.face(&points, Tone::Paper, 1.0);
        self.polygon(&points, Stroke::new(ink, 1.6), 0.0);
    }

    /// A filled arrow head whose tip is at `to`, seen from `from`.
    pub(crate) fn arrow_head(&mut self, from: (f64, f64), to: (f64, f64), size: f64, ink: Ink) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        if length < 1e-6 {
            return;
        }
        let (ux, uy) = (dx / length * size, dy / length * size);
        let base = (to.0 - ux, to.1 - uy);
        self.face(&[to, (base.0 - uy * 0.5, base.1 + ux * 0.5), (base.0 + uy * 0.5, base.1 - ux * 0.5)], ink, 1.0);
    }

    /// Opens the group of the series with this index, for style sheets and tests.
    pub(crate) fn open_series(&mut self, index: usize, ink: Ink) {
        self.add(format_args!("<g class=\"series series-{} {}\">", index + 1, ink.class()));
    }

    pub(crate) fn close_series(&mut self) {
        self.add(format_args!("</g>"));
    }

    pub(crate) fn text(&mut self, text: Text<'_>) {
        if text.words.trim().is_empty() {
            return;
        }
        let anchor = match text.anchor {
            Anchor::Start => String::new(),
            other => format!(" text-anchor=\"{}\"", other.word()),
        };
        let weight = if text.bold { " font-weight=\"700\"" } else { "" };
        self.add(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{weight} fill=\"currentColor\" {}>{}</text>",
            n(text.x),
            n(text.y + text.size * 0.36),
            n(text.size),
            text.paint.attributes(),
            escaped(text.words)
        ));
    }

    /// Text on a piece of paper, so that lines behind it do not disturb.
    pub(crate) fn text_on_paper(&mut self, text: Text<'_>) {
        let width = text_width(text.words, text.size, text.bold) + 6.0;
        let x = match text.anchor {
            Anchor::Start => text.x + width / 2.0 - 3.0,
            Anchor::Middle => text.x,
            Anchor::End => text.x - width / 2.0 + 3.0,
        };
        self.rect(Area::around(x, text.y, width, text.size * 1.25), 2.0, Tone::Paper, 0.85);
        self.text(text);
    }

    pub(crate) fn finish(self, about: &About, kind: &str, height: f64) -> Svg {
        let (width, height) = (n(self.width), n(height.ceil()));
        Svg::drawn(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart chart-{kind}\" role=\"img\" lang=\"{lang}\" \
             xml:lang=\"{lang}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"{FONTS}\">\n<title>{title}</title>\n<desc>{description}</desc>\n{body}</svg>",
            lang = about.language.tag(),
            title = escaped(&about.title),
            description = escaped(&about.description),
            body = self.body,
        ))
    }
}

fn joined(points: &[(f64, f64)]) -> String {
    let pairs: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", n(*x), n(*y))).collect();
    pairs.join(" ")
}

/// A coordinate with at most one decimal. A chart has thousands of them, and whole numbers are written quicker.
#[expect(clippy::cast_possible_truncation, reason = "rounded; as saturates, and a chart is no wider than a sheet")]
pub(crate) fn n(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let (sign, whole, tenth) = (if tenths < 0 { "-" } else { "" }, (tenths / 10).abs(), (tenths % 10).abs());
    if tenth == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{tenth}") }
}

/// A measure as a count, rounded up; 0 if it is negative or no number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded and not negative; as saturates")]
pub(crate) fn count(measure: f64) -> usize {
    measure.ceil().max(0.0) as usize
}

/// A figure with fixed decimals, a true minus sign and never `-0`.
pub(crate) fn figure(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| c == '0' || c == '.') => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_at_most_one_decimal_and_no_minus_zero() {
        assert_eq!([n(1.0), n(1.25), n(-0.01), n(99.96), n(-3.11)], ["1", "1.3", "0", "100", "-3.1"]);
    }

    #[test]
    fn counts_are_rounded_up_and_never_wrap() {
        assert_eq!([count(1.2), count(-1.2), count(f64::NAN), count(f64::INFINITY)], [2, 0, 0, usize::MAX]);
    }

    #[test]
    fn figures_keep_their_decimals() {
        assert_eq!([figure(3.0, 1), figure(-0.04, 1), figure(-2.5, 1), figure(88.0, 0)], ["3.0", "0.0", "−2.5", "88"]);
    }

    #[test]
    fn text_is_escaped_and_blank_text_left_out() {
        let mut drawing = Drawing::new(&About::default());
        drawing.text(Text::label("<a> & \"b\"", 1.0, 2.0));
        drawing.text(Text::label("  ", 1.0, 2.0));
        let svg = drawing.finish(&About { title: "<t>".to_owned(), ..About::default() }, "test", 10.0);
        assert!(svg.as_str().contains(">&lt;a&gt; &amp; &quot;b&quot;</text>"));
        assert_eq!(svg.as_str().matches("<text").count(), 1);
        assert!(Svg::parse(svg.as_str()).is_ok());
    }

    #[test]
    fn an_arrow_without_length_has_no_head() {
        let mut drawing = Drawing::new(&About::default());
        drawing.arrow_head((1.0, 1.0), (1.0, 1.0), 5.0, Ink::Own);
        assert!(drawing.body.is_empty());
    }
}
