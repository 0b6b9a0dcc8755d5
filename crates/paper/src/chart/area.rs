//! Rectangles, and free places for labels among those already taken.

/// A rectangle in drawing units; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Area {
    pub(crate) const fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left, top, right, bottom }
    }

    pub(crate) fn around(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self::new(x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0)
    }

    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.left <= other.left && self.top <= other.top && self.right >= other.right && self.bottom >= other.bottom
    }
}

impl Area {
    /// The part of a convex polygon that lies within.
    pub(crate) fn clipped(&self, corners: &[(f64, f64)]) -> Vec<(f64, f64)> {
        // How far a point lies inside each of the four sides.
        let sides: [&dyn Fn((f64, f64)) -> f64; 4] =
            [&|(x, _)| x - self.left, &|(x, _)| self.right - x, &|(_, y)| y - self.top, &|(_, y)| self.bottom - y];
        let mut kept = corners.to_vec();
        for inside in sides {
            let mut next = Vec::with_capacity(kept.len() + 1);
            for (index, &to) in kept.iter().enumerate() {
                let from = kept[(index + kept.len() - 1) % kept.len()];
                let (before, after) = (inside(from), inside(to));
                if (before < 0.0) != (after < 0.0) {
                    let share = before / (before - after);
                    next.push((from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share));
                }
                if after >= 0.0 {
                    next.push(to);
                }
            }
            kept = next;
        }
        kept
    }
}

/// Finds free places within a frame.
pub(crate) struct Places {
    frame: Area,
    taken: Vec<Area>,
    /// Better left free, but only while a place nearby is to be had.
    disliked: Vec<Area>,
}

impl Places {
    pub(crate) const fn new(frame: Area) -> Self {
        Self { frame, taken: Vec::new(), disliked: Vec::new() }
    }

    pub(crate) fn take(&mut self, area: Area) {
        self.taken.push(area);
    }

    pub(crate) fn dislike(&mut self, area: Area) {
        self.disliked.push(area);
    }

    /// Takes the free place of this size nearest to (x, y): first beside it, then in widening rings.
    /// None if the frame is full.
    pub(crate) fn near(&mut self, x: f64, y: f64, width: f64, height: f64) -> Option<Area> {
        let clear = |area: &Area| !self.disliked.iter().any(|disliked| disliked.overlaps(area));
        let ring = |ring: u32, wanted: &dyn Fn(&Area) -> bool| {
            let gap = 10.0 + f64::from(ring) * 9.0;
            let (dx, dy) = (gap + width / 2.0, gap * 0.7 + height / 2.0);
            let offsets = [(dx, 0.0), (dx, -dy), (dx, dy), (-dx, -dy), (-dx, 0.0), (-dx, dy), (0.0, -dy), (0.0, dy)];
            offsets
                .into_iter()
                .map(|(right, down)| Area::around(x + right, y + down, width, height))
                .find(|area| self.is_free(area) && wanted(area))
        };
        let found = (0..3_u32).find_map(|number| ring(number, &clear));
        let found = found.or_else(|| (0..40_u32).find_map(|number| ring(number, &|_| true)));
        let found = found.or_else(|| self.first_free(width, height))?;
        self.take(found);
        Some(found)
    }

    /// Takes the first of `candidates` that is free, else the nearest free place to the first of them.
    pub(crate) fn prefer(&mut self, candidates: &[Area]) -> Option<Area> {
        if let Some(area) = candidates.iter().find(|area| self.is_free(area)) {
            self.take(*area);
            return Some(*area);
        }
        let first = candidates.first()?;
        let (x, y) = first.middle();
        self.near(x, y, first.width(), first.height())
    }

    fn is_free(&self, area: &Area) -> bool {
        self.frame.holds(area) && !self.taken.iter().any(|taken| taken.overlaps(area))
    }

    fn first_free(&self, width: f64, height: f64) -> Option<Area> {
        let mut top = self.frame.top;
        while top + height <= self.frame.bottom {
            let mut left = self.frame.left;
            while left + width <= self.frame.right {
                let area = Area::new(left, top, left + width, top + height);
                if self.is_free(&area) {
                    return Some(area);
                }
                left += 6.0;
            }
            top += 6.0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_areas_do_not_overlap() {
        let area = Area::new(0.0, 0.0, 10.0, 10.0);
        assert!(!area.overlaps(&Area::new(10.0, 0.0, 20.0, 10.0)));
        assert!(area.overlaps(&Area::new(9.9, 9.9, 20.0, 20.0)));
    }

    #[test]
    fn places_stay_in_the_frame_and_never_overlap_until_it_is_full() {
        let frame = Area::new(0.0, 0.0, 200.0, 100.0);
        let mut places = Places::new(frame);
        let mut found = Vec::new();
        while let Some(area) = places.near(100.0, 50.0, 50.0, 18.0) {
            assert!(frame.holds(&area));
            assert!(!found.iter().any(|other: &Area| other.overlaps(&area)));
            found.push(area);
        }
        assert!(found.len() >= 10, "{}", found.len());
    }

    #[test]
    fn polygons_are_clipped_at_the_sides() {
        let area = Area::new(0.0, 0.0, 10.0, 10.0);
        let square = |from: f64, to: f64| [(from, from), (to, from), (to, to), (from, to)];
        assert_eq!(area.clipped(&square(2.0, 4.0)), square(2.0, 4.0));
        assert!(area.clipped(&square(20.0, 30.0)).is_empty());
        let corner = area.clipped(&square(-5.0, 5.0));
        assert!(corner.iter().all(|(x, y)| (0.0..=5.0).contains(x) && (0.0..=5.0).contains(y)));
        assert!(corner.contains(&(0.0, 0.0)) && corner.contains(&(5.0, 5.0)));
        assert!(area.clipped(&[]).is_empty());
    }

    #[test]
    fn disliked_places_are_avoided_only_while_near_ones_are_free() {
        let mut places = Places::new(Area::new(0.0, 0.0, 200.0, 200.0));
        let line = Area::new(0.0, 99.0, 200.0, 101.0);
        places.dislike(line);
        assert!(!places.near(100.0, 100.0, 40.0, 16.0).unwrap().overlaps(&line));
        let mut places = Places::new(Area::new(0.0, 90.0, 200.0, 110.0));
        places.dislike(line);
        assert!(places.near(100.0, 100.0, 40.0, 16.0).unwrap().overlaps(&line));
    }

    #[test]
    fn a_preferred_place_is_used_when_free() {
        let mut places = Places::new(Area::new(0.0, 0.0, 100.0, 100.0));
        let wish = Area::new(0.0, 0.0, 20.0, 10.0);
        assert_eq!(places.prefer(&[wish]), Some(wish));
        let other = places.prefer(&[wish]).unwrap();
        assert!(!other.overlaps(&wish));
        assert_eq!(places.prefer(&[]), None);
    }
}
