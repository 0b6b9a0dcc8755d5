use proptest::prelude::*;

use super::*;

fn cube() -> Cube {
    Cube::new(Shape::new(2, 3, 5).unwrap())
}

#[test]
fn a_row_is_counted_in_its_cell_at_its_total() {
    let mut cube = cube();
    cube.add(1, &[1, 5, 2]).unwrap();
    assert_eq!(cube.members(), 1);
    assert_eq!(cube.slice([0]).unwrap().members(), 0);
    let slice = cube.slice([1]).unwrap();
    assert_eq!(slice.totals().counts().find(|&(_, count)| count > 0), Some((8, 1)));
}

#[test]
fn a_row_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut cube = cube();
    let refused = [
        (cube.add(2, &[1, 1, 1]), CubeError::Cell(2)),
        (cube.add(0, &[1, 1]), CubeError::Items(2)),
        (cube.add(0, &[1, 1, 1, 1]), CubeError::Items(4)),
        (cube.add(0, &[1, 0, 1]), CubeError::Level { item: 1, level: 0 }),
        (cube.add(0, &[1, 1, 6]), CubeError::Level { item: 2, level: 6 }),
        (cube.add(0, &[255, 255, 255]), CubeError::Level { item: 0, level: 255 }),
        (cube.remove(2, &[1, 1, 1]), CubeError::Cell(2)),
        (cube.remove(0, &[1, 1]), CubeError::Items(2)),
        (cube.remove(0, &[1, 6, 1]), CubeError::Level { item: 1, level: 6 }),
    ];
    for (result, error) in refused {
        assert_eq!(result, Err(error));
    }
    assert_eq!(cube, self::cube());
}

#[test]
fn a_row_that_was_never_there_cannot_be_taken_away() {
    let mut cube = cube();
    cube.add(0, &[1, 2, 3]).unwrap();
    let before = cube.clone();
    for (cell, row) in [(1, [1, 2, 3]), (0, [1, 2, 4]), (0, [1, 3, 2]), (0, [3, 2, 1]), (0, [2, 2, 2])] {
        assert_eq!(cube.remove(cell, &row), Err(CubeError::Absent));
        assert_eq!(cube, before);
    }
    cube.remove(0, &[1, 2, 3]).unwrap();
    assert_eq!(cube, self::cube());
}

#[test]
fn a_full_cube_takes_no_more() {
    let shape = Shape::new(1, 1, 2).unwrap();
    let mut cube = Cube::of_counts(shape, u32::MAX, vec![u32::MAX, 0, 0, 0]);
    assert_eq!(cube.members(), crate::MAX_MEMBERS);
    assert_eq!(cube.add(0, &[2]), Err(CubeError::Full));
    let mut one = Cube::new(shape);
    one.add(0, &[2]).unwrap();
    assert_eq!(cube.merge(&one), Err(CubeError::Full));
    assert_eq!(cube, Cube::of_counts(shape, u32::MAX, vec![u32::MAX, 0, 0, 0]));
    cube.remove(0, &[1]).unwrap();
    cube.merge(&one).unwrap();
    assert_eq!(cube.whole().totals().counts().collect::<Vec<_>>(), [(1, crate::MAX_MEMBERS - 1), (2, 1)]);
}

#[test]
fn cubes_of_other_shapes_are_not_merged() {
    let other = Shape::new(2, 3, 4).unwrap();
    let error = cube().merge(&Cube::new(other)).unwrap_err();
    assert_eq!(error, CubeError::Shapes(cube().shape(), other));
    assert_eq!(error.to_string(), "a cube of 2 × 3 × 5 (cells, items, levels) cannot take one of 2 × 3 × 4");
}

#[test]
fn a_slice_names_each_cell_once() {
    assert_eq!(cube().slice([0, 1, 0]), Err(CubeError::Repeated(0)));
    assert_eq!(cube().slice([1, 2]), Err(CubeError::Cell(2)));
}

proptest! {
    #[test]
    fn many_rows_at_once_are_those_counted_one_by_one(
        cells in 1_usize..4,
        items in 1_usize..40,
        levels in 2_usize..7,
        seed in any::<u64>(),
        rows in 0_usize..700,
    ) {
        let shape = Shape::new(cells, items, levels).unwrap();
        let mut state = seed;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let rows: Vec<(usize, Vec<u8>)> = (0..rows)
            .map(|_| {
                // Rows much alike, so that bytes fill up.
                let usual = next(levels);
                let level = |rare: usize| u8::try_from(1 + if rare == 0 { usual } else { 0 }).unwrap();
                (next(cells), (0..items).map(|_| level(next(3))).collect())
            })
            .collect();
        let mut one_by_one = Cube::new(shape);
        for (cell, row) in &rows {
            one_by_one.add(*cell, row).unwrap();
        }
        let together = Cube::of_rows(shape, rows.iter().map(|(cell, row)| (*cell, row.as_slice()))).unwrap();
        prop_assert_eq!(together, one_by_one);
    }
}

#[test]
fn more_equal_rows_than_a_byte_counts_are_all_counted() {
    let shape = Shape::new(1, 25, 5).unwrap();
    for level in 1..=5 {
        let row = [level; 25];
        let cube = Cube::of_rows(shape, std::iter::repeat_n((0, row.as_slice()), 1_000)).unwrap();
        let total = 25 * u64::from(level);
        assert_eq!(cube.whole().totals().mean(), Some(total as f64));
        assert_eq!(cube.members(), 1_000);
    }
}

#[test]
fn one_wrong_row_among_many_is_refused_as_it_would_be_alone() {
    for items in [24, 25, 27, 32] {
        let shape = Shape::new(2, items, 5).unwrap();
        let good = vec![3; items];
        let refused = |cell: usize, row: &[u8]| {
            let rows = [(0, good.as_slice()), (cell, row), (1, good.as_slice())];
            let alone = Cube::new(shape).add(cell, row).unwrap_err();
            assert_eq!(Cube::of_rows(shape, rows), Err(alone));
        };
        refused(2, &good);
        refused(0, &good[1..]);
        refused(0, &[]);
        refused(0, &vec![3; items + 1]);
        for item in 0..items {
            for wrong in [0, 6, 7, 127, 128, 129, 134, 250, 255] {
                let mut row = good.clone();
                row[item] = wrong;
                refused(1, &row);
            }
        }
    }
}
