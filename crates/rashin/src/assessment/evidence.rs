//! Evidence files, kept under the hash of their content: write aside, fsync, rename, fsync the folder, then the database.

use std::path::{Path, PathBuf};

use platform::{Ctx, Error, Message, Result, new_id};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::record::Evidence;
use super::{actions, acts, store};

/// Largest file, bytes.
pub const SIZE_LIMIT: usize = 10 * 1024 * 1024;
/// Most files of one self-check.
pub const COUNT_LIMIT: usize = 200;

/// The folder of evidence.
#[derive(Debug, Clone)]
pub struct EvidenceFolder(PathBuf);

impl EvidenceFolder {
    /// Below the data folder.
    #[must_use]
    pub fn below(data: &Path) -> Self {
        Self(data.join("evidence"))
    }

    /// Where the content of a hash lies.
    #[must_use]
    pub fn path(&self, hash: &str) -> PathBuf {
        self.0.join(hash.get(..2).unwrap_or("00")).join(hash)
    }

    /// Hashes of all that is kept, in order.
    pub fn hashes(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let Ok(folders) = std::fs::read_dir(&self.0) else { return Ok(found) };
        for folder in folders {
            let Ok(files) = std::fs::read_dir(folder.map_err(Error::internal)?.path()) else { continue };
            for file in files {
                let name = file.map_err(Error::internal)?.file_name().to_string_lossy().into_owned();
                if name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    found.push(name);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    async fn put(&self, ctx: &Ctx, content: &[u8]) -> Result<String> {
        let hash = hex::encode(Sha256::digest(content));
        let path = self.path(&hash);
        if tokio::fs::try_exists(&path).await.map_err(Error::internal)? {
            return Ok(hash);
        }
        let folder = path.parent().unwrap_or(&self.0).to_owned();
        tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).await.map_err(Error::internal)?;
        let aside = folder.join(format!("{}.part", new_id(ctx)?));
        let mut options = tokio::fs::OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&aside).await.map_err(Error::internal)?;
        file.write_all(content).await.map_err(Error::internal)?;
        file.sync_all().await.map_err(Error::internal)?;
        tokio::fs::rename(&aside, &path).await.map_err(Error::internal)?;
        let folder = tokio::fs::File::open(&folder).await.map_err(Error::internal)?;
        folder.sync_all().await.map_err(Error::internal)?;
        Ok(hash)
    }

    /// The content kept under a hash, checked against it.
    pub async fn get(&self, hash: &str) -> Result<Vec<u8>> {
        let content = tokio::fs::read(self.path(hash)).await.map_err(Error::internal)?;
        if hex::encode(Sha256::digest(&content)) == hash {
            Ok(content)
        } else {
            Err(Error::internal(format!("evidence {hash} is damaged")))
        }
    }
}

/// The media type, found by looking at the first bytes; none for what is not taken. SVG and HTML are not taken.
#[must_use]
pub fn media_type(name: &str, content: &[u8]) -> Option<&'static str> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let text = || std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0'));
    match ending.as_str() {
        "pdf" if content.starts_with(b"%PDF-") => Some("application/pdf"),
        "png" if content.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        "jpg" | "jpeg" if content.starts_with(&[0xff, 0xd8, 0xff]) => Some("image/jpeg"),
        "xlsx" if content.starts_with(b"PK\x03\x04") => {
            Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        "docx" if content.starts_with(b"PK\x03\x04") => {
            Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        }
        "pptx" if content.starts_with(b"PK\x03\x04") => {
            Some("application/vnd.openxmlformats-officedocument.presentationml.presentation")
        }
        "txt" | "md" | "log" if text() => Some("text/plain; charset=utf-8"),
        "csv" if text() => Some("text/csv; charset=utf-8"),
        _ => None,
    }
}

/// A name without folders, control characters and more than 120 characters.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let clean: String = last.chars().filter(|letter| !letter.is_control() && !"\"<>:|?*".contains(*letter)).collect();
    let skip = clean.chars().count().saturating_sub(120);
    clean.chars().skip(skip).collect::<String>().trim_matches(['.', ' ']).to_owned()
}

