//! Charts as [`Svg`](crate::Svg): plain data in, one drawing out, the same bytes for the same data.
//!
//! Each chart is a struct with public fields and one method `svg()`. Every drawing has `role="img"`, a title and a
//! description, text that stays text, a legend, and colours as presentation attributes; no `style`, no ids, so any
//! number of them can stand in one page. An element with a class `ink-…` sets `color`, its shapes use
//! `currentColor`: a page recolours a chart with rules such as `.chart .ink-own { color: … }` ([`STYLESHEET`] does
//! so for dark mode). Meaning never hangs on colour alone: every [`Ink`] has its own line pattern and marker.
//!
//! Labels are measured by a conservative estimate, pushed apart, shortened with `…` only when a single one is
//! absurdly long, and never leave the drawing.

mod area;
mod axis;
mod draw;
mod flags;
mod gap;
mod histogram;
#[cfg(test)]
mod inspect;
mod legend;
mod measure;
mod palette;
mod plot;
mod radar;
mod scatter;
mod spread;
mod trend;

pub use axis::Axis;
pub use draw::{About, Extent};
pub use flags::Line;
pub use gap::{Gap, GapHeads, GapItem};
pub use histogram::{Bin, Histogram};
pub use measure::width_em;
pub use palette::Ink;
pub use radar::{Radar, RadarAxis, RadarGroup, RadarSeries};
pub use scatter::{Cell, Cloud, Mark, Region, Scatter};
pub use trend::{Trend, TrendSeries};

/// Style sheet for pages that show charts: fluid width, the page's font, and colours for dark mode.
pub const STYLESHEET: &str = include_str!("chart.css");
