//! Where something ends: the last size, the first character, the longest list.
#![cfg(test)]

use serde_json::json;
use tlog::{
    Checkpoint, Error, Frontier, Hash, Node, Note, Range, Signature, Signer, Verifier, canonical, consistency_ranges,
    fold, inclusion_ranges, leaf_hash, node_hash, read_proof, verify_consistency, verify_inclusion, write_proof,
};

fn hash(seed: u8) -> Hash {
    leaf_hash(&[seed])
}

/// SHA-256 of nothing at all, as published.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn a_hash_is_sixty_four_small_digits() {
    let empty = Frontier::default().root();
    assert_eq!((empty.to_hex(), format!("{empty:?}")), (NOTHING.to_owned(), NOTHING.to_owned()));
    assert_eq!(Hash::from_hex(NOTHING), Ok(empty));
    // RFC 6962: the leaf with nothing in it.
    let leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(leaf_hash(b"").to_hex(), leaf);
    let digits = (0..=255_u8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    for piece in digits.as_bytes().chunks(64) {
        let piece = std::str::from_utf8(piece).unwrap();
        assert_eq!(Hash::from_hex(piece).unwrap().to_hex(), piece);
    }
    for bad in [&NOTHING[1..], &NOTHING.to_uppercase(), &NOTHING.replace('e', "g"), &NOTHING.replace('e', "`"), ""] {
        assert_eq!(Hash::from_hex(bad), Err(Error::Malformed("hash")), "{bad}");
    }
}

#[test]
fn only_what_must_be_is_escaped() {
    assert_eq!(canonical(&json!(" !~\u{1f}\u{10}\u{1}")).unwrap(), "\" !~\\u001f\\u0010\\u0001\"");
    assert_eq!(canonical(&json!(-9_007_199_254_740_991_i64)).unwrap(), "-9007199254740991");
    assert!(canonical(&json!(-9_007_199_254_740_992_i64)).is_err());
}

#[test]
fn a_checkpoint_has_a_plain_size_up_to_two_to_the_62() {
    let text = |size: &str| format!("a\n{size}\n{}\n", "AAAA".repeat(10) + "AAA=");
    for (size, number) in [("0", 0), ("1", 1), ("10", 10), ("4611686018427387904", 1 << 62)] {
        assert_eq!(Checkpoint::parse(&text(size)).map(|found| found.size), Ok(number));
    }
    for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "1x", "4611686018427387905", "18446744073709551616"] {
        assert!(Checkpoint::parse(&text(bad)).is_err(), "{bad}");
    }
    assert_eq!(Checkpoint::parse(&(text("1") + "more\nlines\n")).map(|found| found.size), Ok(1));
    assert!(Checkpoint::parse(&(text("1") + "\nmore\n")).is_err());
    for root in ["AAAA", "!", &("AAAA".repeat(11))] {
        assert!(Checkpoint::parse(&format!("a\n1\n{root}\n")).is_err(), "{root}");
    }
}

#[test]
fn names_of_keys_have_no_plus_and_no_white_space() {
    for bad in ["", "a b", "a+b", "a\n", "a\u{7}", "a\u{3000}b"] {
        assert!(Signer::log(bad, &[1; 32]).is_err() && Signer::witness(bad, &[1; 32]).is_err(), "{bad:?}");
    }
    let log = Signer::log("羅針.example/log", &[1; 32]).unwrap();
    let witness = Signer::witness("羅針.example/log", &[1; 32]).unwrap();
    assert!(!log.verifier().is_witness() && witness.verifier().is_witness());
    // The same key in another part is another key.
    assert_ne!(log.verifier().id(), witness.verifier().id());
    assert_eq!((log.name(), witness.verifier().name()), ("羅針.example/log", "羅針.example/log"));
    for signer in [&log, &witness] {
        let other = signer.named("other").unwrap();
        assert_eq!(other.name(), "other");
        assert_eq!(other.verifier(), signer.verifier().named("other").unwrap());
        assert_ne!(other.verifier().id(), signer.verifier().id());
        assert_eq!(Signer::parse(&other.secret_text()).unwrap().verifier(), other.verifier());
        assert_eq!(Verifier::parse(&other.verifier().to_string()), Ok(other.verifier()));
        assert!(signer.named("a b").is_err() && signer.verifier().named("").is_err());
        assert!(Signer::parse(&signer.secret_text()["PRIVATE+KEY+".len()..]).is_err());
    }
}

