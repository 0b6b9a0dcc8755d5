//! One division at the end, rounded once.

/// Integers up to this are exact in an `f64`.
const EXACT: u64 = 1 << 53;

/// The `f64` nearest to `numerator / denominator`; the denominator is from 1 to 2^127 − 1.
pub(crate) fn ratio(numerator: u128, denominator: u128) -> f64 {
    debug_assert!((1..1 << 127).contains(&denominator), "the denominator is in range");
    match (u64::try_from(numerator), u64::try_from(denominator)) {
        (Ok(numerator @ ..=EXACT), Ok(denominator @ ..=EXACT)) => numerator as f64 / denominator as f64,
        _ => divide_long(numerator, denominator),
    }
}

/// Binary long division until the quotient has more bits than an `f64` keeps; what is left only decides the rounding.
fn divide_long(numerator: u128, denominator: u128) -> f64 {
    if numerator == 0 {
        return 0.0;
    }
    let mut quotient = numerator / denominator;
    let mut rest = numerator % denominator;
    let mut scale = 1.0_f64;
    while quotient < 1 << 55 {
        rest <<= 1;
        quotient <<= 1;
        if rest >= denominator {
            rest -= denominator;
            quotient |= 1;
        }
        scale /= 2.0;
    }
    let sticky = u128::from(rest != 0);
    (quotient | sticky) as f64 * scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_numbers_divide_as_floats_do() {
        assert_eq!(ratio(1, 3).to_bits(), (1.0_f64 / 3.0).to_bits());
        assert_eq!(ratio(0, 7).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn large_numbers_are_rounded_to_the_nearest() {
        let odd = (1_u128 << 53) + 1;
        assert_eq!(ratio(odd, 1).to_bits(), 9_007_199_254_740_992.0_f64.to_bits(), "ties go to even");
        assert_eq!(ratio(3 * odd, 3).to_bits(), 9_007_199_254_740_992.0_f64.to_bits());
        assert_eq!(ratio(2 * odd + 1, 2).to_bits(), 9_007_199_254_740_994.0_f64.to_bits(), "just over a tie goes up");
        assert_eq!(ratio(0, 1 << 100).to_bits(), 0.0_f64.to_bits());
        assert_eq!(ratio(1, 1 << 100).to_bits(), 2.0_f64.powi(-100).to_bits());
        assert_eq!(ratio(u128::MAX, 1).to_bits(), 2.0_f64.powi(128).to_bits());
    }

    proptest! {
        #[test]
        fn the_long_way_gives_what_the_processor_gives(
            numerator in 0..=EXACT, denominator in 1..=EXACT,
        ) {
            let expected = numerator as f64 / denominator as f64;
            prop_assert_eq!(divide_long(u128::from(numerator), u128::from(denominator)).to_bits(), expected.to_bits());
        }

        #[test]
        fn a_common_factor_changes_nothing(
            numerator in 0..=1_u128 << 50, denominator in 1..=1_u128 << 50, factor in 1..=1_u128 << 70,
        ) {
            let plain = ratio(numerator, denominator);
            prop_assert_eq!(ratio(numerator * factor, denominator * factor).to_bits(), plain.to_bits());
        }
    }
}
