//! Item by item: where the subject is and what is aimed at, joined by a bar as long as the gap.

use super::area::Area;
use super::axis::{Axis, Scale};
use super::draw::{About, Anchor, BOLD, Drawing, Extent, LABEL, LINE, NOTE, Stroke, Text, figure};
use super::legend::{Entry, Swatch, legend};
use super::measure::{fit, wrap};
use super::palette::{Ink, Tone};
use crate::svg::Svg;

/// Horizontal bars from own to goal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gap {
    /// Title and description.
    pub about: About,
    /// Words above the columns; they also name the signs in the legend.
    pub heads: GapHeads,
    /// Lowest and highest level; each whole level is a grid line.
    pub levels: (u8, u8),
    /// Decimals of the figures.
    pub decimals: usize,
    /// The items, from top to bottom.
    pub items: Vec<GapItem>,
}

/// Words above the columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GapHeads {
    /// Above the names of the items.
    pub item: String,
    /// Above the own values.
    pub own: String,
    /// Above the values aimed at.
    pub goal: String,
    /// Above the gaps.
    pub gap: String,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GapItem {
    /// Its name; wraps to two lines.
    pub label: String,
    /// The own value.
    pub own: Option<f64>,
    /// The value aimed at. The gap is what is missing to it, never below zero.
    pub goal: Option<f64>,
    /// Whether its name is stressed.
    pub emphasis: bool,
}

const SIDE: f64 = 8.0;
/// Space around the text of a row.
const PAD: f64 = 8.0;
/// What stands for a missing figure.
const NONE: &str = "–";

impl Gap {
    /// The drawing.
    #[must_use]
    pub fn svg(&self) -> Svg {
        let mut drawing = Drawing::new(&self.about);
        let columns = Columns::new(self, drawing.width);
        let head = self.heads(&mut drawing, &columns);
        let rows = self.rows(&columns, head);
        let bottom = rows.last().map_or(head, |row| row.bottom);
        for (index, row) in rows.iter().enumerate() {
            if index % 2 == 0 {
                drawing.rect(Area::new(SIDE, row.top, drawing.width - SIDE, row.bottom), 0.0, Tone::Band, 0.7);
            }
        }
        for level in columns.axis.ticks() {
            if let Some(x) = columns.scale.at(level) {
                drawing.line((x, head), (x, bottom), Stroke::new(Tone::Grid, 1.0));
                let words = figure(level, 0);
                drawing.text(Text::note(&words, x, head - 9.0).anchored(Anchor::Middle));
            }
        }
        for row in &rows {
            row.draw_names(&mut drawing);
            row.draw_bar(&mut drawing, &columns.scale);
            self.figures(&mut drawing, &columns, row);
        }
        drawing.line((SIDE, head), (drawing.width - SIDE, head), Stroke::new(Tone::Frame, 1.2));
        let entries = [
            Entry { bold: true, ..Entry::new(Swatch::Marker(Ink::Own), &self.heads.own) },
            Entry::new(Swatch::Marker(Ink::Goal), &self.heads.goal),
            Entry::new(Swatch::Bar, &self.heads.gap),
        ];
        let below = legend(&mut drawing, &entries, bottom + 10.0);
        drawing.finish(&self.about, "gap", below + 6.0)
    }

    /// The words above the columns; answers where the rows start.
    fn heads(&self, drawing: &mut Drawing, columns: &Columns) -> f64 {
        let figures = [&self.heads.own, &self.heads.goal, &self.heads.gap];
        let figures: Vec<Vec<String>> = figures[3 - columns.ends.len()..]
            .iter()
            .zip(columns.widths)
            .map(|(head, width)| wrap(head, (width - 6.0) / NOTE / BOLD, 3))
            .collect();
        let item = wrap(&self.heads.item, columns.label_room / NOTE / BOLD, 2);
        let most = figures.iter().chain([&item]).map(Vec::len).max().unwrap_or(1) as f64;
        let bottom = SIDE + most * NOTE * LINE + 6.0;
        let mut put = |lines: &[String], x: f64, anchor: Anchor| {
            for (index, line) in lines.iter().rev().enumerate() {
                let y = bottom - 9.0 - index as f64 * NOTE * LINE;
                drawing.text(Text::note(line, x, y).anchored(anchor).bold(true));
            }
        };
        put(&item, SIDE + 4.0, Anchor::Start);
        for (lines, end) in figures.iter().zip(&columns.ends) {
            put(lines, *end, Anchor::End);
        }
        bottom
    }

