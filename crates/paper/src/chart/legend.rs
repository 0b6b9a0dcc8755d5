//! The legend below a chart: swatches with names, flowing over as many rows as needed.

use super::area::Area;
use super::draw::{BOLD, Drawing, LABEL, NOTE, Stroke, Text, text_width};
use super::measure::fit;
use super::palette::{Ink, Tone};

/// What stands before a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Swatch {
    /// Line and marker of a series.
    Series(Ink),
    /// Only the marker.
    Marker(Ink),
    /// A patch of the mass colour.
    Mass,
    /// A patch of the subject's colour.
    OwnMass,
    /// A bar as long as a gap.
    Bar,
    /// Patches from light to dense, as (opacity in percent), without names.
    Ramp(Vec<u8>),
    /// A small shaded field with a mark in it.
    Field(String),
}

impl Swatch {
    fn width(&self) -> f64 {
        match self {
            Self::Series(_) => 34.0,
            Self::Marker(_) => 16.0,
            Self::Mass | Self::OwnMass => 18.0,
            Self::Bar => 30.0,
            Self::Ramp(steps) => steps.len() as f64 * 14.0 + 2.0,
            Self::Field(mark) => (text_width(mark, NOTE, true) + 10.0).max(18.0),
        }
    }

    fn draw(&self, drawing: &mut Drawing, x: f64, y: f64) {
        let end = x + self.width() - 4.0;
        let middle = f64::midpoint(x, end);
        match self {
            Self::Series(ink) => {
                drawing.line((x, y), (end, y), Stroke::of(*ink));
                drawing.marker(middle, y, 4.0, *ink);
            }
            Self::Marker(ink) => drawing.marker(middle, y, 5.0, *ink),
            Self::Mass => drawing.rect(Area::new(x, y - 6.0, end, y + 6.0), 1.0, Tone::Mass, 1.0),
            Self::OwnMass => drawing.rect(Area::new(x, y - 6.0, end, y + 6.0), 1.0, Ink::Own, 1.0),
            Self::Bar => drawing.rect(Area::new(x, y - 3.5, end, y + 3.5), 0.0, Ink::Goal, 0.4),
            Self::Ramp(steps) => {
                for (index, percent) in steps.iter().enumerate() {
                    let left = x + index as f64 * 14.0;
                    let opacity = f64::from(*percent) / 100.0;
                    drawing.rect(Area::new(left, y - 6.0, left + 12.0, y + 6.0), 1.0, Tone::Mass, opacity);
                }
            }
            Self::Field(mark) => {
                drawing.rect(Area::new(x, y - 8.5, end, y + 8.5), 2.0, Tone::Mass, 0.3);
                let text = Text::note(mark, middle, y).anchored(super::draw::Anchor::Middle);
                drawing.text(text.painted(Tone::Text).bold(true));
            }
        }
    }
}

/// A swatch with its name.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) swatch: Swatch,
    pub(crate) name: String,
    /// Stressed, for the subject itself.
    pub(crate) bold: bool,
}

impl Entry {
    pub(crate) fn new(swatch: Swatch, name: &str) -> Self {
        Self { swatch, name: name.to_owned(), bold: false }
    }

    /// Line and marker of a series; the subject's own name is stressed.
    pub(crate) fn series(ink: Ink, name: &str) -> Self {
        Self { swatch: Swatch::Series(ink), name: name.to_owned(), bold: ink == Ink::Own }
    }
}

const ROW: f64 = 22.0;
const GAP: f64 = 18.0;
const SIDE: f64 = 12.0;

/// Entries side by side, each with its shortened name and width.
struct Row<'a> {
    used: f64,
    entries: Vec<(&'a Entry, String, f64)>,
}

/// Draws the entries in rows from `top`, centred; answers where the legend ends.
pub(crate) fn legend(drawing: &mut Drawing, entries: &[Entry], top: f64) -> f64 {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.name.trim().is_empty() || matches!(entry.swatch, Swatch::Ramp(_)))
    {
        let room = (drawing.width - 2.0 * SIDE - entry.swatch.width()) / LABEL / BOLD;
        let name = fit(&entry.name, room);
        let width = entry.swatch.width() + text_width(&name, LABEL, entry.bold);
        match rows.last_mut() {
            Some(row) if row.used + GAP + width <= drawing.width - 2.0 * SIDE => {
                row.used += GAP + width;
                row.entries.push((entry, name, width));
            }
            _ => rows.push(Row { used: width, entries: vec![(entry, name, width)] }),
        }
    }
    let mut y = top;
    for row in rows {
        let mut x = (drawing.width - row.used) / 2.0;
        for (entry, name, width) in row.entries {
            entry.swatch.draw(drawing, x, y + ROW / 2.0);
            let text = Text::label(&name, x + entry.swatch.width(), y + ROW / 2.0);
            drawing.text(text.bold(entry.bold));
            x += width + GAP;
        }
        y += ROW;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::super::draw::About;
    use super::*;

    #[test]
    fn entries_flow_over_rows() {
        let mut drawing = Drawing::new(&About::default());
        let entries: Vec<Entry> =
            (0..9).map(|index| Entry::series(Ink::ALL[index % 6], "同業種の平均（2026年度）")).collect();
        let end = legend(&mut drawing, &entries, 100.0);
        assert!((end - (100.0 + 3.0 * ROW)).abs() < 1e-9, "{end}");
    }

    #[test]
    fn an_endless_name_is_shortened_and_an_empty_one_left_out() {
        let mut drawing = Drawing::new(&About::default());
        let entries = [Entry::series(Ink::Own, &"長".repeat(300)), Entry::new(Swatch::Mass, " ")];
        assert!((legend(&mut drawing, &entries, 0.0) - ROW).abs() < 1e-9);
        assert!((legend(&mut drawing, &[], 5.0) - 5.0).abs() < 1e-9);
    }
}
