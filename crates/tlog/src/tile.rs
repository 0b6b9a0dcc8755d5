//! Tiles of height 8 and bundles of entries (C2SP tlog-tiles).

use crate::Error;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// A tile: `width` nodes of level `8 · level`, beginning with node `256 · index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// 0 for the tile over the leaves.
    pub level: u32,
    /// Place within its level.
    pub index: u64,
    /// 1 to 256; less than 256 only for the last of its level.
    pub width: u64,
}

impl Tile {
    /// Where it lies below the address of the log.
    #[must_use]
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, place(self.index, self.width))
    }
}

/// Where a bundle of entries lies.
#[must_use]
pub fn entries_path(tile: &Tile) -> String {
    format!("tile/entries/{}", place(tile.index, tile.width))
}

/// `x001/x234/067`, with `.p/W` behind it for a part of a tile.
fn place(index: u64, width: u64) -> String {
    let mut text = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH { format!("{text}.p/{width}") } else { text }
}

/// All tiles of a tree of this size, from the leaves upwards.
#[must_use]
pub fn tiles(size: u64) -> Vec<Tile> {
    let mut found = Vec::new();
    let (mut level, mut nodes) = (0, size);
    while nodes > 0 {
        found.extend(row(level, nodes));
        level += 1;
        nodes /= TILE_WIDTH;
    }
    found
}

/// The tiles over the leaves, which are also the bundles of entries.
pub fn entries_tiles(size: u64) -> impl Iterator<Item = Tile> {
    row(0, size)
}

fn row(level: u32, nodes: u64) -> impl Iterator<Item = Tile> {
    (0..nodes.div_ceil(TILE_WIDTH)).map(move |index| Tile {
        level,
        index,
        width: TILE_WIDTH.min(nodes - index * TILE_WIDTH),
    })
}

/// Entries one behind the other, each with its length in two bytes.
pub fn bundle<E: AsRef<[u8]>>(entries: impl IntoIterator<Item = E>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| Error::TooLong(entry.len()))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Takes a bundle apart.
pub fn read_bundle(mut bytes: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(Error::Malformed("bundle"))?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or(Error::Malformed("bundle"))?;
        entries.push(entry);
        bytes = rest;
    }
    Ok(entries)
}
