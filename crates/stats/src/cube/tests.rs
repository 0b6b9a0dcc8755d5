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
