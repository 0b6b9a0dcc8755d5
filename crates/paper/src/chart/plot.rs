//! The frame that charts with two axes share: ticks, grid, titles.

use super::area::Area;
use super::axis::{Axis, Scale};
use super::draw::{Anchor, BOLD, Drawing, NOTE, Stroke, Text, text_width};
use super::measure::fit;
use super::palette::Tone;

/// Room between drawing edge and text.
pub(crate) const SIDE: f64 = 8.0;
/// Height of the row for the title of the upright axis.
pub(crate) const TITLE_ROW: f64 = 22.0;

/// A tick: where it is and what it says.
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) words: String,
}

/// The ticks of an axis laid on a scale.
pub(crate) fn ticks(axis: &Axis, scale: &Scale) -> Vec<Tick> {
    let ticks = axis.ticks().into_iter();
    ticks.filter_map(|value| Some(Tick { at: scale.at(value)?, words: axis.words(value) })).collect()
}

/// Room left of the plot for upright ticks that say these words.
pub(crate) fn left_room<'a>(words: impl Iterator<Item = &'a str>) -> f64 {
    SIDE + words.map(|words| text_width(words, NOTE, false)).fold(0.0, f64::max).min(110.0) + 8.0
}

/// Grid lines across the plot with words at its left; words too near the last shown are left out.
pub(crate) fn upright_ticks(drawing: &mut Drawing, ticks: &[Tick], plot: Area) {
    let room = (plot.left - SIDE - 8.0 + 0.5) / NOTE;
    let mut free_below = f64::INFINITY;
    for tick in ticks {
        drawing.line((plot.left, tick.at), (plot.right, tick.at), Stroke::new(Tone::Grid, 1.0));
        if tick.at + NOTE * 0.7 <= free_below {
            drawing.text(Text::note(&fit(&tick.words, room), plot.left - 8.0, tick.at).anchored(Anchor::End));
            free_below = tick.at - NOTE * 0.7;
        }
    }
}

/// Short tick marks under the plot with words below them. They are shown from the last to the first, as far as none
/// touches another or leaves the drawing.
pub(crate) fn level_ticks(drawing: &mut Drawing, ticks: &[Tick], plot: Area) {
    let mut free_left_of = drawing.width - 4.0;
    for tick in ticks.iter().rev() {
        drawing.line((tick.at, plot.bottom), (tick.at, plot.bottom + 4.0), Stroke::new(Tone::Frame, 1.0));
        let words = fit(&tick.words, plot.width() / NOTE * 0.8);
        let half = text_width(&words, NOTE, false) / 2.0;
        let last = free_left_of >= drawing.width - 4.0;
        let x = if last { tick.at.min(free_left_of - half) } else { tick.at };
        let x = x.max(4.0 + half);
        if x + half <= free_left_of && (x - tick.at).abs() <= half + 1.0 {
            drawing.text(Text::note(&words, x, plot.bottom + 14.0).anchored(Anchor::Middle));
            free_left_of = x - half - 8.0;
        }
    }
}

/// Base line of the plot.
pub(crate) fn base_line(drawing: &mut Drawing, plot: Area) {
    drawing.line((plot.left, plot.bottom), (plot.right, plot.bottom), Stroke::new(Tone::Frame, 1.2));
}

/// Title of the upright axis, above the plot at the left edge.
pub(crate) fn upright_title(drawing: &mut Drawing, words: &str) {
    let words = fit(words, (drawing.width - 2.0 * SIDE) / NOTE / BOLD);
    drawing.text(Text::note(&words, SIDE, TITLE_ROW / 2.0).bold(true));
}

/// Title of the level axis, below its ticks; answers where what follows may start.
pub(crate) fn level_title(drawing: &mut Drawing, words: &str, plot: Area) -> f64 {
    let ticks_end = plot.bottom + 24.0;
    if words.trim().is_empty() {
        return ticks_end + 4.0;
    }
    let words = fit(words, (drawing.width - 2.0 * SIDE) / NOTE / BOLD);
    let half = text_width(&words, NOTE, true) / 2.0;
    let x = plot.middle().0.clamp(SIDE + half, (drawing.width - SIDE - half).max(SIDE + half));
    drawing.text(Text::note(&words, x, ticks_end + 9.0).anchored(Anchor::Middle).bold(true));
    ticks_end + 24.0
}
