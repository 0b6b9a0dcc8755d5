//! Two measures at once: a cloud of many, and the subject's way through it.

use std::collections::BTreeMap;

use super::area::{Area, Places};
use super::axis::{Axis, Scale};
use super::draw::{About, Anchor, BOLD, Drawing, Extent, LABEL, NOTE, Stroke, Text, count, text_width};
use super::flags::{Flag, Line, SIDE_ROOM, TopFlags, side_flags, side_width};
use super::legend::{Entry, Swatch, legend};
use super::measure::fit;
use super::palette::{Ink, Tone};
use super::plot;
use crate::svg::Svg;

/// A scatter chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// Title and description.
    pub about: About,
    /// Level axis.
    pub x: Axis,
    /// Upright axis.
    pub y: Axis,
    /// Shaded fields behind everything.
    pub regions: Vec<Region>,
    /// The many.
    pub cloud: Cloud,
    /// Horizontal reference lines, at values of `y`.
    pub across: Vec<Line>,
    /// Vertical reference lines, at values of `x`.
    pub upright: Vec<Line>,
    /// The subject's positions, the earliest first; the last is where it is now. Arrows lead from each to the next.
    pub marks: Vec<Mark>,
    /// Legend name of the present position; empty for none.
    pub now_name: String,
    /// Legend name of earlier positions; empty for none.
    pub earlier_name: String,
}

/// Many points of which none is named. Density shows as strength of colour: dark on paper, light in dark mode, so a
/// legend name should not say "darker".
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cloud {
    /// None.
    #[default]
    Empty,
    /// Points: shown one by one up to [`Cloud::MOST_DOTS`], as density of hexagons above.
    Points {
        /// Legend name.
        name: String,
        /// (x, y).
        points: Vec<(f64, f64)>,
    },
    /// Counts that were already gathered into equal cells.
    Cells {
        /// Legend name.
        name: String,
        /// Width and height of a cell in units of the axes.
        size: (f64, f64),
        /// The cells.
        cells: Vec<Cell>,
    },
}

impl Cloud {
    /// Most points that are shown one by one.
    pub const MOST_DOTS: usize = 300;
}

/// How many lie in one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Middle of the cell.
    pub x: f64,
    /// Middle of the cell.
    pub y: f64,
    /// How many.
    pub count: u64,
}

/// A shaded field; infinite ends reach to the edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Name shown inside.
    pub label: String,
    /// From and to on the level axis.
    pub x: (f64, f64),
    /// From and to on the upright axis.
    pub y: (f64, f64),
}

/// One position of the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What is written beside it.
    pub label: String,
    /// Value on the level axis.
    pub x: f64,
    /// Value on the upright axis.
    pub y: f64,
}

/// Opacities of the density steps, in percent.
const STEPS: [u8; 5] = [20, 38, 58, 78, 100];
/// Distance of hexagon middles.
const HEXAGON: f64 = 13.0;

impl Scatter {
    /// The drawing.
    #[must_use]
    pub fn svg(&self) -> Svg {
        let mut drawing = Drawing::new(&self.about);
        let layout = Layout::new(self, drawing.width);
        self.draw_regions(&mut drawing, &layout);
        plot::upright_title(&mut drawing, &self.y.title);
        plot::upright_ticks(&mut drawing, &plot::ticks(&self.y, &layout.y), layout.plot);
        plot::level_ticks(&mut drawing, &plot::ticks(&self.x, &layout.x), layout.plot);
        self.draw_cloud(&mut drawing, &layout);
        plot::base_line(&mut drawing, layout.plot);
        self.draw_lines(&mut drawing, &layout);
        self.draw_marks(&mut drawing, &layout);
        let below = plot::level_title(&mut drawing, &self.x.title, layout.plot);
        let below = legend(&mut drawing, &self.entries(), below + 4.0);
        drawing.finish(&self.about, "scatter", below + 6.0)
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = vec![Entry { bold: true, ..Entry::new(Swatch::Marker(Ink::Own), &self.now_name) }];
        entries.push(Entry::new(Swatch::Marker(Ink::Earlier), &self.earlier_name));
        match &self.cloud {
            Cloud::Empty => {}
            Cloud::Points { name, points } if points.len() <= Cloud::MOST_DOTS => {
                entries.push(Entry::new(Swatch::Mass, name));
            }
            Cloud::Points { name, .. } | Cloud::Cells { name, .. } => {
                entries.push(Entry::new(Swatch::Ramp(STEPS.to_vec()), name));
            }
        }
        entries
    }

    fn draw_regions(&self, drawing: &mut Drawing, layout: &Layout) {
        for region in &self.regions {
            if let Some(area) = layout.area(region) {
                drawing.rect(area, 0.0, Tone::Band, 0.8);
                drawing.frame(area, 0.0, Stroke::new(Tone::Frame, 0.8).dashed("3 3"));
            }
        }
    }