/// Adds a file to an item.
pub async fn add(
    ctx: &Ctx,
    folder: &EvidenceFolder,
    id: &str,
    item_id: &str,
    name: &str,
    content: &[u8],
) -> Result<Evidence> {
    let assessment = actions::open(ctx, id).await?;
    assessment.must_be_open()?;
    if !actions::item_set(&assessment)?.items.iter().any(|item| item.ref_id == item_id) {
        return Err(Error::field("item", item_id, Message::new("error-unknown-item")));
    }
    let name = clean_name(name);
    if content.is_empty() || content.len() > SIZE_LIMIT {
        return Err(Error::field(
            "file",
            &name,
            Message::new("error-file-size").with("most", SIZE_LIMIT / 1024 / 1024),
        ));
    }
    let Some(media_type) = media_type(&name, content) else {
        return Err(Error::field("file", &name, Message::new("error-file-type")));
    };
    if assessment.evidence.len() >= COUNT_LIMIT {
        return Err(Error::field("file", &name, Message::new("error-file-count").with("most", COUNT_LIMIT)));
    }
    ctx.require(&acts::ANSWER, &assessment.object()).await?;
    let file = Evidence {
        id: new_id(ctx)?,
        item_id: item_id.to_owned(),
        content_hash: folder.put(ctx, content).await?,
        name,
        media_type: media_type.to_owned(),
        size_bytes: i64::try_from(content.len()).map_err(Error::internal)?,
        added_by: String::new(),
        added_at_ms: ctx.now_ms(),
    };
    let (by, _) = ctx.account()?;
    let mut deed = ctx.begin(&acts::ANSWER, assessment.object()).await?;
    store::hold(&mut deed, id).await?;
    store::one(store::Source::Deed(&mut deed), id).await?.must_be_open()?;
    store::add_file(&mut deed, id, &file, by).await?;
    deed.note("item", item_id);
    deed.note("file", file.name.as_str());
    deed.note("content_hash", file.content_hash.as_str());
    deed.commit("").await?;
    Ok(file)
}

/// Takes a file away from its item, or brings it back. The content stays, as the log speaks of it.
pub async fn remove(ctx: &Ctx, id: &str, file_id: &str, removed: bool) -> Result<()> {
    let assessment = actions::open(ctx, id).await?;
    assessment.must_be_open()?;
    let mut deed = ctx.begin(&acts::ANSWER, assessment.object()).await?;
    store::hold(&mut deed, id).await?;
    store::one(store::Source::Deed(&mut deed), id).await?.must_be_open()?;
    store::remove_file(&mut deed, id, file_id, removed).await?;
    deed.note("file", file_id);
    deed.note("removed", removed);
    deed.commit("").await
}

/// A file of a self-check with its content.
pub async fn content(ctx: &Ctx, folder: &EvidenceFolder, id: &str, file_id: &str) -> Result<(Evidence, Vec<u8>)> {
    let assessment = actions::open(ctx, id).await?;
    let file = assessment.evidence.into_iter().find(|file| file.id == file_id).ok_or(Error::NotFound)?;
    let content = folder.get(&file.content_hash).await?;
    Ok((file, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_the_type_not_the_name() {
        assert_eq!(media_type("a.pdf", b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(media_type("a.pdf", b"<html>"), None);
        assert_eq!(media_type("a.svg", b"<svg onload=alert(1)>"), None);
        assert_eq!(media_type("a.txt", b"\xff\xfe\x00"), None);
        assert_eq!(media_type("PHOTO.JPG", &[0xff, 0xd8, 0xff, 0xe0]), Some("image/jpeg"));
    }

    #[test]
    fn names_lose_folders_and_control_characters() {
        assert_eq!(clean_name("..\\..\\etc/passwd\u{7}.txt"), "passwd.txt");
        assert_eq!(clean_name("規程\"最新\".pdf"), "規程最新.pdf");
        assert!(clean_name(&"長".repeat(300)).chars().count() <= 120);
    }
}