#[test]
fn a_note_has_one_to_a_hundred_signatures_and_no_control_characters() {
    let line = "— a AAAAAAA=\n";
    for (count, fine) in [(0, false), (1, true), (100, true), (101, false)] {
        assert_eq!(Note::parse(&format!("text\n\n{}", line.repeat(count))).is_ok(), fine, "{count}");
    }
    for (text, fine) in [("a b", true), ("a\tb", false), ("a\u{1f}b", false), ("a\u{fffd}b", false), ("a\u{7f}b", true)]
    {
        assert_eq!(Note::parse(&format!("{text}\n\n{line}")).is_ok(), fine, "{text:?}");
    }
    let two = Note::parse(&format!("one\n\ntwo\n\n{line}")).unwrap();
    assert_eq!((two.text.as_str(), two.to_string()), ("one\n\ntwo\n", format!("one\n\ntwo\n\n{line}")));
    let signature = Signature::parse("— a AAAAAQI=").unwrap();
    assert_eq!((signature.name.as_str(), signature.key_id, signature.bytes), ("a", 1, vec![2]));
    for bad in ["— a AAAAAQ==", "— a AAAA", "a AAAAAQI=", "— a", "— a+b AAAAAQI=", "— a !"] {
        assert!(Signature::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_signature_counts_by_name_and_number_of_its_key() {
    let (one, other) = (Signer::log("a", &[1; 32]).unwrap(), Signer::log("a", &[2; 32]).unwrap());
    let note = Note::signed("text\n", &one);
    assert_eq!(other.verifier().verify(&note), Err(Error::NotSigned("a".into())));
    // Another name with the right number.
    let mut renamed = note.clone();
    renamed.signatures[0].name = "b".into();
    assert_eq!(one.verifier().verify(&renamed), Err(Error::NotSigned("a".into())));
    // A witness whose moment is cut off, a log with a moment before it.
    let witness = Signer::witness("w", &[3; 32]).unwrap();
    let mut signed = Note { text: "text\n".into(), signatures: vec![witness.sign("text\n", 5)] };
    assert_eq!(witness.verifier().verify(&signed), Ok(5));
    signed.signatures[0].bytes.truncate(7);
    assert_eq!(witness.verifier().verify(&signed), Err(Error::BadSignature("w".into())));
    let mut timed = note;
    timed.signatures[0].bytes.splice(0..0, [0; 8]);
    assert!(one.verifier().verify(&timed).is_err());
}

#[test]
fn trees_are_put_together_of_what_fits() {
    assert_eq!(Frontier::of(3, vec![hash(1)]), Err(Error::WrongShape));
    assert_eq!(Frontier::of(3, vec![hash(1), hash(2)]).map(|tree| (tree.size(), tree.roots().len())), Ok((3, 2)));
    assert_eq!(fold(&[]), Err(Error::WrongShape));
    assert_eq!(fold(&[hash(1)]), Ok(hash(1)));
    assert_eq!(fold(&[hash(1), hash(2)]), Ok(node_hash(&hash(1), &hash(2))));
    assert_eq!(fold(&[hash(1), hash(2), hash(3)]), Err(Error::WrongShape));
    assert_eq!(Range::root(&[]), Err(Error::WrongShape));
    assert_eq!(Node { level: 17, index: 3 }.kept_as(), (16, 6, 2));
    assert_eq!(Node { level: 7, index: 1 }.kept_as(), (0, 128, 128));
    let found: Vec<_> = Range { start: 4, end: 7 }.nodes().into_iter().map(|node| (node.level, node.index)).collect();
    assert_eq!(found, [(1, 2), (0, 6)]);
    assert_eq!(Range { start: 4, end: 4 }.nodes(), []);
}

#[test]
fn proofs_end_where_trees_end() {
    assert_eq!(inclusion_ranges(0, 0), Err(Error::WrongShape));
    assert_eq!(inclusion_ranges(0, 1), Ok(vec![]));
    assert_eq!(inclusion_ranges(1, 1), Err(Error::WrongShape));
    assert_eq!(consistency_ranges(2, 1), Err(Error::WrongShape));
    assert_eq!((consistency_ranges(0, 5), consistency_ranges(5, 5)), (Ok(vec![]), Ok(vec![])));
    assert_eq!(verify_inclusion(0, 1, &hash(1), &[], &hash(1)), Ok(()));
    assert_eq!(verify_inclusion(0, 1, &hash(1), &[], &hash(2)), Err(Error::WrongRoot));
    assert_eq!(verify_consistency(3, 3, &hash(1), &hash(1), &[]), Ok(()));
    assert_eq!(verify_consistency(3, 3, &hash(1), &hash(2), &[]), Err(Error::WrongRoot));
    assert_eq!(verify_consistency(0, 3, &hash(1), &hash(2), &[]), Ok(()));
    assert_eq!(verify_consistency(4, 3, &hash(1), &hash(1), &[]), Err(Error::WrongShape));
    let proof: Vec<Hash> = (0..64).map(hash).collect();
    assert_eq!(read_proof(&write_proof(&proof[..63])).map(|proof| proof.len()), Ok(63));
    assert_eq!(read_proof(&write_proof(&proof)), Err(Error::Malformed("proof")));
    assert_eq!(read_proof(""), Ok(vec![]));
    assert!(read_proof("AAAA\n").is_err());
}

#[test]
fn the_longest_entry_fits_its_bundle() {
    let longest = vec![7; 65_535];
    let bundle = tlog::bundle([longest.clone(), Vec::new()]).unwrap();
    assert_eq!(bundle.len(), 2 + 65_535 + 2);
    assert_eq!(tlog::read_bundle(&bundle), Ok(vec![longest.as_slice(), &[]]));
    assert_eq!(tlog::read_bundle(&[0]), Err(Error::Malformed("bundle")));
    assert_eq!(tlog::read_bundle(&[0, 1]), Err(Error::Malformed("bundle")));
    assert_eq!(tlog::tiles(0), []);
    assert_eq!(tlog::entries_tiles(257).map(|tile| tile.width).collect::<Vec<_>>(), [256, 1]);
}

/// The largest power of two below a number that is at least 2.
fn half(size: usize) -> usize {
    let mut half = 1;
    while half * 2 < size {
        half *= 2;
    }
    half
}

/// MTH of RFC 6962 §2.1, word for word.
fn root_of(leaves: &[Hash]) -> Hash {
    if leaves.len() == 1 {
        return leaves[0];
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    node_hash(&root_of(left), &root_of(right))
}

/// PATH of §2.1.1.
fn path_of(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut path, other) = if index < left.len() {
        (path_of(index, left), root_of(right))
    } else {
        (path_of(index - left.len(), right), root_of(left))
    };
    path.push(other);
    path
}

/// SUBPROOF of §2.1.2.
fn growth_of(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![root_of(leaves)] };
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut proof, other) = if old <= left.len() {
        (growth_of(old, left, whole), root_of(right))
    } else {
        (growth_of(old - left.len(), right, false), root_of(left))
    };
    proof.push(other);
    proof
}

#[test]
fn proofs_are_those_of_the_specifications_own_recursion() {
    let leaves: Vec<Hash> = (0..40).map(hash).collect();
    let over = |ranges: Vec<Range>| -> Vec<Hash> {
        let over = |range: Range| {
            let at = |place: u64| usize::try_from(place).unwrap();
            // From the full subtrees that make it up, as it is kept.
            let node = |node: Node| fold(&leaves[at(node.index << node.level)..][..1 << node.level]).unwrap();
            let found = Range::root(&range.nodes().into_iter().map(node).collect::<Vec<_>>()).unwrap();
            assert_eq!(found, root_of(&leaves[at(range.start)..at(range.end)]));
            found
        };
        ranges.into_iter().map(over).collect()
    };
    let mut tree = Frontier::default();
    for size in 1..=leaves.len() {
        tree.push(leaves[size - 1]);
        let (all, root) = (size as u64, root_of(&leaves[..size]));
        assert_eq!(tree.root(), root);
        for index in 0..size {
            let proof = over(inclusion_ranges(index as u64, all).unwrap());
            assert_eq!(proof, path_of(index, &leaves[..size]), "{index}/{size}");
            assert_eq!(verify_inclusion(index as u64, all, &leaves[index], &proof, &root), Ok(()));
            let mut wrong = proof.clone();
            wrong.push(root);
            assert_eq!(verify_inclusion(index as u64, all, &leaves[index], &wrong, &root), Err(Error::WrongShape));
        }
        for old in 1..=size {
            let proof = over(consistency_ranges(old as u64, all).unwrap());
            assert_eq!(proof, growth_of(old, &leaves[..size], true), "{old}/{size}");
            let old_root = root_of(&leaves[..old]);
            assert_eq!(verify_consistency(old as u64, all, &old_root, &root, &proof), Ok(()));
            for at in 0..proof.len() {
                let mut wrong = proof.clone();
                wrong[at] = hash(255);
                assert_eq!(verify_consistency(old as u64, all, &old_root, &root, &wrong), Err(Error::WrongRoot));
            }
            if old < size {
                assert_eq!(verify_consistency(old as u64, all, &hash(255), &root, &proof), Err(Error::WrongRoot));
                assert_eq!(verify_consistency(old as u64, all, &old_root, &hash(255), &proof), Err(Error::WrongRoot));
            }
        }
    }
}

#[test]
fn subtrees_are_given_as_they_are_completed() {
    let mut tree = Frontier::default();
    let mut found = Vec::new();
    for place in 0..8 {
        found.extend(tree.push(hash(place)).into_iter().map(|(node, _)| (node.level, node.index)));
    }
    let wanted = [
        (0, 0),
        (0, 1),
        (1, 0),
        (0, 2),
        (0, 3),
        (1, 1),
        (2, 0),
        (0, 4),
        (0, 5),
        (1, 2),
        (0, 6),
        (0, 7),
        (1, 3),
        (2, 1),
        (3, 0),
    ];
    assert_eq!((found, tree.size()), (wanted.to_vec(), 8));
}

#[test]
fn tiles_have_their_names_and_widths() {
    let names = |size: u64| tlog::tiles(size).iter().map(tlog::Tile::path).collect::<Vec<_>>();
    assert_eq!(names(1), ["tile/0/000.p/1"]);
    assert_eq!(names(256), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(names(513), ["tile/0/000", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"]);
    assert_eq!(tlog::tiles(65_536).last().map(|tile| (tile.level, tile.index, tile.width)), Some((2, 0, 1)));
    let place = |index: u64, width: u64| tlog::entries_path(&tlog::Tile { level: 0, index, width });
    assert_eq!(place(999, 256), "tile/entries/999");
    assert_eq!(place(1000, 255), "tile/entries/x001/000.p/255");
    assert_eq!(place(1_001_002, 256), "tile/entries/x001/x001/002");
}