    fn draw_cloud(&self, drawing: &mut Drawing, layout: &Layout) {
        match &self.cloud {
            Cloud::Empty => {}
            Cloud::Points { points, .. } => {
                let spots: Vec<(f64, f64)> = points.iter().filter_map(|(x, y)| layout.spot(*x, *y)).collect();
                if points.len() <= Cloud::MOST_DOTS {
                    for (x, y) in spots {
                        drawing.disc(x, y, 2.6, Tone::Mass, 0.8);
                    }
                } else {
                    draw_hexagons(drawing, &spots, layout.plot);
                }
            }
            Cloud::Cells { size, cells, .. } => {
                let most = cells.iter().map(|cell| cell.count).max().unwrap_or(0);
                for cell in cells.iter().filter(|cell| cell.count > 0) {
                    let (wide, high) = (size.0.abs() / 2.0, size.1.abs() / 2.0);
                    let corners = Region {
                        label: String::new(),
                        x: (cell.x - wide, cell.x + wide),
                        y: (cell.y - high, cell.y + high),
                    };
                    if let Some(area) = layout.area(&corners) {
                        let inner = Area::new(area.left + 0.4, area.top + 0.4, area.right - 0.4, area.bottom - 0.4);
                        drawing.rect(inner, 0.0, Tone::Mass, density(cell.count, most));
                    }
                }
            }
        }
    }

    fn draw_lines(&self, drawing: &mut Drawing, layout: &Layout) {
        let plot = layout.plot;
        for (line, y) in self.across.iter().filter_map(|line| Some((line, layout.y.at(line.at)?))) {
            drawing.line((plot.left, y), (plot.right, y), Stroke::of(line.ink));
        }
        for (line, x) in self.upright.iter().filter_map(|line| Some((line, layout.x.at(line.at)?))) {
            drawing.line((x, plot.top), (x, plot.bottom), Stroke::of(line.ink));
        }
        let across = flags(&self.across, &layout.y);
        side_flags(drawing, &across, plot, layout.side);
        let upright = flags(&self.upright, &layout.x);
        TopFlags::new(&upright, plot.left, drawing.width - plot::SIDE).draw(drawing, &upright, plot.top);
    }

    /// Arrows and markers, then labels where nothing is covered.
    fn draw_marks(&self, drawing: &mut Drawing, layout: &Layout) {
        let spots: Vec<(&Mark, (f64, f64))> =
            self.marks.iter().filter_map(|mark| Some((mark, (layout.x.at(mark.x)?, layout.y.at(mark.y)?)))).collect();
        let mut places = Places::new(layout.plot);
        for pair in spots.windows(2) {
            draw_arrow(drawing, &mut places, pair[0].1, pair[1].1);
        }
        for (_, (x, y)) in &spots {
            places.take(Area::around(*x, *y, 17.0, 17.0));
        }
        for y in self.across.iter().filter_map(|line| layout.y.at(line.at)) {
            places.dislike(Area::new(layout.plot.left, y - 1.0, layout.plot.right, y + 1.0));
        }
        for x in self.upright.iter().filter_map(|line| layout.x.at(line.at)) {
            places.dislike(Area::new(x - 1.0, layout.plot.top, x + 1.0, layout.plot.bottom));
        }
        self.draw_region_labels(drawing, &mut places, layout);
        let last = spots.len().saturating_sub(1);
        for (index, (mark, (x, y))) in spots.iter().enumerate().rev() {
            let now = index == last;
            draw_mark_label(drawing, &mut places, mark, (*x, *y), now);
            drawing.marker(*x, *y, if now { 6.5 } else { 4.5 }, if now { Ink::Own } else { Ink::Earlier });
        }
    }

    fn draw_region_labels(&self, drawing: &mut Drawing, places: &mut Places, layout: &Layout) {
        for region in &self.regions {
            let Some(area) = layout.area(region) else {
                continue;
            };
            let words = fit(&region.label, (area.width() - 12.0).max(layout.plot.width() * 0.55) / NOTE / BOLD);
            let (width, height) = (text_width(&words, NOTE, true) + 6.0, NOTE * 1.35);
            let (left, right) = (area.left + 4.0, area.right - 4.0 - width);
            let corners = [
                (left, area.top + 4.0),
                (right, area.top + 4.0),
                (left, area.bottom - 4.0 - height),
                (right, area.bottom - 4.0 - height),
            ];
            let candidates = corners.map(|(left, top)| Area::new(left, top, left + width, top + height));
            if let Some(place) = places.prefer(&candidates) {
                let (x, y) = place.middle();
                drawing.text_on_paper(Text::note(&words, x, y).anchored(Anchor::Middle).bold(true));
            }
        }
    }
}

fn flags<'a>(lines: &'a [Line], scale: &Scale) -> Vec<Flag<'a>> {
    let flags = lines.iter();
    flags.filter_map(|line| Some(Flag { words: &line.label, at: scale.at(line.at)?, ink: line.ink })).collect()
}

