//! Many axes around a middle: one polygon for the subject, thinner ones to compare with.

use std::f64::consts::TAU;

use super::area::Area;
use super::draw::{About, Anchor, BOLD, Drawing, LABEL, LINE, NOTE, Stroke, Text, count, text_width};
use super::legend::{Entry, Swatch, legend};
use super::measure::{fit, wrap};
use super::palette::{Ink, Tone};
use super::spread::{Wish, spread};
use crate::svg::Svg;

/// A radar of up to some thirty axes, the first at the top, clockwise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Radar {
    /// Title and description.
    pub about: About,
    /// The axes in order; neighbours of one group are bracketed together.
    pub axes: Vec<RadarAxis>,
    /// The groups that axes refer to.
    pub groups: Vec<RadarGroup>,
    /// Lowest and highest level; each whole level between is a labelled ring. The middle is one below the lowest.
    pub levels: (u8, u8),
    /// What is drawn, the first below the others; those of [`Ink::Own`] are filled and lie on top.
    pub series: Vec<RadarSeries>,
}

/// One axis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RadarAxis {
    /// Short name; wraps to two lines.
    pub label: String,
    /// Index of its group; one that does not exist means none.
    pub group: usize,
}

/// Axes that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RadarGroup {
    /// One or two characters shown at its axes.
    pub mark: String,
    /// Name shown in the legend.
    pub name: String,
}

/// One value for each axis.
#[derive(Debug, Clone, PartialEq)]
pub struct RadarSeries {
    /// Name shown in the legend.
    pub name: String,
    /// Look.
    pub ink: Ink,
    /// In order of the axes; none or missing leaves a gap. Values beyond the levels lie on the last ring.
    pub values: Vec<Option<f64>>,
}

/// Room between drawing edge and labels.
const SIDE: f64 = 8.0;
/// Between labels above each other.
const LABEL_GAP: f64 = 3.0;
/// Group band: from the outer ring to its inner edge, and its thickness.
const BAND_FROM: f64 = 5.0;
const BAND: f64 = 15.0;

impl Radar {
    /// The drawing.
    #[must_use]
    pub fn svg(&self) -> Svg {
        let mut drawing = Drawing::new(&self.about);
        let plan = Plan::new(self, drawing.width);
        self.ground(&mut drawing, &plan);
        self.rings(&mut drawing, &plan);
        for label in &plan.labels {
            label.draw(&mut drawing, &plan);
        }
        for own in [false, true] {
            for (index, series) in self.series.iter().enumerate().filter(|(_, s)| (s.ink == Ink::Own) == own) {
                self.polygon(&mut drawing, &plan, series, index);
            }
        }
        self.ring_labels(&mut drawing, &plan);
        let mut entries: Vec<Entry> = self.series.iter().map(|s| Entry::series(s.ink, &s.name)).collect();
        entries.sort_by_key(|entry| !entry.bold);
        let below = legend(&mut drawing, &entries, plan.bottom + 10.0);
        let fields: Vec<Entry> =
            self.groups.iter().map(|group| Entry::new(Swatch::Field(group.mark.clone()), &group.name)).collect();
        let below = legend(&mut drawing, &fields, below + if fields.is_empty() { 0.0 } else { 4.0 });
        drawing.finish(&self.about, "radar", below + 6.0)
    }

    fn step(&self) -> f64 {
        TAU / self.axes.len().max(1) as f64
    }

    /// Runs of neighbouring axes of one group, as (group, first axis, last axis).
    fn runs(&self) -> Vec<(&RadarGroup, usize, usize)> {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (index, axis) in self.axes.iter().enumerate() {
            match runs.last_mut() {
                Some((group, _, last)) if *group == axis.group => *last = index,
                _ => runs.push((axis.group, index, index)),
            }
        }
        runs.into_iter().filter_map(|(group, first, last)| Some((self.groups.get(group)?, first, last))).collect()
    }

    /// Sectors of the groups, shaded in turn, and their bands with marks.
    fn ground(&self, drawing: &mut Drawing, plan: &Plan) {
        let step = self.step();
        let runs = self.runs();
        for (index, (group, first, last)) in runs.iter().enumerate() {
            let (from, to) = ((*first as f64 - 0.5) * step, (*last as f64 + 0.5) * step);
            // The last of an odd number lies beside the first: a third shade keeps them apart.
            let shade = if index % 2 == 1 {
                0.0
            } else if index > 0 && index + 1 == runs.len() {
                0.45
            } else {
                1.0
            };
            let mut sector = plan.arc(plan.radius, from, to);
            sector.push(plan.middle);
            drawing.face(&sector, Tone::Band, shade);
            let gap = 1.2 / plan.radius;
            let mut band = plan.arc(plan.radius + BAND_FROM, from + gap, to - gap);
            band.extend(plan.arc(plan.radius + BAND_FROM + BAND, from + gap, to - gap).into_iter().rev());
            drawing.face(&band, Tone::Mass, 0.3);
            let radius = plan.radius + BAND_FROM + BAND / 2.0;
            let room = ((to - from) * radius - 4.0).min(60.0);
            let mark = fit(&group.mark, room / NOTE / BOLD);
            let (x, y) = plan.point(radius, f64::midpoint(from, to));
            drawing.text(Text::note(&mark, x, y).anchored(Anchor::Middle).painted(Tone::Text).bold(true));
        }
    }

