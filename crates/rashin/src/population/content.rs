//! A release as it is kept: one JSON object with its fields in the order of [`Content`], so that there is one way to
//! write a release and anyone can read it. The cube is in its own form, in base64. Single answers are not in it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stats::Cube;

use super::release::{Release, ReleaseHead, Tally, Window};
use crate::catalog::Bilingual;

const FORMAT: &str = "rashin-release-content-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: String,
    id: String,
    item_set: String,
    window: Window,
    synthetic: bool,
    seed: Option<u64>,
    method: Bilingual,
    n: u64,
    hash: String,
    items: Vec<String>,
    industries: Vec<String>,
    cube: String,
    /// Risk index in tenths, total, members; by risk index and total.
    grid: Vec<(i32, u32, u32)>,
}

impl Release {
    /// Everything from which the release can be had again; equal releases give equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (head, tally) = (self.head(), self.tally());
        let content = Content {
            format: FORMAT.to_owned(),
            id: head.id.clone(),
            item_set: head.item_set.clone(),
            window: head.window.clone(),
            synthetic: head.synthetic,
            seed: head.seed,
            method: head.method.clone(),
            n: head.n,
            hash: head.hash.clone(),
            items: tally.item_ids().to_vec(),
            industries: tally.industries().to_vec(),
            cube: STANDARD.encode(tally.cube().to_bytes()),
            grid: tally.grid().iter().map(|(&(risk, total), &members)| (risk, total, members)).collect(),
        };
        // A struct of texts and numbers can always be written.
        serde_json::to_vec(&content).unwrap_or_default()
    }

    /// Reads what [`Release::to_bytes`] wrote and derives every figure anew. Fails on anything else, with a sentence
    /// for the log: unknown or missing parts, another order or spelling, counts that do not have the hash beside them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let content: Content = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if content.format != FORMAT {
            return Err(format!("the format is {}, not {FORMAT}", content.format));
        }
        let cube = STANDARD.decode(&content.cube).map_err(|error| error.to_string())?;
        let cube = Cube::from_bytes(&cube).map_err(|error| error.to_string())?;
        let grid: BTreeMap<(i32, u32), u32> =
            content.grid.iter().map(|&(risk, total, members)| ((risk, total), members)).collect();
        let tally = Tally::of_parts(content.item_set.clone(), content.items, content.industries, cube, grid)?;
        let release = tally.freeze(ReleaseHead {
            id: content.id,
            n: 0,
            synthetic: content.synthetic,
            item_set: content.item_set,
            window: content.window,
            seed: content.seed,
            hash: String::new(),
            method: content.method,
        });
        if release.head().hash != content.hash {
            return Err(format!("the hash of what is there is {}, not {}", release.head().hash, content.hash));
        }
        if release.to_bytes() == bytes { Ok(release) } else { Err("it is not in the one right form".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::builtin_releases;

    fn text() -> String {
        String::from_utf8(builtin_releases()[0].to_bytes()).unwrap()
    }

    #[test]
    fn what_was_written_is_read_back() {
        for release in builtin_releases() {
            assert_eq!(Release::from_bytes(&release.to_bytes()).as_ref(), Ok(release));
        }
    }

    #[test]
    fn altered_content_is_refused_with_a_reason() {
        for (from, to, reason) in [
            ("rashin-release-content-1", "rashin-release-content-9", "format"),
            ("\"n\":885", "\"n\":886", "right form"),
            ("\"n\":885", "\"n\": 885", "right form"),
            ("\"n\":885", "\"N\":885", "unknown field"),
            ("\"synthetic\":true", "\"synthetic\":false", "hash"),
            ("\"id\":\"synthetic", "\"id\":\"authentic", "hash"),
            ("\"items\":[\"1-1\",", "\"items\":[", "items and industries"),
            ("\"items\":[\"1-1\",\"1-2\"", "\"items\":[\"1-2\",\"1-1\"", "hash"),
            (",1]]}", ",2]]}", "hash"),
            ("\"cube\":\"Y3ViZQ", "\"cube\":\"Y3ViZR", ""),
        ] {
            let text = text();
            assert!(text.contains(from), "{from}");
            let refused = Release::from_bytes(text.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(refused.contains(reason), "{to}: {refused}");
        }
        assert!(Release::from_bytes(b"").is_err());
    }

    #[test]
    fn no_single_answer_and_no_name_is_in_it() {
        assert!(!text().contains("S0001") && !text().contains("profile"));
    }
}
