//! Axes: what they say, and where values lie on them.

use super::draw::figure;

/// An axis with its ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What is measured, with the unit.
    pub title: String,
    /// Lowest value shown.
    pub from: f64,
    /// Highest value shown.
    pub to: f64,
    /// Distance of ticks. If it makes no sense for the range, ticks stand at both ends only.
    pub step: f64,
    /// Decimals of the tick labels and of values on this axis.
    pub decimals: usize,
}

impl Axis {
    /// Most ticks on an axis.
    const MOST: f64 = 60.0;

    /// Both ends in order, finite, and apart.
    pub(crate) fn ends(&self) -> (f64, f64) {
        let from = if self.from.is_finite() { self.from } else { 0.0 };
        let to = if self.to.is_finite() { self.to } else { from + 1.0 };
        let (from, to) = (from.min(to), from.max(to));
        if to - from > 1e-9 { (from, to) } else { (from, from + 1.0) }
    }

    /// Values of the ticks, in order.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let (from, to) = self.ends();
        let count = (to - from) / self.step;
        if !(1.0..=Self::MOST).contains(&count) {
            return vec![from, to];
        }
        let first = (from / self.step).ceil();
        let last = (to / self.step + 1e-9).floor();
        let mut ticks = Vec::new();
        let mut index = first;
        while index <= last {
            ticks.push(index * self.step);
            index += 1.0;
        }
        ticks
    }

    pub(crate) fn words(&self, value: f64) -> String {
        figure(value, self.decimals.min(6))
    }

    /// The axis laid from drawing coordinate `start` (its lowest value) to `end`.
    pub(crate) fn laid(&self, start: f64, end: f64) -> Scale {
        let (from, to) = self.ends();
        Scale { from, to, start, end }
    }
}

/// Where values lie in the drawing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// Coordinate of a value; one outside the axis lies at its nearest end. None if it is no number.
    pub(crate) fn at(&self, value: f64) -> Option<f64> {
        (!value.is_nan()).then(|| {
            let share = (value.clamp(self.from, self.to) - self.from) / (self.to - self.from);
            self.start + share * (self.end - self.start)
        })
    }

    /// Whether the value lies on the axis.
    pub(crate) fn shows(&self, value: f64) -> bool {
        value >= self.from && value <= self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(from: f64, to: f64, step: f64) -> Axis {
        Axis { title: String::new(), from, to, step, decimals: 0 }
    }

    #[test]
    fn ticks_stand_at_multiples_of_the_step() {
        assert_eq!(axis(25.0, 125.0, 25.0).ticks(), [25.0, 50.0, 75.0, 100.0, 125.0]);
        assert_eq!(axis(-5.0, 5.0, 2.5).ticks(), [-5.0, -2.5, 0.0, 2.5, 5.0]);
        assert_eq!(axis(0.3, 1.0, 0.25).ticks(), [0.5, 0.75, 1.0]);
    }

    #[test]
    fn senseless_steps_and_ranges_still_give_an_axis() {
        for step in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 1e9] {
            assert_eq!(axis(0.0, 10.0, step).ticks(), [0.0, 10.0]);
        }
        assert_eq!(axis(3.0, 3.0, 1.0).ends(), (3.0, 4.0));
        assert_eq!(axis(9.0, 3.0, 1.0).ends(), (3.0, 9.0));
        assert_eq!(axis(f64::NAN, f64::INFINITY, 1.0).ends(), (0.0, 1.0));
    }

    #[test]
    fn values_outside_lie_at_the_end_and_no_numbers_nowhere() {
        let scale = axis(0.0, 10.0, 5.0).laid(100.0, 0.0);
        assert_eq!(scale.at(5.0), Some(50.0));
        assert_eq!(scale.at(-3.0), Some(100.0));
        assert_eq!(scale.at(f64::INFINITY), Some(0.0));
        assert_eq!(scale.at(f64::NAN), None);
        assert!(scale.shows(10.0) && !scale.shows(10.1) && !scale.shows(f64::NAN));
    }
}
