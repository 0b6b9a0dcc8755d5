//! Reference lines and the labels that name them, beside the plot so that they never cover data.

use super::area::Area;
use super::draw::{Anchor, Drawing, LINE, NOTE, Stroke, Text, count, text_width};
use super::measure::{fit, wrap};
use super::palette::{Ink, Tone};
use super::spread::{Wish, spread};

/// A line across a plot at one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it marks, with its value if that is to be read.
    pub label: String,
    /// The value.
    pub at: f64,
    /// Look.
    pub ink: Ink,
}

/// A label and the coordinate it points at.
pub(crate) struct Flag<'a> {
    pub(crate) words: &'a str,
    pub(crate) at: f64,
    pub(crate) ink: Ink,
}

impl Flag<'_> {
    fn bold(&self) -> bool {
        self.ink == Ink::Own
    }
}

/// Distance between flags in a row, and the height of the slanted leaders below them.
const GAP: f64 = 10.0;
const LEADER: f64 = 12.0;

/// Flags in a row above a plot, pushed apart, with leaders down to it.
pub(crate) struct TopFlags {
    lines: Vec<Vec<String>>,
    left: f64,
    right: f64,
}

impl TopFlags {
    /// Wraps the words to at most three lines, so that all stand side by side between `left` and `right`.
    pub(crate) fn new(flags: &[Flag<'_>], left: f64, right: f64) -> Self {
        let many = flags.len().max(1) as f64;
        let whole: f64 = flags.iter().map(|flag| text_width(flag.words, NOTE, true) + GAP).sum();
        let room =
            if whole <= right - left + GAP { f64::INFINITY } else { ((right - left + GAP) / many - GAP) / NOTE / 1.07 };
        Self { lines: flags.iter().map(|flag| wrap(flag.words, room, 3)).collect(), left, right }
    }

    /// Room needed above the plot.
    pub(crate) fn height(&self) -> f64 {
        let most = self.lines.iter().map(Vec::len).max().unwrap_or(0) as f64;
        if most > 0.0 { most * NOTE * LINE + LEADER } else { 0.0 }
    }

    /// Draws the flags above `plot_top` with leaders to their coordinates there.
    pub(crate) fn draw(&self, drawing: &mut Drawing, flags: &[Flag<'_>], plot_top: f64) {
        let wishes: Vec<Wish> = flags
            .iter()
            .zip(&self.lines)
            .map(|(flag, lines)| {
                let width = lines.iter().map(|line| text_width(line, NOTE, true)).fold(0.0, f64::max);
                Wish { middle: flag.at, length: width }
            })
            .collect();
        let middles = spread(&wishes, GAP, self.left, self.right);
        for ((flag, lines), x) in flags.iter().zip(&self.lines).zip(middles) {
            let bottom = plot_top - LEADER;
            for (index, line) in lines.iter().rev().enumerate() {
                let y = bottom - (index as f64 + 0.5) * NOTE * LINE;
                drawing.text(Text::note(line, x, y).anchored(Anchor::Middle).painted(Tone::Text).bold(flag.bold()));
            }
            let solid = Stroke::new(flag.ink, if flag.bold() { 1.8 } else { 1.2 });
            drawing.polyline(&[(x, bottom), (x, bottom + 3.0), (flag.at, plot_top)], solid);
        }
    }
}

/// Width of the widest flag, at most `most`.
pub(crate) fn side_width(flags: &[Flag<'_>], most: f64) -> f64 {
    flags.iter().map(|flag| text_width(flag.words, NOTE, flag.bold())).fold(0.0, f64::max).min(most)
}

/// Flags in a column right of a plot, pushed apart, with leaders from its edge. Those that find no room are left out.
pub(crate) fn side_flags(drawing: &mut Drawing, flags: &[Flag<'_>], plot: Area, width: f64) {
    let height = NOTE * LINE;
    let fitting = count(plot.height() / height);
    let flags = &flags[..flags.len().min(fitting)];
    let wishes: Vec<Wish> = flags.iter().map(|flag| Wish { middle: flag.at, length: height }).collect();
    let middles = spread(&wishes, 0.0, plot.top - height / 2.0, plot.bottom + height / 2.0);
    for (flag, y) in flags.iter().zip(middles) {
        let words = fit(flag.words, (width + 0.5) / NOTE / if flag.bold() { super::draw::BOLD } else { 1.0 });
        let solid = Stroke::new(flag.ink, 1.2);
        drawing.polyline(&[(plot.right, flag.at), (plot.right + 9.0, y), (plot.right + 12.0, y)], solid);
        drawing.text(Text::note(&words, plot.right + 15.0, y).painted(Tone::Text).bold(flag.bold()));
    }
}

/// Room right of the plot beside the flags' own width.
pub(crate) const SIDE_ROOM: f64 = 22.0;
