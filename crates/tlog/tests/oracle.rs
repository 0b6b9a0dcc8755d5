//! The same tree heads, proofs, tiles and checkpoints as two libraries of others; and laws of proofs.
#![cfg(test)]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use tlog::{
    Checkpoint, Error, Frontier, Hash, Node, Note, Range, Signer, Verifier, consistency_ranges, fold, inclusion_ranges,
    leaf_hash, verify_consistency, verify_inclusion,
};
use tlog_tiles as other;

/// A tree with all its hashes by level.
struct Whole {
    levels: Vec<Vec<Hash>>,
    roots: Vec<Hash>,
}

fn at(place: u64) -> usize {
    usize::try_from(place).unwrap()
}

fn entry(index: usize) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

impl Whole {
    fn of(size: usize) -> Self {
        let (mut frontier, mut levels) = (Frontier::default(), vec![Vec::new(); 65]);
        let mut roots = vec![frontier.root()];
        for index in 0..size {
            for (node, hash) in frontier.push(leaf_hash(&entry(index))) {
                assert_eq!(levels[node.level as usize].len() as u64, node.index);
                levels[node.level as usize].push(hash);
            }
            assert_eq!(Frontier::of(frontier.size(), frontier.roots().to_vec()).unwrap(), frontier);
            roots.push(frontier.root());
        }
        Self { levels, roots }
    }

    fn node(&self, node: Node) -> Hash {
        let (level, first, count) = node.kept_as();
        let kept = &self.levels[level as usize][at(first)..][..at(count)];
        let found = fold(kept).unwrap();
        assert_eq!(found, self.levels[node.level as usize][at(node.index)]);
        found
    }

    fn proof(&self, ranges: &[Range]) -> Vec<Hash> {
        let root = |range: &Range| {
            let hashes: Vec<Hash> = range.nodes().into_iter().map(|node| self.node(node)).collect();
            Range::root(&hashes).unwrap()
        };
        ranges.iter().map(root).collect()
    }

    fn inclusion(&self, index: usize, size: usize) -> Vec<Hash> {
        self.proof(&inclusion_ranges(index as u64, size as u64).unwrap())
    }

    fn consistency(&self, old: usize, size: usize) -> Vec<Hash> {
        self.proof(&consistency_ranges(old as u64, size as u64).unwrap())
    }
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn heads_and_proofs_equal_those_of_ct_merkle() {
    let whole = Whole::of(70);
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=70 {
        theirs.push(entry(size - 1));
        assert_eq!(theirs.root().as_bytes().as_slice(), whole.roots[size].0);
        for index in 0..size {
            assert_eq!(
                theirs.prove_inclusion(index).as_bytes(),
                bytes(&whole.inclusion(index, size)),
                "{index}/{size}"
            );
            if index > 0 {
                let added = theirs.prove_consistency(size - index);
                assert_eq!(added.as_bytes(), bytes(&whole.consistency(index, size)), "{index}/{size}");
            }
        }
    }
}

struct Stored<'a>(&'a Whole);

impl other::HashReader for Stored<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<other::Hash>, other::Error> {
        let of = |index: &u64| {
            let (level, place) = other::split_stored_hash_index(*index);
            other::Hash(self.0.levels[usize::from(level)][at(place)].0)
        };
        Ok(indexes.iter().map(of).collect())
    }
}

#[test]
fn tiles_have_the_names_and_contents_of_tlog_tiles() {
    let whole = Whole::of(700);
    for size in [1_u64, 255, 256, 257, 511, 512, 700] {
        let mut ours: Vec<(String, Vec<u8>)> = Vec::new();
        for tile in tlog::tiles(size) {
            let row = &whole.levels[8 * tile.level as usize][256 * at(tile.index)..];
            ours.push((tile.path(), bytes(&row[..at(tile.width)])));
        }
        let mut theirs = other::Tile::new_tiles(8, 0, size);
        theirs.sort_by_key(|tile| (tile.level(), tile.level_index()));
        // Their names begin with the height, as in the original of the format.
        let name = |tile: &other::Tile| tile.path().replacen("tile/8/", "tile/", 1);
        let theirs: Vec<_> = theirs.iter().map(|tile| (name(tile), tile.read_data(&Stored(&whole)).unwrap())).collect();
        let kept = |list: &[(String, Vec<u8>)]| list.to_vec();
        assert_eq!(kept(&ours), theirs, "{size}");
        assert_eq!(other::tree_hash(size, &Stored(&whole)).unwrap().0, whole.roots[at(size)].0);
    }
    let deep = tlog::Tile { level: 0, index: 1_234_067, width: 256 };
    assert_eq!(deep.path(), "tile/0/x001/x234/067");
    assert_eq!(tlog::entries_path(&tlog::Tile { width: 8, ..deep }), "tile/entries/x001/x234/067.p/8");
}

