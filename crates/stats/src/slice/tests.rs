use crate::{Cube, Shape};

fn cube(rows: &[(usize, [u8; 2])]) -> Cube {
    let mut cube = Cube::new(Shape::new(3, 2, 5).unwrap());
    for (cell, row) in rows {
        cube.add(*cell, row).unwrap();
    }
    cube
}

#[test]
fn item_means_of_the_top_third_use_the_weights_of_the_total() {
    // n/3 = 4/3: the 10 counts fully, the two 9s by (4/3 − 1)/2 = 1/6 each.
    let slice = cube(&[(0, [5, 5]), (0, [5, 4]), (0, [5, 4]), (0, [1, 1])]).whole();
    assert_eq!(slice.totals().top_third_mean(), Some(9.75));
    assert_eq!(slice.top_third_item_means(), Some(vec![5.0, 4.75]));
}

#[test]
fn tied_members_with_different_items_weigh_the_same() {
    let slice = cube(&[(0, [5, 1]), (0, [1, 5]), (0, [3, 3])]).whole();
    assert_eq!(slice.top_third_item_means(), Some(vec![3.0, 3.0]));
}

#[test]
fn one_member_is_the_top_third_of_each_item() {
    let slice = cube(&[(2, [2, 5])]).whole();
    assert_eq!(slice.top_third_item_means(), Some(vec![2.0, 5.0]));
}

#[test]
fn items_have_their_own_distributions() {
    let slice = cube(&[(0, [5, 1]), (1, [4, 1]), (2, [4, 2])]).whole();
    let means: Vec<_> = slice.items().map(|item| item.mean().unwrap()).collect();
    assert_eq!(means, [13.0 / 3.0, 4.0 / 3.0]);
    let first = slice.item(0).unwrap();
    assert_eq!(first.counts().collect::<Vec<_>>(), [(1, 0), (2, 0), (3, 0), (4, 2), (5, 1)]);
    assert_eq!(slice.items().next(), Some(first));
    assert_eq!(slice.item(2), None);
}

#[test]
fn a_slice_counts_only_the_chosen_cells() {
    let cube = cube(&[(0, [5, 1]), (1, [4, 1]), (2, [4, 2])]);
    let slice = cube.slice([2, 0]).unwrap();
    assert_eq!(slice.members(), 2);
    assert_eq!(slice.totals().mean(), Some(6.0));
    assert_eq!(slice, cube.slice([0, 2]).unwrap());
}

#[test]
fn a_slice_of_nobody_has_no_figures() {
    for nobody in [cube(&[]).whole(), cube(&[(0, [1, 1])]).slice([]).unwrap()] {
        assert_eq!((nobody.members(), nobody.totals().mean()), (0, None));
        assert_eq!(nobody.top_third_item_means(), None);
        assert_eq!(nobody.items().map(|item| item.mean()).collect::<Vec<_>>(), [None, None]);
    }
    assert_eq!(cube(&[]).whole(), cube(&[]).slice([]).unwrap());
}