    fn rows(&self, columns: &Columns, top: f64) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        let mut top = top;
        for item in &self.items {
            let room = columns.label_room / LABEL / if item.emphasis { BOLD } else { 1.0 };
            let lines = wrap(&item.label, room, 2);
            let bottom = top + lines.len() as f64 * LABEL * LINE + PAD;
            rows.push(Row { item, lines, top, bottom });
            top = bottom;
        }
        rows
    }

    fn figures(&self, drawing: &mut Drawing, columns: &Columns, row: &Row<'_>) {
        let number = |value: f64| value.is_finite().then(|| figure(value, self.decimals.min(4)));
        let words = |value: Option<f64>| value.and_then(number).unwrap_or_else(|| NONE.to_owned());
        let gap = row.item.own.zip(row.item.goal).map(|(own, goal)| (goal - own).max(0.0));
        let short = gap.is_some_and(|gap| gap > 0.0);
        let figures = [(row.item.own, false), (row.item.goal, false), (gap, true)];
        let figures = figures[3 - columns.ends.len()..].iter();
        for (((value, is_gap), end), width) in figures.zip(&columns.ends).zip(columns.widths) {
            let stressed = *is_gap && short;
            let words = fit(&words(*value), (width - 6.0) / LABEL / BOLD);
            let tone = if *is_gap && !short { Tone::Quiet } else { Tone::Text };
            drawing.text(Text::label(&words, *end, row.middle()).anchored(Anchor::End).bold(stressed).painted(tone));
        }
    }
}

struct Row<'a> {
    item: &'a GapItem,
    lines: Vec<String>,
    top: f64,
    bottom: f64,
}

impl Row<'_> {
    fn middle(&self) -> f64 {
        f64::midpoint(self.top, self.bottom)
    }

    fn draw_names(&self, drawing: &mut Drawing) {
        let first = self.middle() - (self.lines.len() as f64 - 1.0) / 2.0 * LABEL * LINE;
        for (index, line) in self.lines.iter().enumerate() {
            let text = Text::label(line, SIDE + 4.0, first + index as f64 * LABEL * LINE);
            drawing.text(text.bold(self.item.emphasis));
        }
    }

    fn draw_bar(&self, drawing: &mut Drawing, scale: &Scale) {
        let y = self.middle();
        let own = self.item.own.and_then(|value| scale.at(value));
        let goal = self.item.goal.and_then(|value| scale.at(value));
        if let (Some(own), Some(goal)) = (own, goal) {
            if goal > own {
                drawing.rect(Area::new(own, y - 3.5, goal, y + 3.5), 0.0, Ink::Goal, 0.4);
            } else {
                drawing.line((goal, y), (own, y), Stroke::new(Tone::Frame, 1.2));
            }
        }
        if let Some(x) = goal {
            drawing.marker(x, y, 4.8, Ink::Goal);
        }
        if let Some(x) = own {
            drawing.marker(x, y, 5.2, Ink::Own);
        }
    }
}

/// Names at the left, the plot in the middle, figures at the right (in half width only the gap).
struct Columns {
    label_room: f64,
    axis: Axis,
    scale: Scale,
    /// Right edges of the columns of figures, and their widths.
    ends: Vec<f64>,
    widths: &'static [f64],
}

impl Columns {
    fn new(gap: &Gap, width: f64) -> Self {
        let full = gap.about.extent == Extent::Full;
        let (label_room, widths) =
            if full { (226.0, [60.0, 88.0, 56.0].as_slice()) } else { (140.0, [46.0].as_slice()) };
        let last = width - SIDE - 6.0;
        let ends: Vec<f64> = (1..=widths.len()).map(|index| last - widths[index..].iter().sum::<f64>()).collect();
        let (low, high) = (gap.levels.0.min(gap.levels.1), gap.levels.0.max(gap.levels.1));
        let step = f64::from((high - low).div_ceil(if full { 10 } else { 4 }).max(1));
        let axis = Axis { title: String::new(), from: low.into(), to: high.into(), step, decimals: 0 };
        let start = SIDE + 4.0 + label_room + 20.0;
        let end = last - widths.iter().sum::<f64>() - 18.0;
        let scale = axis.laid(start, end);
        Self { label_room, axis, scale, ends, widths }
    }
}

#[cfg(test)]
mod tests;
