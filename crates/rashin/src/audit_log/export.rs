//! All logs of the installation as files that others can read and check (C2SP tlog-tiles).

use std::fs;
use std::path::Path;

use platform::log::ALL_CHECKPOINTS;
use platform::{Ctx, Error, Result, log};
use serde::Serialize;
use tlog::{Hash, Node, Range, TILE_WIDTH, Tile};

use super::{LogKey, store};

/// One log that was written.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// Folder below the one asked for.
    pub folder: String,
    /// Number of entries.
    pub size: i64,
}

/// Writes every log that has a checkpoint: `checkpoint`, `key`, `tile/…`.
pub async fn export(system: &Ctx, key: &LogKey, folder: &Path) -> Result<Vec<Exported>> {
    let mut exported = Vec::new();
    for log in store::logs(system).await? {
        let Some(newest) = store::newest_checkpoint(system, &log).await? else { continue };
        let name = match log.as_str() {
            "" => "installation",
            ALL_CHECKPOINTS => "all",
            tenant => tenant,
        };
        let below = folder.join(name);
        write(&below.join("checkpoint"), newest.note.as_bytes())?;
        write(&below.join("key"), format!("{}\n", key.verifier(&log)?).as_bytes())?;
        let size = u64::try_from(newest.size).map_err(Error::internal)?;
        for tile in tlog::tiles(size) {
            write(&below.join(tile.path()), &hashes(system, &log, &tile).await?)?;
        }
        for tile in tlog::entries_tiles(size) {
            write(&below.join(tlog::entries_path(&tile)), &entries(system, &log, &tile).await?)?;
        }
        exported.push(Exported { folder: name.to_owned(), size: newest.size });
    }
    Ok(exported)
}

async fn hashes(system: &Ctx, log: &str, tile: &Tile) -> Result<Vec<u8>> {
    let first = tile.index * TILE_WIDTH;
    let range = |index: u64| {
        let Node { level, index } = Node { level: 8 * tile.level, index };
        Range { start: index << level, end: (index + 1) << level }
    };
    let ranges: Vec<Range> = (first..first + tile.width).map(range).collect();
    let found = log::prove(&mut system.reader(), log, &ranges).await?;
    Ok(found.iter().flat_map(|Hash(bytes)| *bytes).collect())
}

async fn entries(system: &Ctx, log: &str, tile: &Tile) -> Result<Vec<u8>> {
    let behind = i64::try_from(tile.index * TILE_WIDTH).map_err(Error::internal)?;
    let limit = i64::try_from(tile.width).map_err(Error::internal)?;
    let texts: Vec<String> = if log == ALL_CHECKPOINTS {
        store::checkpoints(system, behind, limit).await?.into_iter().map(|kept| kept.note).collect()
    } else {
        store::stretch(system, log, behind, limit).await?.into_iter().map(|kept| kept.entry.leaf()).collect()
    };
    tlog::bundle(&texts).map_err(Error::internal)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, bytes)
    };
    write().map_err(|error: std::io::Error| Error::internal(format!("{}: {error}", path.display())))
}