    fn rings(&self, drawing: &mut Drawing, plan: &Plan) {
        let (x, y) = plan.middle;
        for axis in 0..self.axes.len() {
            let end = plan.point(plan.radius, axis as f64 * self.step());
            drawing.line(plan.middle, end, Stroke::new(Tone::Grid, 0.8));
        }
        for level in self.whole_levels() {
            let radius = plan.radius * self.share(f64::from(level));
            let outer = level == self.top();
            drawing.ring(x, y, radius, Stroke::new(if outer { Tone::Frame } else { Tone::Grid }, 1.0));
        }
    }

    fn ring_labels(&self, drawing: &mut Drawing, plan: &Plan) {
        let (x, y) = plan.middle;
        let levels = self.whole_levels();
        let every = count(14.0 * levels.len() as f64 / plan.radius).max(1);
        for level in levels.rev().step_by(every) {
            let at = y - plan.radius * self.share(f64::from(level));
            let words = level.to_string();
            drawing.text_on_paper(Text { size: 11.0, ..Text::note(&words, x - 4.0, at + 7.0).anchored(Anchor::End) });
        }
    }

    fn polygon(&self, drawing: &mut Drawing, plan: &Plan, series: &RadarSeries, index: usize) {
        let points: Vec<Option<(f64, f64)>> = (0..self.axes.len())
            .map(|axis| {
                let value = series.values.get(axis).copied().flatten().filter(|value| !value.is_nan())?;
                Some(plan.point(plan.radius * self.share(value), axis as f64 * self.step()))
            })
            .collect();
        let stroke = Stroke::of(series.ink);
        drawing.open_series(index, series.ink);
        if let Some(whole) = points.iter().copied().collect::<Option<Vec<_>>>() {
            drawing.polygon(&whole, stroke, if series.ink == Ink::Own { 0.1 } else { 0.0 });
        } else {
            for (axis, from) in points.iter().enumerate() {
                if let (Some(from), Some(to)) = (from, points[(axis + 1) % points.len()]) {
                    drawing.polyline(&[*from, to], stroke);
                }
            }
        }
        let size = if series.ink == Ink::Own { 3.6 } else { 2.8 };
        for (x, y) in points.into_iter().flatten() {
            drawing.marker(x, y, size, series.ink);
        }
        drawing.close_series();
    }

    fn top(&self) -> u8 {
        self.levels.1.max(self.levels.0)
    }

    fn whole_levels(&self) -> std::ops::RangeInclusive<u8> {
        self.levels.0.min(self.levels.1)..=self.top()
    }

