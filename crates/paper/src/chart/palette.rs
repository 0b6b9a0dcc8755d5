//! All colours, line patterns and markers of the charts.
//!
//! The colours are those of the Digital Agency of Japan's design system. Hues and lightness are chosen so that they
//! differ for colour-blind readers; in grey print the line pattern and the marker tell the series apart.

/// What a series or mark stands for; the same thing looks the same in every chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ink {
    /// The subject itself: thick, solid, blue, round.
    Own,
    /// The subject at an earlier time: thin, dotted, light blue, round and hollow.
    Earlier,
    /// What is aimed at: dashed, orange, diamond.
    Goal,
    /// A first group to compare with: short dashes, teal, square.
    PeerA,
    /// A second group to compare with: dash-dot, magenta, triangle.
    PeerB,
    /// A third group to compare with: long dashes, grey, triangle upside down.
    PeerC,
}

impl Ink {
    /// All inks, the strongest first.
    pub const ALL: [Self; 6] = [Self::Own, Self::Goal, Self::Earlier, Self::PeerA, Self::PeerB, Self::PeerC];

    /// Class of every element drawn with it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Own => "ink-own",
            Self::Earlier => "ink-earlier",
            Self::Goal => "ink-goal",
            Self::PeerA => "ink-peer-a",
            Self::PeerB => "ink-peer-b",
            Self::PeerC => "ink-peer-c",
        }
    }

    /// Its colour on white.
    #[must_use]
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Own => "#0017c1",
            Self::Earlier => "#4979f5",
            Self::Goal => "#c74700",
            Self::PeerA => "#008299",
            Self::PeerB => "#aa00aa",
            Self::PeerC => "#666666",
        }
    }

    /// Line pattern; none is solid.
    pub(crate) const fn dash(self) -> Option<&'static str> {
        match self {
            Self::Own => None,
            Self::Earlier => Some("1.5 2.5"),
            Self::Goal => Some("9 4"),
            Self::PeerA => Some("4 3"),
            Self::PeerB => Some("8 3 2 3"),
            Self::PeerC => Some("14 4"),
        }
    }

    /// Line width in drawing units.
    pub(crate) const fn width(self) -> f64 {
        match self {
            Self::Own => 2.8,
            Self::Goal => 1.8,
            _ => 1.4,
        }
    }

    pub(crate) const fn marker(self) -> Marker {
        match self {
            Self::Own => Marker::Disc,
            Self::Earlier => Marker::Ring,
            Self::Goal => Marker::Diamond,
            Self::PeerA => Marker::Square,
            Self::PeerB => Marker::Triangle,
            Self::PeerC => Marker::Wedge,
        }
    }
}

/// Shape at a data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Disc,
    Ring,
    Diamond,
    Square,
    Triangle,
    Wedge,
}

/// What is not data: text, grid, ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Text to be read.
    Text,
    /// Text beside it: ticks, notes.
    Quiet,
    /// Axis lines.
    Frame,
    /// Grid lines.
    Grid,
    /// Shaded ground.
    Band,
    /// Amounts of many: bars, density.
    Mass,
    /// The paper itself, behind labels and in hollow markers.
    Paper,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Text => "ink-text",
            Self::Quiet => "ink-quiet",
            Self::Frame => "ink-frame",
            Self::Grid => "ink-grid",
            Self::Band => "ink-band",
            Self::Mass => "ink-mass",
            Self::Paper => "ink-paper",
        }
    }

    pub(crate) const fn colour(self) -> &'static str {
        match self {
            Self::Text => "#1a1a1a",
            Self::Quiet => "#595959",
            Self::Frame => "#949494",
            Self::Grid => "#d8d8db",
            Self::Band => "#eef2f8",
            Self::Mass => "#8ea2cc",
            Self::Paper => "#ffffff",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by WCAG 2.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn lines_and_marks_stand_out_from_paper_by_three_to_one() {
        for ink in Ink::ALL {
            assert!(contrast(ink.colour(), "#ffffff") >= 3.0, "{ink:?}");
        }
    }

    #[test]
    fn text_stands_out_from_paper_and_band_by_four_and_a_half_to_one() {
        for tone in [Tone::Text, Tone::Quiet] {
            assert!(contrast(tone.colour(), "#ffffff") >= 4.5);
            assert!(contrast(tone.colour(), Tone::Band.colour()) >= 4.5);
        }
    }

    #[test]
    fn no_two_inks_share_pattern_or_marker() {
        for (index, a) in Ink::ALL.iter().enumerate() {
            for b in &Ink::ALL[index + 1..] {
                assert_ne!(a.dash(), b.dash(), "{a:?} {b:?}");
                assert_ne!(a.marker(), b.marker(), "{a:?} {b:?}");
                assert_ne!(a.class(), b.class());
            }
        }
    }

    #[test]
    fn the_own_series_is_the_darkest_and_thickest() {
        for ink in &Ink::ALL[1..] {
            assert!(luminance(ink.colour()) > luminance(Ink::Own.colour()));
            assert!(ink.width() < Ink::Own.width());
        }
    }
}
