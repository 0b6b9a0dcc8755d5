//! What all benchmarks measure with: the CPU time of this process, not the time on the wall, which other processes
//! stretch.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time of this process so far, user and system, all threads.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = Duration::from_secs(time.tv_sec.unsigned_abs());
    seconds + Duration::from_nanos(time.tv_nsec.unsigned_abs())
}

/// The CPU time that `work` takes, and what it gives.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = cpu_time();
    let result = work();
    (cpu_time().saturating_sub(start), result)
}

/// The CPU time of one run of `work` in the middle of `runs` runs (at least 1).
pub fn median_of<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..runs.max(1)).map(|_| timed(|| std::hint::black_box(work())).0).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_costs_time_and_gives_its_result() {
        let (time, sum) = timed(|| (0..10_000_000_u64).fold(0, |sum: u64, number| sum.rotate_left(7) ^ number));
        assert!(time > Duration::ZERO && sum != 0);
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
}
