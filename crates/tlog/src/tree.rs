//! Hashes, the tree as a frontier that grows, and full subtrees by their place.

use sha2::{Digest, Sha256};

use crate::Error;

/// SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl Hash {
    /// 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// Reads 64 small hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, Error> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(Error::Malformed("hash")),
        };
        let mut hash = [0; 32];
        if text.len() != 64 {
            return Err(Error::Malformed("hash"));
        }
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(hash))
    }
}

/// Hash of an entry.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// Hash of two subtrees side by side.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// Hash over the hashes of neighbouring full subtrees of one size, a power of two of them.
pub fn fold(hashes: &[Hash]) -> Result<Hash, Error> {
    if !hashes.len().is_power_of_two() {
        return Err(Error::WrongShape);
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    Ok(row[0])
}

/// A full subtree: the `2^level` leaves that begin with leaf `index · 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Levels above the leaves.
    pub level: u32,
    /// Place among the full subtrees of its level.
    pub index: u64,
}

impl Node {
    /// The neighbouring nodes of a level divisible by 8 over which this one is [`fold`]ed: level, first, count.
    #[must_use]
    pub fn kept_as(self) -> (u32, u64, u64) {
        let above = self.level % 8;
        (self.level - above, self.index << above, 1 << above)
    }
}

/// A tree that grows: its size and the roots of its full subtrees, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// As it was kept.
    pub fn of(size: u64, roots: Vec<Hash>) -> Result<Self, Error> {
        if roots.len() == size.count_ones() as usize { Ok(Self { size, roots }) } else { Err(Error::WrongShape) }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the full subtrees, the largest first.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds a leaf. Gives the full subtrees that this completes, from the leaf upwards.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let mut done = vec![(Node { level: 0, index: self.size }, leaf)];
        let mut hash = leaf;
        for level in 1..=self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
                done.push((Node { level, index: self.size >> level }, hash));
            }
        }
        self.roots.push(hash);
        self.size += 1;
        done
    }

    /// Root of the whole tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return Hash(Sha256::digest([]).into()) };
        roots.fold(*last, |right, left| node_hash(left, &right))
    }
}
