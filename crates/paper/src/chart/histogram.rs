//! How many lie where: bars, with the subject's bar marked and reference lines named above.

use super::area::Area;
use super::axis::{Axis, Scale};
use super::draw::{About, Drawing, Extent, Paint, Stroke};
use super::flags::{Flag, Line, TopFlags};
use super::legend::{Entry, Swatch, legend};
use super::palette::{Ink, Tone};
use super::plot::{self, Tick};
use crate::svg::Svg;

/// A histogram.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Title and description.
    pub about: About,
    /// Level axis: what is measured.
    pub axis: Axis,
    /// Title of the upright axis: what is counted.
    pub count_title: String,
    /// The bars, in any order; what lies outside the axis is not shown.
    pub bins: Vec<Bin>,
    /// Legend name of the bars; empty for none.
    pub bins_name: String,
    /// The subject's own value. Its label stands above, its bar is marked.
    pub own: Option<Line>,
    /// Legend name of the marked bar; empty for none.
    pub own_name: String,
    /// Other values to mark, such as a mean.
    pub lines: Vec<Line>,
}

/// One bar: values from `from` (included) to `to` (excluded; included in the last bar).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lower end.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// How many lie in it.
    pub count: u64,
}

impl Histogram {
    /// The drawing.
    #[must_use]
    pub fn svg(&self) -> Svg {
        let mut drawing = Drawing::new(&self.about);
        let most = self.bins.iter().map(|bin| bin.count).max().unwrap_or(0);
        let counts = count_ticks(most);
        let left = plot::left_room(counts.iter().map(|(_, words)| words.as_str()));
        let right = drawing.width - 16.0;
        let level = self.axis.laid(left, right);
        let lines: Vec<&Line> = self.own.iter().chain(&self.lines).collect();
        let flags: Vec<Flag<'_>> = lines
            .iter()
            .filter_map(|line| Some(Flag { words: &line.label, at: level.at(line.at)?, ink: line.ink }))
            .collect();
        let top_flags = TopFlags::new(&flags, left, drawing.width - plot::SIDE);
        let top = plot::TITLE_ROW + top_flags.height() + 6.0;
        let height = if self.about.extent == Extent::Full { 250.0 } else { 170.0 };
        let plot = Area::new(left, top, right, top + height);

        plot::upright_title(&mut drawing, &self.count_title);
        let highest = counts.last().map_or(1, |(count, _)| *count).max(1) as f64;
        let upright = |count: u64| plot.bottom - count as f64 / highest * plot.height();
        let ticks: Vec<Tick> = counts.into_iter().map(|(count, words)| Tick { at: upright(count), words }).collect();
        plot::upright_ticks(&mut drawing, &ticks, plot);
        plot::level_ticks(&mut drawing, &plot::ticks(&self.axis, &level), plot);
        self.draw_bars(&mut drawing, &level, plot, upright);
        for flag in &flags {
            let stroke = if flag.ink == Ink::Own { Stroke::new(Ink::Own, 1.8) } else { Stroke::of(flag.ink) };
            drawing.line((flag.at, plot.top), (flag.at, plot.bottom), stroke);
        }
        plot::base_line(&mut drawing, plot);
        top_flags.draw(&mut drawing, &flags, plot.top);
        let below = plot::level_title(&mut drawing, &self.axis.title, plot);
        let below = legend(&mut drawing, &self.entries(), below + 4.0);
        drawing.finish(&self.about, "histogram", below + 6.0)
    }

    fn draw_bars(&self, drawing: &mut Drawing, level: &Scale, plot: Area, upright: impl Fn(u64) -> f64) {
        let own = self.own_bin();
        for (index, bin) in self.bins.iter().enumerate() {
            if let (Some(from), Some(to)) = (level.at(bin.from), level.at(bin.to))
                && to - from > 1.5
            {
                let bar = Area::new(from + 0.7, upright(bin.count), to - 0.7, plot.bottom);
                let paint: Paint = if own == Some(index) { Ink::Own.into() } else { Tone::Mass.into() };
                drawing.rect(bar, 1.0, paint, 1.0);
            }
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = vec![Entry::new(Swatch::Mass, &self.bins_name)];
        if self.own.is_some() {
            entries.push(Entry { bold: true, ..Entry::new(Swatch::OwnMass, &self.own_name) });
        }
        entries
    }

    /// The bar in which the subject's own value lies.
    fn own_bin(&self) -> Option<usize> {
        let own = self.own.as_ref()?.at;
        let end = self.bins.iter().map(|bin| bin.to).fold(f64::NEG_INFINITY, f64::max);
        self.bins.iter().position(|bin| own >= bin.from && (own < bin.to || (own <= bin.to && bin.to >= end)))
    }
}

/// Zero and up to five round counts above it, the last not below `most`.
fn count_ticks(most: u64) -> Vec<(u64, String)> {
    let mut step = 1_u64;
    let mut factors = [2, 5, 10].into_iter().cycle();
    let mut base = 1_u64;
    while step.saturating_mul(5) < most {
        let factor = factors.next().unwrap_or(10);
        step = base.saturating_mul(factor);
        if factor == 10 {
            base = step;
        }
        if step == u64::MAX {
            break;
        }
    }
    let last = most.div_ceil(step).max(1);
    (0..=last).map(|index| step.saturating_mul(index)).map(|count| (count, grouped(count))).collect()
}

/// Digits in groups of three.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