#[test]
fn checkpoints_equal_those_of_tlog_tiles() {
    let ours = Checkpoint { origin: "example.com/log".into(), size: 700, root: leaf_hash(b"x") };
    let theirs = other::Checkpoint::new("example.com/log", 700, other::Hash(ours.root.0), "").unwrap();
    assert_eq!(theirs.to_bytes(), ours.text().into_bytes());
    assert_eq!(Checkpoint::parse(&ours.text()).unwrap(), ours);
    for bad in ["", "a\n1\n", "\n1\nAAAA\n", "a\n01\nx\n", "a\n-1\nx\n", "a\n1\nAAAA\n", "a\n1\nx"] {
        assert!(Checkpoint::parse(bad).is_err(), "{bad:?}");
        assert!(other::Checkpoint::from_bytes(bad.as_bytes()).is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn a_proof_holds_for_its_own_leaf_and_tree_alone(size in 1_usize..400, a: prop::sample::Index, b: prop::sample::Index, flip in 0_usize..256) {
        let whole = Whole::of(size);
        let (index, old) = (a.index(size), b.index(size + 1));
        let (leaf, root) = (leaf_hash(&entry(index)), whole.roots[size]);
        let (index_n, old_n, size_n) = (index as u64, old as u64, size as u64);
        let proof = whole.inclusion(index, size);
        prop_assert_eq!(verify_inclusion(index_n, size_n, &leaf, &proof, &root), Ok(()));
        let theirs: Vec<_> = proof.iter().map(|hash| other::Hash(hash.0)).collect();
        prop_assert!(other::check_record(&theirs, size_n, other::Hash(root.0), index_n, other::Hash(leaf.0)).is_ok());
        let change = |hash: &Hash| { let mut hash = *hash; hash.0[flip / 8] ^= 1 << (flip % 8); hash };
        prop_assert!(verify_inclusion(index_n, size_n, &change(&leaf), &proof, &root).is_err());
        prop_assert!(verify_inclusion(index_n, size_n, &leaf, &proof, &change(&root)).is_err());
        for at in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[at] = change(&wrong[at]);
            prop_assert_eq!(verify_inclusion(index_n, size_n, &leaf, &wrong, &root), Err(Error::WrongRoot));
        }
        prop_assert!(verify_inclusion(size_n, size_n, &leaf, &proof, &root).is_err());

        let proof = whole.consistency(old, size);
        prop_assert_eq!(verify_consistency(old_n, size_n, &whole.roots[old], &root, &proof), Ok(()));
        let mut longer = proof.clone();
        longer.push(leaf);
        prop_assert_eq!(verify_consistency(old_n, size_n, &whole.roots[old], &root, &longer), Err(Error::WrongShape));
        if old > 0 {
            prop_assert!(verify_consistency(old_n, size_n, &change(&whole.roots[old]), &root, &proof).is_err());
            prop_assert!(verify_consistency(old_n, size_n, &whole.roots[old], &change(&root), &proof).is_err());
        }
        for at in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[at] = change(&wrong[at]);
            prop_assert!(verify_consistency(old_n, size_n, &whole.roots[old], &root, &wrong).is_err());
        }
        prop_assert_eq!(tlog::read_proof(&tlog::write_proof(&proof)), Ok(proof));
    }

    #[test]
    fn a_note_opens_only_unchanged_and_by_its_own_key(text in "[a-z羅針]{1,20}\n", at: prop::sample::Index) {
        let signer = Signer::log("example.com/log", &[7; 32]).unwrap();
        let note = Note::signed(&text, &signer);
        let whole = note.to_string();
        prop_assert_eq!(&Note::parse(&whole).unwrap(), &note);
        prop_assert_eq!(signer.verifier().verify(&note), Ok(0));
        let mut characters: Vec<char> = whole.chars().collect();
        let at = at.index(characters.len());
        characters[at] = if characters[at] == 'A' { 'B' } else { 'A' };
        let changed: String = characters.into_iter().collect();
        prop_assert!(Note::parse(&changed).and_then(|note| signer.verifier().verify(&note)).is_err());
        let stranger = Signer::log("example.com/log", &[8; 32]).unwrap().verifier();
        prop_assert_eq!(stranger.verify(&note), Err(Error::NotSigned("example.com/log".into())));
    }

    #[test]
    fn bundles_come_apart_as_they_were_put_together(entries: Vec<Vec<u8>>, cut: prop::sample::Index) {
        let bundle = tlog::bundle(&entries).unwrap();
        prop_assert_eq!(tlog::read_bundle(&bundle).unwrap(), entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
        if !bundle.is_empty() {
            let part = tlog::read_bundle(&bundle[..cut.index(bundle.len())]);
            prop_assert!(part.is_err() || part.unwrap().len() < entries.len());
        }
    }

    #[test]
    fn nothing_from_outside_makes_a_parser_fall_over(text: String, bytes: Vec<u8>) {
        let _ = (Note::parse(&text), Checkpoint::parse(&text), Verifier::parse(&text), Signer::parse(&text));
        let _ = (tlog::read_proof(&text), Hash::from_hex(&text), tlog::read_bundle(&bytes));
    }
}

#[test]
fn too_long_an_entry_is_refused() {
    assert_eq!(tlog::bundle([vec![0; 65_536]]), Err(Error::TooLong(65_536)));
}
