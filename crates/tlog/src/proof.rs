//! Proofs that an entry is in a tree and that a tree grew out of a smaller one (RFC 9162 §2.1.3 and §2.1.4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Error, Hash, Node, node_hash};

/// Leaves from `start` up to `end`; each hash of a proof is the root over such a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First leaf.
    pub start: u64,
    /// The leaf behind the last.
    pub end: u64,
}

impl Range {
    /// Full subtrees that make up the range, from left to right.
    #[must_use]
    pub fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let level = (self.end - start).ilog2();
            nodes.push(Node { level, index: start >> level });
            start += 1 << level;
        }
        nodes
    }

    /// Root over the range, from the hashes of its [`nodes`](Self::nodes).
    pub fn root(hashes: &[Hash]) -> Result<Hash, Error> {
        let (last, rest) = hashes.split_last().ok_or(Error::WrongShape)?;
        Ok(rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
    }
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// What the proof of leaf `index` in a tree of `size` consists of, from the leaf upwards.
pub fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range>, Error> {
    if index >= size {
        return Err(Error::WrongShape);
    }
    let (mut start, mut end, mut ranges) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push(Range { start: middle, end });
            end = middle;
        } else {
            ranges.push(Range { start, end: middle });
            start = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// What the proof consists of that a tree of `size` grew out of one of `old`.
pub fn consistency_ranges(old: u64, size: u64) -> Result<Vec<Range>, Error> {
    if old > size {
        return Err(Error::WrongShape);
    }
    let (mut start, mut end, mut ranges) = (0, size, Vec::new());
    if old == 0 || old == size {
        return Ok(ranges);
    }
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push(Range { start: middle, end });
            end = middle;
        } else {
            ranges.push(Range { start, end: middle });
            start = middle;
        }
    }
    if start > 0 {
        ranges.push(Range { start, end });
    }
    ranges.reverse();
    Ok(ranges)
}

/// Whether `leaf` is the entry `index` of the tree with this size and root.
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<(), Error> {
    let ranges = inclusion_ranges(index, size)?;
    if ranges.len() != proof.len() {
        return Err(Error::WrongShape);
    }
    let found = ranges.iter().zip(proof).fold(*leaf, |hash, (range, sibling)| {
        if range.start > index { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) }
    });
    if found == *root { Ok(()) } else { Err(Error::WrongRoot) }
}

/// Whether the tree of `size` and `root` begins with the tree of `old` and `old_root`.
pub fn verify_consistency(old: u64, size: u64, old_root: &Hash, root: &Hash, proof: &[Hash]) -> Result<(), Error> {
    let expected = consistency_ranges(old, size)?.len();
    if expected != proof.len() {
        return Err(Error::WrongShape);
    }
    if old == 0 {
        return Ok(());
    }
    if old == size {
        return if old_root == root { Ok(()) } else { Err(Error::WrongRoot) };
    }
    let mut proof = proof.iter();
    let (mut inner, mut outer) = (old - 1, size - 1);
    let climb = inner.trailing_ones();
    inner >>= climb;
    outer >>= climb;
    // A whole power of two is its own first subtree.
    let first = if old.is_power_of_two() { old_root } else { proof.next().ok_or(Error::WrongShape)? };
    let (mut small, mut large) = (*first, *first);
    for sibling in proof {
        if inner & 1 == 1 || inner == outer {
            small = node_hash(sibling, &small);
            large = node_hash(sibling, &large);
            while inner & 1 == 0 && inner != 0 {
                inner >>= 1;
                outer >>= 1;
            }
        } else {
            large = node_hash(&large, sibling);
        }
        inner >>= 1;
        outer >>= 1;
    }
    if small == *old_root && large == *root && outer == 0 { Ok(()) } else { Err(Error::WrongRoot) }
}

/// A proof as lines of base64.
#[must_use]
pub fn write_proof(proof: &[Hash]) -> String {
    proof.iter().map(|hash| STANDARD.encode(hash.0) + "\n").collect()
}

/// Reads lines of base64; a proof has at most 63 hashes.
pub fn read_proof(text: &str) -> Result<Vec<Hash>, Error> {
    let hashes = text.lines().map(hash_of_base64).collect::<Result<Vec<_>, _>>()?;
    if hashes.len() > 63 { Err(Error::Malformed("proof")) } else { Ok(hashes) }
}

pub(crate) fn hash_of_base64(text: &str) -> Result<Hash, Error> {
    let bytes = STANDARD.decode(text).map_err(|_| Error::Malformed("hash"))?;
    Ok(Hash(bytes.try_into().map_err(|_| Error::Malformed("hash"))?))
}
