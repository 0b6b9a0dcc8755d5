//! The normal distribution by additions, multiplications, divisions and square roots alone.
//!
//! Those are exact to the last bit on every machine, which logarithm and exponential of the system are not; the
//! synthetic population must have the same bytes everywhere.

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

/// √(2π).
const ROOT_OF_TWO_PI: f64 = 2.506_628_274_631_000_2;

/// e to the power of minus `x`, for `x` from 0 to 50.
fn exp_of_minus(x: f64) -> f64 {
    let small = x / 256.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..12 {
        term *= small / f64::from(k);
        sum += term;
    }
    for _ in 0..8 {
        sum *= sum;
    }
    1.0 / sum
}

/// Share of a standard normal population below `x`. Beyond ±7 it is 0 or 1.
pub(super) fn cdf(x: f64) -> f64 {
    if x.abs() > 7.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let mut term = x;
    let mut sum = x;
    let mut odd = 1.0;
    while term.abs() > 1e-17 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * exp_of_minus(x * x / 2.0) / ROOT_OF_TWO_PI
}

/// The value below which the share `p` of a standard normal population lies, for `p` above 0 and below 1.
pub(super) fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-7.0, 7.0);
    for _ in 0..48 {
        let middle = f64::midpoint(low, high);
        if cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// A standard normal draw, as the sum of twelve uniform ones less six.
pub(super) fn draw(random: &mut ChaCha20Rng) -> f64 {
    let sum: u64 = (0..12).map(|_| u64::from(random.next_u32())).sum();
    sum as f64 / 4_294_967_296.0 - 6.0
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn known_shares_and_quantiles_come_out() {
        for (x, share) in
            [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-1.96, 0.024_997_895_148_220), (3.0, 0.998_650_101_968_370)]
        {
            assert!((cdf(x) - share).abs() < 1e-13, "{x}");
            assert!((quantile(share) - x).abs() < 1e-9, "{share}");
        }
        assert_eq!((cdf(-8.0), cdf(8.0)), (0.0, 1.0));
    }

    #[test]
    fn draws_have_mean_nought_and_deviation_one() {
        let mut random = ChaCha20Rng::from_seed([7; 32]);
        let draws: Vec<f64> = (0..20_000).map(|_| draw(&mut random)).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