    /// Where a value lies between the middle (0) and the outer ring (1).
    fn share(&self, value: f64) -> f64 {
        let (low, high) = (f64::from(self.levels.0.min(self.levels.1)) - 1.0, f64::from(self.top()));
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// Where everything stands.
struct Plan {
    middle: (f64, f64),
    radius: f64,
    labels: Vec<Label>,
    /// Lower edge of the lowest label or band.
    bottom: f64,
}

impl Plan {
    fn new(radar: &Radar, width: f64) -> Self {
        let bands = if radar.runs().is_empty() { 0.0 } else { BAND_FROM + BAND };
        let margin = bands + 7.0;
        let (radius, lines) = fitted(radar, width, margin);
        let mut labels = around(radar.step(), lines, radius + margin);
        let top = labels.iter().map(|label| label.area().top).fold(-radius - margin, f64::min);
        let bottom = labels.iter().map(|label| label.area().bottom).fold(radius + margin, f64::max);
        let middle = (width / 2.0, SIDE - top);
        for label in &mut labels {
            label.x += middle.0;
            label.y += middle.1;
        }
        Self { middle, radius, labels, bottom: middle.1 + bottom }
    }

    /// A point at an angle from the top, clockwise.
    fn point(&self, radius: f64, angle: f64) -> (f64, f64) {
        (self.middle.0 + radius * angle.sin(), self.middle.1 - radius * angle.cos())
    }

    fn arc(&self, radius: f64, from: f64, to: f64) -> Vec<(f64, f64)> {
        let pieces = count((to - from).abs() / 0.06).max(1);
        (0..=pieces).map(|i| self.point(radius, from + (to - from) * i as f64 / pieces as f64)).collect()
    }
}

/// The greatest radius at which every label fits on two lines beside the circle, and the lines.
fn fitted(radar: &Radar, width: f64, margin: f64) -> (f64, Vec<Vec<String>>) {
    let least = width * 0.17;
    let mut radius = width * 0.265;
    loop {
        let room = (width / 2.0 - radius - margin - SIDE) / LABEL;
        let lines: Vec<Vec<String>> = radar.axes.iter().map(|axis| wrap(&axis.label, room, 2)).collect();
        let whole = lines.iter().flatten().all(|line| !line.ends_with('…'));
        if whole || radius <= least {
            return (radius, lines);
        }
        radius -= 5.0;
    }
}

/// One axis name with its place: the anchor and the middle of all its lines.
struct Label {
    lines: Vec<String>,
    anchor: Anchor,
    x: f64,
    y: f64,
    angle: f64,
    /// How far it was moved from its axis.
    moved: f64,
}

impl Label {
    fn height(&self) -> f64 {
        self.lines.len() as f64 * LABEL * LINE
    }

    fn area(&self) -> Area {
        let width = self.lines.iter().map(|line| text_width(line, LABEL, false)).fold(0.0, f64::max);
        let middle = match self.anchor {
            Anchor::Start => self.x + width / 2.0,
            Anchor::Middle => self.x,
            Anchor::End => self.x - width / 2.0,
        };
        Area::around(middle, self.y, width, self.height())
    }

    fn draw(&self, drawing: &mut Drawing, plan: &Plan) {
        if self.moved > 9.0 && self.anchor != Anchor::Middle {
            let from = plan.point(plan.radius + BAND_FROM + BAND + 1.0, self.angle);
            let nudge = if self.anchor == Anchor::Start { -3.0 } else { 3.0 };
            drawing.line(from, (self.x + nudge, self.y), Stroke::new(Tone::Frame, 0.7));
        }
        let first = self.y - (self.lines.len() as f64 - 1.0) / 2.0 * LABEL * LINE;
        for (index, line) in self.lines.iter().enumerate() {
            drawing.text(Text::label(line, self.x, first + index as f64 * LABEL * LINE).anchored(self.anchor));
        }
    }
}

/// Places all labels around a circle of radius `clear` about (0, 0): those of each side are pushed apart vertically,
/// then set against the circle, so that none enters it.
fn around(step: f64, lines: Vec<Vec<String>>, clear: f64) -> Vec<Label> {
    let mut labels: Vec<Label> = lines
        .into_iter()
        .enumerate()
        .map(|(index, lines)| {
            let angle = index as f64 * step;
            let anchor = match angle.sin() {
                sine if sine > 1e-6 => Anchor::Start,
                sine if sine < -1e-6 => Anchor::End,
                _ => Anchor::Middle,
            };
            Label { lines, anchor, x: 0.0, y: -angle.cos() * clear, angle, moved: 0.0 }
        })
        .collect();
    let reach = [Anchor::Start, Anchor::End].map(|side| {
        let heights = labels.iter().filter(|label| label.anchor == side).map(|label| label.height() + LABEL_GAP);
        heights.sum::<f64>() / 2.0
    });
    let reach = reach.into_iter().fold(clear, f64::max);
    for label in labels.iter_mut().filter(|label| label.anchor == Anchor::Middle) {
        label.y = (reach + label.height() / 2.0) * if label.angle.cos() > 0.0 { -1.0 } else { 1.0 };
    }
    for side in [Anchor::Start, Anchor::End] {
        set_side(&mut labels, side, reach, clear);
    }
    labels
}

fn set_side(labels: &mut [Label], side: Anchor, reach: f64, clear: f64) {
    let mut side_labels: Vec<&mut Label> = labels.iter_mut().filter(|label| label.anchor == side).collect();
    let wishes: Vec<Wish> = side_labels.iter().map(|label| Wish { middle: label.y, length: label.height() }).collect();
    let middles = spread(&wishes, LABEL_GAP, -reach, reach);
    for (label, y) in side_labels.iter_mut().zip(middles) {
        let nearest = (y.abs() - label.height() / 2.0).max(0.0);
        let outside = (clear * clear - nearest * nearest).max(0.0).sqrt().max(5.0);
        label.x = if side == Anchor::Start { outside } else { -outside };
        let (dx, dy) = (label.x - clear * label.angle.sin(), y + clear * label.angle.cos());
        label.moved = dx.hypot(dy);
        label.y = y;
    }
}

#[cfg(test)]
mod tests;
