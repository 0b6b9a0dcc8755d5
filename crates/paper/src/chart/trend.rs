//! How values went over periods, with the latest of each written at its end.

use super::area::Area;
use super::axis::{Axis, Scale};
use super::draw::{About, Drawing, Extent, Stroke};
use super::flags::{Flag, SIDE_ROOM, side_flags, side_width};
use super::legend::{Entry, legend};
use super::palette::Ink;
use super::plot::{self, Tick};
use crate::svg::Svg;

/// Lines over periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Title and description.
    pub about: About,
    /// Names of the periods in order; those without room are left out from the earliest.
    pub periods: Vec<String>,
    /// Upright axis.
    pub axis: Axis,
    /// The lines; those of [`Ink::Own`] lie on top.
    pub series: Vec<TrendSeries>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendSeries {
    /// Name shown in the legend.
    pub name: String,
    /// Look.
    pub ink: Ink,
    /// One value for each period; none or missing leaves a gap.
    pub values: Vec<Option<f64>>,
}

/// Room left and right of the outermost points.
const INSET: f64 = 16.0;

impl Trend {
    /// The drawing.
    #[must_use]
    pub fn svg(&self) -> Svg {
        let mut drawing = Drawing::new(&self.about);
        let words: Vec<String> = self.axis.ticks().into_iter().map(|tick| self.axis.words(tick)).collect();
        let left = plot::left_room(words.iter().map(String::as_str));
        let latest: Vec<(String, f64, Ink)> = self.series.iter().filter_map(|series| self.latest(series)).collect();
        let side = side_width(&flags(&latest), drawing.width * 0.25);
        let height = if self.about.extent == Extent::Full { 240.0 } else { 160.0 };
        let top = plot::TITLE_ROW + 6.0;
        let area = Area::new(left, top, drawing.width - side - SIDE_ROOM, top + height);
        let scale = self.axis.laid(area.bottom, area.top);

        plot::upright_title(&mut drawing, &self.axis.title);
        plot::upright_ticks(&mut drawing, &plot::ticks(&self.axis, &scale), area);
        plot::base_line(&mut drawing, area);
        plot::level_ticks(&mut drawing, &self.period_ticks(area), area);
        self.draw_lines(&mut drawing, area, &scale);
        let flag = |(words, value, ink): &'_ (String, f64, Ink)| Some((words.clone(), scale.at(*value)?, *ink));
        let placed: Vec<(String, f64, Ink)> = latest.iter().filter_map(flag).collect();
        side_flags(&mut drawing, &flags(&placed), area, side);
        let mut entries: Vec<Entry> =
            self.series.iter().map(|series| Entry::series(series.ink, &series.name)).collect();
        entries.sort_by_key(|entry| !entry.bold);
        let below = plot::level_title(&mut drawing, "", area);
        let below = legend(&mut drawing, &entries, below);
        drawing.finish(&self.about, "trend", below + 6.0)
    }

    fn period_ticks(&self, area: Area) -> Vec<Tick> {
        let periods = self.periods.iter().enumerate();
        periods.map(|(index, words)| Tick { at: self.column(index, area), words: words.clone() }).collect()
    }

    fn draw_lines(&self, drawing: &mut Drawing, area: Area, scale: &Scale) {
        for own in [false, true] {
            let series = self.series.iter().enumerate();
            for (index, series) in series.filter(|(_, series)| (series.ink == Ink::Own) == own) {
                drawing.open_series(index, series.ink);
                self.draw_line(drawing, series, area, scale);
                drawing.close_series();
            }
        }
    }

    /// The latest value of a series, if it is of the last period.
    fn latest(&self, series: &TrendSeries) -> Option<(String, f64, Ink)> {
        let last = self.periods.len().checked_sub(1)?;
        let value = series.values.get(last).copied().flatten().filter(|value| value.is_finite())?;
        Some((self.axis.words(value), value, series.ink))
    }

    fn column(&self, index: usize, area: Area) -> f64 {
        if self.periods.len() < 2 {
            return area.middle().0;
        }
        let share = index as f64 / (self.periods.len() - 1) as f64;
        area.left + INSET + share * (area.width() - 2.0 * INSET)
    }

    fn draw_line(&self, drawing: &mut Drawing, series: &TrendSeries, area: Area, scale: &Scale) {
        let points: Vec<Option<(f64, f64)>> = (0..self.periods.len())
            .map(|index| {
                let y = scale.at(series.values.get(index).copied().flatten()?)?;
                Some((self.column(index, area), y))
            })
            .collect();
        for run in points.split(Option::is_none) {
            let run: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
            drawing.polyline(&run, Stroke::of(series.ink));
        }
        for (x, y) in points.into_iter().flatten() {
            drawing.marker(x, y, if series.ink == Ink::Own { 4.5 } else { 3.6 }, series.ink);
        }
    }
}

fn flags(latest: &[(String, f64, Ink)]) -> Vec<Flag<'_>> {
    latest.iter().map(|(words, at, ink)| Flag { words, at: *at, ink: *ink }).collect()
}

#[cfg(test)]
mod tests;
