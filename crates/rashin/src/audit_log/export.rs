//! Logs as files that others can read and check (C2SP tlog-tiles): all of the installation into a folder, or one's own
//! as a tar file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use platform::log::ALL_CHECKPOINTS;
use platform::{Ctx, Error, Result, log, new_id};
use serde::Serialize;
use tlog::{Hash, Node, Range, TILE_WIDTH, Tile};

use super::actions::readable;
use super::store::Newest;
use super::turns::Fetched;
use super::{LogKey, Turns, proofs, store, witnesses};

/// One log that was written.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// Folder below the one asked for.
    pub folder: String,
    /// Number of entries.
    pub size: i64,
}

/// Where files go. Clones are the same place.
#[derive(Clone)]
enum Place {
    Folder(PathBuf),
    Tar(Arc<Mutex<tar::Builder<File>>>),
}

impl Place {
    /// Writes a file, on a thread that may wait.
    async fn put(&self, path: PathBuf, bytes: Vec<u8>) -> Result<()> {
        let place = self.clone();
        tokio::task::spawn_blocking(move || place.put_now(&path, &bytes)).await.map_err(Error::internal)?
    }

    fn put_now(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let put = || -> std::io::Result<()> {
            match self {
                Self::Folder(folder) => {
                    let path = folder.join(path);
                    path.parent().map_or(Ok(()), fs::create_dir_all)?;
                    fs::write(path, bytes)
                }
                Self::Tar(tar) => {
                    let mut header = tar::Header::new_ustar();
                    header.set_size(bytes.len() as u64);
                    header.set_mode(0o644);
                    let mut tar = tar.lock().map_err(|error| std::io::Error::other(error.to_string()))?;
                    tar.append_data(&mut header, path, bytes)
                }
            }
        };
        put().map_err(|error| Error::internal(format!("{}: {error}", path.display())))
    }
}

/// Writes every log that has a checkpoint: `checkpoint`, `key`, `tile/…`, and what witnesses signed.
pub async fn export(system: &Ctx, key: &LogKey, data: &Path, folder: &Path) -> Result<Vec<Exported>> {
    let mut exported = Vec::new();
    let place = Place::Folder(folder.to_owned());
    for log in store::logs(system).await? {
        let Some(newest) = store::newest_checkpoint(system, &log).await? else { continue };
        let name = match log.as_str() {
            "" => "installation",
            ALL_CHECKPOINTS => "all",
            tenant => tenant,
        };
        write(system, key, &log, &newest, Path::new(name), &place).await?;
        if log == ALL_CHECKPOINTS {
            for standing in witnesses::standings(data)? {
                if let Some(cosigned) = &standing.cosigned {
                    let path = Path::new(name).join(file_of(&standing.key));
                    place.put(path, cosigned.note.clone().into_bytes()).await?;
                }
            }
        }
        exported.push(Exported { folder: name.to_owned(), size: newest.size });
    }
    Ok(exported)
}

/// One's own log up to its newest checkpoint, with what witnesses signed and the proofs that it is in there. One at a time,
/// and few files at once.
pub async fn own(ctx: &Ctx, key: &LogKey, data: &Path, turns: &Turns) -> Result<Fetched> {
    let tenant_id = readable(ctx).await?.to_owned();
    let (room, _turn) = (turns.file()?, turns.work()?);
    let path = data.join(format!("log-{}.tar", new_id(ctx)?));
    let file = File::options().read(true).write(true).create_new(true).open(&path).map_err(Error::internal)?;
    // What is open stays readable; nothing of it stays behind.
    fs::remove_file(&path).map_err(Error::internal)?;
    let tar = Arc::new(Mutex::new(tar::Builder::new(file.try_clone().map_err(Error::internal)?)));
    let place = Place::Tar(Arc::clone(&tar));
    if let Some(newest) = store::newest_checkpoint(ctx, &tenant_id).await? {
        let folder = PathBuf::from(&tenant_id);
        write(ctx, key, &tenant_id, &newest, &folder, &place).await?;
        for witnessed in proofs::witnessed(ctx, data).await? {
            let text = serde_json::to_vec_pretty(&witnessed).map_err(Error::internal)?;
            place.put(folder.join(format!("{}.json", file_of(&witnessed.key))), text).await?;
        }
    }
    let finish = move || -> std::io::Result<File> {
        tar.lock().map_err(|error| std::io::Error::other(error.to_string()))?.finish()?;
        let mut file = file;
        std::io::Seek::rewind(&mut file)?;
        Ok(file)
    };
    let file = tokio::task::spawn_blocking(finish).await.map_err(Error::internal)?.map_err(Error::internal)?;
    Ok(Fetched::of(file, room))
}

/// `cosigned/NAME-ID`: a name of a key may hold what a file's may not.
fn file_of(key: &str) -> String {
    let mut parts = key.split('+');
    let name = parts.next().unwrap_or("").replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.', "-");
    format!("cosigned/{name}-{}", parts.next().unwrap_or(""))
}

async fn write(ctx: &Ctx, key: &LogKey, log: &str, newest: &Newest, below: &Path, place: &Place) -> Result<()> {
    place.put(below.join("checkpoint"), newest.note.clone().into_bytes()).await?;
    place.put(below.join("key"), format!("{}\n", key.verifier(log)?).into_bytes()).await?;
    let size = u64::try_from(newest.size).map_err(Error::internal)?;
    for tile in tlog::tiles(size) {
        if tile.level == 0 {
            // Also the bundle of the same entries, read once.
            let texts = entries(ctx, log, &tile).await?;
            let hashes: Vec<u8> = texts.iter().flat_map(|text| tlog::leaf_hash(text.as_bytes()).0).collect();
            place.put(below.join(tile.path()), hashes).await?;
            let bundle = tlog::bundle(&texts).map_err(Error::internal)?;
            place.put(below.join(tlog::entries_path(&tile)), bundle).await?;
        } else {
            place.put(below.join(tile.path()), hashes(ctx, log, &tile).await?).await?;
        }
    }
    Ok(())
}

async fn hashes(ctx: &Ctx, log: &str, tile: &Tile) -> Result<Vec<u8>> {
    let first = tile.index * TILE_WIDTH;
    let range = |index: u64| {
        let Node { level, index } = Node { level: 8 * tile.level, index };
        Range { start: index << level, end: (index + 1) << level }
    };
    let ranges: Vec<Range> = (first..first + tile.width).map(range).collect();
    let found = log::prove(&mut ctx.reader(), log, &ranges).await?;
    Ok(found.iter().flat_map(|Hash(bytes)| *bytes).collect())
}

async fn entries(ctx: &Ctx, log: &str, tile: &Tile) -> Result<Vec<String>> {
    let behind = i64::try_from(tile.index * TILE_WIDTH).map_err(Error::internal)?;
    let limit = i64::try_from(tile.width).map_err(Error::internal)?;
    if log == ALL_CHECKPOINTS {
        Ok(store::checkpoints(ctx, behind, limit, ALL_CHECKPOINTS).await?.into_iter().map(|kept| kept.note).collect())
    } else {
        Ok(store::stretch(ctx, log, behind, limit).await?.into_iter().map(|kept| kept.entry.leaf()).collect())
    }
}
