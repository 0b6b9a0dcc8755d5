//! What all benchmarks measure with. Work within the process is held by its CPU time, not by the time on the wall, which
//! other processes stretch; what a person waits for is held by the wall.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_nanos(time.tv_nsec.unsigned_abs())
}

/// CPU time of this process so far, user and system, all threads.
#[must_use]
pub fn cpu_time() -> Duration {
    read(ClockId::ProcessCPUTime)
}

/// Time on the wall since some moment that stays the same.
#[must_use]
pub fn wall_time() -> Duration {
    read(ClockId::Monotonic)
}

/// The CPU time that `work` takes, and what it gives.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = cpu_time();
    let result = work();
    (cpu_time().saturating_sub(start), result)
}

/// The time on the wall that `work` takes, and what it gives.
pub fn waited<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = wall_time();
    let result = work();
    (wall_time().saturating_sub(start), result)
}

/// The CPU time of one run of `work` in the middle of `runs` runs (at least 1).
pub fn median_of<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let times: Vec<Duration> = (0..runs.max(1)).map(|_| timed(|| std::hint::black_box(work())).0).collect();
    Times::of(times).at(50)
}

/// Times in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Times that came in any order.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The least time that `percent` (0 to 100) of all do not exceed; zero where there are none.
    #[must_use]
    pub fn at(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_costs_time_and_gives_its_result() {
        let work = || (0..10_000_000_u64).fold(0, |sum: u64, number| sum.rotate_left(7) ^ number);
        let (time, sum) = timed(work);
        assert!(time > Duration::ZERO && sum != 0);
        let (time, same) = waited(work);
        assert!(time > Duration::ZERO && same == sum);
    }

    #[test]
    fn the_median_leaves_out_the_odd_slow_run() {
        let mut runs = 0;
        let spin = |rounds: u64| (0..rounds).fold(1, |sum: u64, number| std::hint::black_box(sum ^ number));
        let median = median_of(5, || {
            runs += 1;
            spin(if runs == 1 { 20_000_000 } else { 1 })
        });
        assert_eq!(runs, 5);
        assert!(median < timed(|| spin(20_000_000)).0);
    }

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times = Times::of((1..=200).rev().map(Duration::from_millis).collect());
        let at = [0, 50, 99, 100].map(|percent| times.at(percent).as_millis());
        assert_eq!(at, [1, 100, 198, 200]);
        assert_eq!(Times::of((1..=3).map(Duration::from_millis).collect()).at(50).as_millis(), 2);
        assert_eq!(Times::of(Vec::new()).at(99), Duration::ZERO);
    }
}
