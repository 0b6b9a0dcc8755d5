use super::*;

/// The distribution of these values from 1 to 10.
fn of(values: &[u32]) -> Distribution {
    let mut counts = [0; 10];
    for &value in values {
        counts[value as usize - 1] += 1;
    }
    Distribution::new(1, &counts).unwrap()
}

fn assert_near(actual: Option<f64>, expected: f64) {
    let actual = actual.unwrap();
    assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
}

/// Ten members, three of them tied where the top third ends: n/3 = 10/3 = 1 + 3 × 7/9.
const TIED: [u32; 10] = [10, 9, 9, 9, 8, 7, 6, 5, 4, 3];

#[test]
fn members_tied_at_the_cut_share_the_weight_that_is_left() {
    let tied = of(&TIED);
    let cut = tied.top_third().unwrap();
    assert_eq!(cut, Cut { value: 9, above: 1, equal: 3, members: 10 });
    assert_near(Some(cut.weight()), 7.0 / 9.0);
    assert_eq!(tied.top_third_mean(), Some(9.3), "(10 + 7/9 × 27) ÷ 10/3");
}

#[test]
fn a_third_that_ends_between_members_takes_part_of_the_next() {
    assert_eq!(of(&[1, 2, 3, 4]).top_third_mean(), Some(3.75), "(4 + 1/3 × 3) ÷ 4/3");
    assert_eq!(of(&[1, 2, 3, 4]).top_third().unwrap().weight().to_bits(), (1.0_f64 / 3.0).to_bits());
    assert_eq!(of(&[1, 2, 3, 4, 5]).top_third_mean(), Some(4.6), "(5 + 2/3 × 4) ÷ 5/3");
}

#[test]
fn a_third_that_ends_at_a_member_takes_just_that_one() {
    let six = of(&[1, 2, 3, 4, 5, 6]);
    assert_eq!(six.top_third(), Some(Cut { value: 5, above: 1, equal: 1, members: 6 }));
    assert_eq!(six.top_third().unwrap().weight().to_bits(), 1.0_f64.to_bits());
    assert_eq!(six.top_third_mean(), Some(5.5));
}

#[test]
fn the_top_third_skips_values_that_nobody_has() {
    let gap = of(&[2, 2, 2, 2, 9, 2, 2, 2, 2]);
    assert_eq!(gap.top_third(), Some(Cut { value: 2, above: 1, equal: 8, members: 9 }));
    assert_near(gap.top_third_mean(), (9.0 + 2.0 * 2.0) / 3.0);
}

#[test]
fn one_member_is_its_own_top_third_and_has_no_deviation() {
    let one = of(&[5]);
    assert_eq!((one.mean(), one.standard_deviation()), (Some(5.0), Some(0.0)));
    assert_eq!(one.top_third_mean(), Some(5.0));
    assert_eq!(one.top_third().unwrap().weight().to_bits(), (1.0_f64 / 3.0).to_bits());
    assert_eq!(
        (one.percentile_of(4), one.percentile_of(5), one.percentile_of(6)),
        (Some(0.0), Some(50.0), Some(100.0))
    );
    assert_eq!((one.deviation_value(5), one.skewness(), one.excess_kurtosis()), (None, None, None));
    assert_eq!((one.quantile(0, 1), one.quantile(1, 2), one.quantile(1, 1)), (Some(5), Some(5), Some(5)));
}

#[test]
fn of_two_members_the_higher_is_the_top_third() {
    let two = of(&[3, 7]);
    assert_eq!(two.top_third_mean(), Some(7.0));
    assert_eq!(two.top_third().unwrap().weight().to_bits(), (2.0_f64 / 3.0).to_bits());
    assert_eq!((two.mean(), two.standard_deviation()), (Some(5.0), Some(2.0)));
    assert_eq!((two.deviation_value(3), two.deviation_value(7)), (Some(40.0), Some(60.0)));
    assert_eq!((two.skewness(), two.excess_kurtosis()), (Some(0.0), Some(-2.0)));
}

#[test]
fn nobody_has_no_figures() {
    let nobody = of(&[]);
    assert_eq!(nobody.members(), 0);
    let figures = [
        nobody.mean(),
        nobody.standard_deviation(),
        nobody.skewness(),
        nobody.excess_kurtosis(),
        nobody.percentile_of(5),
        nobody.deviation_value(5),
        nobody.top_third_mean(),
    ];
    assert_eq!(figures, [None; 7]);
    assert_eq!((nobody.top_third(), nobody.quantile(1, 2)), (None, None));
    assert_eq!(nobody.histogram(NonZeroU32::MIN).len(), 10);
}