fn draw_arrow(drawing: &mut Drawing, places: &mut Places, from: (f64, f64), to: (f64, f64)) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if length < 16.0 {
        return;
    }
    let short = |by: f64| (to.0 - dx / length * by, to.1 - dy / length * by);
    drawing.line(from, short(12.0), Stroke::new(Ink::Earlier, 1.6));
    drawing.arrow_head(from, short(8.5), 9.0, Ink::Earlier);
    let pieces = count(length / 8.0).max(1);
    for piece in 0..=pieces {
        let share = piece as f64 / pieces as f64;
        places.take(Area::around(from.0 + dx * share, from.1 + dy * share, 4.0, 4.0));
    }
}

fn draw_mark_label(drawing: &mut Drawing, places: &mut Places, mark: &Mark, spot: (f64, f64), now: bool) {
    let words = fit(&mark.label, 22.0);
    let (width, height) = (text_width(&words, LABEL, now) + 6.0, LABEL * 1.35);
    let Some(place) = places.near(spot.0, spot.1, width, height) else {
        return;
    };
    let (x, y) = place.middle();
    let near = (spot.0.clamp(place.left, place.right), spot.1.clamp(place.top, place.bottom));
    if (near.0 - spot.0).hypot(near.1 - spot.1) > 18.0 {
        drawing.line(spot, near, Stroke::new(Tone::Quiet, 0.9));
    }
    drawing.text_on_paper(Text::label(&words, x, y).anchored(Anchor::Middle).bold(now));
}

/// Counts points in hexagons and shades them by how many each holds.
fn draw_hexagons(drawing: &mut Drawing, spots: &[(f64, f64)], plot: Area) {
    let rise = HEXAGON * 0.75_f64.sqrt();
    let mut counts: BTreeMap<(i64, i64), u64> = BTreeMap::new();
    for (x, y) in spots {
        let near = (y / rise).round();
        let nearest = [near - 1.0, near, near + 1.0].map(|row| {
            let shift = if row.rem_euclid(2.0) > 0.5 { 0.5 } else { 0.0 };
            let column = (x / HEXAGON - shift).round();
            let (dx, dy) = ((column + shift) * HEXAGON - x, row * rise - y);
            (dx.hypot(dy), whole(row), whole(column))
        });
        let [a, b, c] = nearest;
        let (_, row, column) = [b, c].into_iter().fold(a, |best, other| if other.0 < best.0 { other } else { best });
        *counts.entry((row, column)).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    let size = HEXAGON / 3.0_f64.sqrt() * 0.95;
    for ((row, column), count) in counts {
        let shift = if row.rem_euclid(2) == 1 { 0.5 } else { 0.0 };
        let (x, y) = ((column as f64 + shift) * HEXAGON, row as f64 * rise);
        let corners = [(0.0, -1.0), (0.866, -0.5), (0.866, 0.5), (0.0, 1.0), (-0.866, 0.5), (-0.866, -0.5)];
        let corners = corners.map(|(right, down)| (x + right * size, y + down * size));
        drawing.face(&plot.clipped(&corners), Tone::Mass, density(count, most));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rows and columns within one drawing, far below 2^53")]
const fn whole(value: f64) -> i64 {
    value as i64
}

/// The opacity step of a count; steps follow the square root, so that thin places stay visible.
fn density(count: u64, most: u64) -> f64 {
    let share = (count as f64 / most.max(1) as f64).sqrt();
    let step = STEPS.iter().enumerate().find(|(index, _)| share <= (*index as f64 + 1.0) / STEPS.len() as f64);
    f64::from(step.map_or(100, |(_, percent)| *percent)) / 100.0
}

struct Layout {
    plot: Area,
    x: Scale,
    y: Scale,
    /// Width of the flags at the right.
    side: f64,
}

impl Layout {
    fn new(chart: &Scatter, width: f64) -> Self {
        let words: Vec<String> = chart.y.ticks().into_iter().map(|tick| chart.y.words(tick)).collect();
        let left = plot::left_room(words.iter().map(String::as_str));
        let any = chart.y.laid(0.0, 1.0);
        let side = side_width(&flags(&chart.across, &any), width * 0.26);
        let right = width - if side > 0.0 { side + SIDE_ROOM } else { 16.0 };
        let upright = flags(&chart.upright, &chart.x.laid(left, right));
        let top = plot::TITLE_ROW + TopFlags::new(&upright, left, width - plot::SIDE).height() + 6.0;
        let height = if chart.about.extent == Extent::Full { 370.0 } else { 230.0 };
        let plot = Area::new(left, top, right, top + height);
        Self { plot, x: chart.x.laid(left, right), y: chart.y.laid(plot.bottom, plot.top), side }
    }

    /// Where a point is drawn; none if it lies outside.
    fn spot(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let shown = self.x.shows(x) && self.y.shows(y);
        shown.then_some(())?;
        Some((self.x.at(x)?, self.y.at(y)?))
    }

    fn area(&self, region: &Region) -> Option<Area> {
        let (left, right) = (self.x.at(region.x.0)?, self.x.at(region.x.1)?);
        let (bottom, top) = (self.y.at(region.y.0)?, self.y.at(region.y.1)?);
        let area = Area::new(left.min(right), top.min(bottom), left.max(right), top.max(bottom));
        (area.width() > 1.0 && area.height() > 1.0).then_some(area)
    }
}

#[cfg(test)]
mod tests;
