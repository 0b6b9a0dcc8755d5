//! Labels on a line, pushed apart as little as possible.

/// A label on a line: where its middle would best be, and how long it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) middle: f64,
    pub(crate) length: f64,
}

/// Middles for all `wishes`, in their order of `middle` (ties keep their order), without overlap and within
/// `low..=high`, moved as little as possible (least squares). If they do not all fit they are packed from `low`.
/// The answer is in the order of `wishes`.
pub(crate) fn spread(wishes: &[Wish], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|a, b| wishes[*a].middle.total_cmp(&wishes[*b].middle));

    // Where each would start if all before it stood packed at zero: then only the order has to be kept.
    let mut packed = Vec::with_capacity(order.len());
    let mut length = 0.0;
    for &index in &order {
        packed.push(length + wishes[index].length / 2.0);
        length += wishes[index].length + gap;
    }
    let room = (high - low - (length - gap)).max(0.0);
    let starts = monotone(order.iter().zip(&packed).map(|(&index, middle)| wishes[index].middle - middle));

    let mut middles = vec![low; wishes.len()];
    for ((&index, middle), start) in order.iter().zip(&packed).zip(starts) {
        middles[index] = start.clamp(low, low + room) + middle;
    }
    middles
}

/// The non-decreasing sequence nearest to `values`: neighbours in the wrong order are pooled into their mean.
fn monotone(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for value in values {
        let mut pool = (value, 1);
        while let Some(&(mean, count)) = pools.last()
            && mean > pool.0
        {
            pools.pop();
            pool = ((mean * count as f64 + pool.0 * pool.1 as f64) / (count + pool.1) as f64, count + pool.1);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(mean, count)| std::iter::repeat_n(mean, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(middles: &[f64]) -> Vec<Wish> {
        middles.iter().map(|&middle| Wish { middle, length: 10.0 }).collect()
    }

    #[test]
    fn labels_with_room_do_not_move() {
        assert_eq!(spread(&wishes(&[10.0, 50.0, 90.0]), 2.0, 0.0, 100.0), [10.0, 50.0, 90.0]);
    }

    #[test]
    fn labels_on_one_spot_part_evenly() {
        assert_eq!(spread(&wishes(&[50.0, 50.0]), 2.0, 0.0, 100.0), [44.0, 56.0]);
        assert_eq!(spread(&wishes(&[50.0, 50.0, 50.0]), 2.0, 0.0, 100.0), [38.0, 50.0, 62.0]);
    }

    #[test]
    fn labels_keep_their_order_and_the_bounds() {
        assert_eq!(spread(&wishes(&[3.0, 1.0]), 0.0, 0.0, 100.0), [15.0, 5.0]);
        assert_eq!(spread(&wishes(&[99.0, 98.0]), 0.0, 0.0, 100.0), [95.0, 85.0]);
        assert_eq!(spread(&[], 0.0, 0.0, 100.0), Vec::<f64>::new());
    }

    #[test]
    fn many_arbitrary_labels_never_overlap() {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        for _ in 0..500 {
            let count = super::super::draw::count(next() * 20.0);
            let wishes: Vec<Wish> =
                (0..count).map(|_| Wish { middle: next() * 300.0 - 50.0, length: 4.0 + next() * 5.0 }).collect();
            let middles = spread(&wishes, 0.5, 0.0, 200.0);
            let mut spans: Vec<(f64, f64)> =
                wishes.iter().zip(&middles).map(|(w, m)| (m - w.length / 2.0, m + w.length / 2.0)).collect();
            spans.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-9));
            assert!(spans.iter().all(|span| span.0 >= -1e-9 && span.1 <= 200.0 + 1e-9));
        }
    }
}