#[test]
fn mean_and_deviation_divide_by_all_members() {
    let tied = of(&TIED);
    assert_eq!(tied.mean(), Some(7.0));
    assert_near(tied.standard_deviation(), 5.2_f64.sqrt());
    assert_near(tied.deviation_value(10), 50.0 + 30.0 / 5.2_f64.sqrt());
    assert_eq!(tied.deviation_value(7), Some(50.0));
    assert_near(tied.deviation_value(0), 50.0 - 70.0 / 5.2_f64.sqrt());
}

#[test]
fn skewness_and_kurtosis_are_those_of_a_biased_coin() {
    let coin = of(&[1, 1, 1, 2]);
    assert_near(coin.skewness(), 0.5 / 0.1875_f64.sqrt());
    assert_near(coin.excess_kurtosis(), -2.0 / 3.0);
    assert_near(of(&[2, 2, 2, 1]).skewness(), -0.5 / 0.1875_f64.sqrt());
}

#[test]
fn a_percentile_counts_half_of_the_equal_ones() {
    let tied = of(&TIED);
    let standing: Vec<_> = [0, 2, 3, 9, 10, 11, u32::MAX].map(|value| tied.percentile_of(value).unwrap()).into();
    assert_eq!(standing, [0.0, 0.0, 5.0, 75.0, 95.0, 100.0, 100.0]);
}

#[test]
fn a_quantile_is_the_least_value_that_the_share_does_not_exceed() {
    let tied = of(&TIED);
    assert_eq!(tied.quantile(0, 1), Some(3));
    assert_eq!(tied.quantile(1, 10), Some(3));
    assert_eq!(tied.quantile(11, 100), Some(4));
    assert_eq!(tied.quantile(1, 2), Some(7), "the lower median");
    assert_eq!(tied.quantile(7, 10), Some(9));
    assert_eq!(tied.quantile(100, 100), Some(10));
    assert_eq!((tied.quantile(2, 1), tied.quantile(0, 0)), (None, None));
}

#[test]
fn bins_start_at_the_lowest_possible_value_and_end_at_the_highest() {
    let bins = of(&TIED).histogram(NonZeroU32::new(4).unwrap());
    let shown: Vec<_> = bins.iter().map(|bin| (bin.first, bin.last, bin.members)).collect();
    assert_eq!(shown, [(1, 4, 2), (5, 8, 4), (9, 10, 4)]);
    let single = of(&TIED).histogram(NonZeroU32::MAX);
    assert_eq!(single, [Bin { first: 1, last: 10, members: 10 }]);
}

#[test]
fn counts_come_back_with_their_values() {
    let counts: Vec<_> = of(&[1, 10, 10]).counts().filter(|&(_, count)| count > 0).collect();
    assert_eq!(counts, [(1, 1), (10, 2)]);
    assert_eq!((of(&[]).lowest(), of(&[]).highest()), (1, 10));
}

#[test]
fn counts_beyond_the_limits_are_refused() {
    assert_eq!(Distribution::new(0, &[]), Err(DistributionError::Values(0)));
    assert_eq!(Distribution::new(0, &[0; 514]), Err(DistributionError::Values(514)));
    assert_eq!(Distribution::new(u32::MAX, &[1, 1]), Err(DistributionError::Lowest(u32::MAX)));
    assert_eq!(Distribution::new(0, &[MAX_MEMBERS, 1]), Err(DistributionError::Members));
    assert_eq!(Distribution::new(0, &[u64::MAX, u64::MAX]), Err(DistributionError::Members));
}

#[test]
fn the_largest_population_overflows_nothing() {
    let mut counts = [0; MAX_VALUES];
    counts[0] = MAX_MEMBERS / 2 + 1;
    counts[MAX_VALUES - 1] = MAX_MEMBERS / 2;
    let lowest = u32::MAX - 512;
    let halves = Distribution::new(lowest, &counts).unwrap();
    let half = f64::from(lowest) + 256.0;
    assert!((halves.mean().unwrap() - half).abs() < 1e-6);
    assert!((halves.standard_deviation().unwrap() - 256.0).abs() < 1e-6);
    assert!(halves.skewness().unwrap().abs() < 1e-6);
    assert!((halves.excess_kurtosis().unwrap() + 2.0).abs() < 1e-6);
    assert_eq!(halves.top_third_mean(), Some(f64::from(u32::MAX)));
    assert_eq!(halves.quantile(u32::MAX, u32::MAX), Some(u32::MAX));
    assert!((halves.deviation_value(0).unwrap() - (50.0 - 10.0 * half / 256.0)).abs() < 1.0);
}
