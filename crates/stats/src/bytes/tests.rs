use super::*;
use proptest::prelude::*;

/// One row in the second of three cells.
fn cube() -> Cube {
    let mut cube = Cube::new(Shape::new(3, 2, 3).unwrap());
    cube.add(1, &[3, 1]).unwrap();
    cube
}

/// A cube's bytes with this body and a right checksum.
fn with_body(body: &[u8]) -> Vec<u8> {
    let mut bytes = cube().to_bytes()[..HEADER].to_vec();
    bytes.extend_from_slice(body);
    sealed(bytes)
}

fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = fnv1a(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

fn what(body: &[u8]) -> &'static str {
    match Cube::from_bytes(&with_body(body)) {
        Err(BytesError::Counts { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_form_is_as_described() {
    let bytes = cube().to_bytes();
    let (body, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
    // Totals 2 to 6 in 3 cells: 7 without rows, one row (levels 3 and 1), 7 without.
    assert_eq!(body, b"cube\x01\x03\x00\x02\x03\x00\x07\x01\x00\x00\x01\x00\x00\x07");
    assert_eq!(checksum, fnv1a(body).to_le_bytes());
    assert_eq!(Cube::from_bytes(&bytes), Ok(cube()));
}

#[test]
fn the_hash_is_the_published_one() {
    assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
}

#[test]
fn an_empty_cube_is_short_whatever_its_size() {
    let empty = Cube::new(Shape::new(54, 27, 5).unwrap());
    assert_eq!(empty.to_bytes().len(), HEADER + 3 + CHECKSUM);
    assert_eq!(Cube::from_bytes(&empty.to_bytes()), Ok(empty));
}

#[test]
fn bytes_cut_off_anywhere_are_refused() {
    let bytes = cube().to_bytes();
    for end in 0..bytes.len() {
        assert!(Cube::from_bytes(&bytes[..end]).is_err(), "{end} bytes");
    }
}

#[test]
fn a_change_of_any_byte_is_refused() {
    let bytes = cube().to_bytes();
    for at in 0..bytes.len() {
        for change in 1..=255 {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            assert!(Cube::from_bytes(&changed).is_err(), "byte {at} ^ {change}");
        }
    }
}

#[test]
fn foreign_and_newer_bytes_are_told_apart() {
    let changed = |at: usize, to: u8| {
        let mut bytes = cube().to_bytes();
        bytes[at] = to;
        let end = bytes.len() - CHECKSUM;
        bytes.truncate(end);
        Cube::from_bytes(&sealed(bytes))
    };
    assert_eq!(changed(0, b'C'), Err(BytesError::Foreign));
    assert_eq!(changed(4, 2), Err(BytesError::Version(2)));
    assert_eq!(changed(8, 1), Err(BytesError::Shape(ShapeError::Levels(1))));
    assert_eq!(Cube::from_bytes(&[b'x'; 100]), Err(BytesError::Foreign));
}

#[test]
fn counts_that_no_population_has_are_refused() {
    assert_eq!(what(&[0, 7, 1, 0, 0, 2, 0, 0, 7]), "an item has more levels than rows");
    assert_eq!(what(&[0, 7, 1, 0, 0, 0, 1, 0, 7]), "the levels do not add up to the total");
    // In total 2 of two cells: as many rows as there may be, both items at level 1.
    let most = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let full = [&most[..], &most, &[0], &most, &[0]].concat();
    assert_eq!(what(&[&full[..], &[0, 4], &full, &[0, 9]].concat()), "too many rows");
}

#[test]
fn the_same_counts_in_another_form_are_refused() {
    assert_eq!(what(&[0, 3, 0, 4, 1, 0, 0, 1, 0, 0, 7]), "a run has the wrong length", "two runs for one");
    assert_eq!(what(&[0, 0, 0, 15]), "a run has the wrong length", "a run of none");
    assert_eq!(what(&[0, 16]), "a run has the wrong length", "a run past the end");
    assert_eq!(what(&[0, 0x8f, 0]), "a number is not in its shortest form");
    assert_eq!(what(&[0, 0xff, 0xff, 0xff, 0xff, 0x1f]), "a number exceeds 32 bits");
    assert_eq!(what(&[0x80; 6]), "a number exceeds 32 bits");
    assert_eq!(what(&[0, 15, 0]), "bytes are left over");
    assert_eq!(Cube::from_bytes(&with_body(&[0, 7])), Err(BytesError::Short));
    assert_eq!(Cube::from_bytes(&with_body(&[0, 7, 0x80])), Err(BytesError::Short));
}

proptest! {
    #[test]
    fn any_bytes_are_a_cube_in_its_one_form_or_refused(
        body in prop::collection::vec(prop_oneof![3 => 0_u8..4, 1 => any::<u8>()], 0..40),
    ) {
        let bytes = with_body(&body);
        if let Ok(cube) = Cube::from_bytes(&bytes) {
            prop_assert_eq!(cube.to_bytes(), bytes);
        }
    }
}
