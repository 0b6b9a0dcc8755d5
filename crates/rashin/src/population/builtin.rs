//! The synthetic releases that ship with the program, made from a fixed seed when first asked for.

use std::sync::{Arc, OnceLock};

use super::release::{Heading, ReleaseError, Window};
use super::synthesise::{SynthesiseError, synthesise};
use super::{Frame, Release};
use crate::catalog::{Bilingual, Catalog};

/// The seed of the releases that ship.
pub const SEED: u64 = 2005;

/// Id and item set of each, in the order in which they are listed.
const BUILTIN: [(&str, &str); 2] = [
    ("synthetic-2005-25", "benchmark-25"),
    ("synthetic-2005-27", "benchmark-27"),
];

/// All releases that ship. The first for an item set is the one to take where none is named.
#[must_use]
pub fn builtin_releases() -> &'static [Arc<Release>] {
    static ALL: OnceLock<Vec<Arc<Release>>> = OnceLock::new();
    ALL.get_or_init(|| {
        BUILTIN
            .iter()
            .filter_map(|(id, _)| builtin(id).cloned())
            .collect()
    })
}

/// The release that ships with this id.
#[must_use]
pub fn builtin(id: &str) -> Option<&'static Arc<Release>> {
    static MADE: [OnceLock<Option<Arc<Release>>>; BUILTIN.len()] =
        [const { OnceLock::new() }; BUILTIN.len()];
    let place = BUILTIN.iter().position(|(known, _)| *known == id)?;
    MADE.get(place)?.get_or_init(|| make(place)).as_ref()
}

/// The first release that ships for this item set.
#[must_use]
pub fn builtin_for(item_set: &str) -> Option<&'static Release> {
    let (id, _) = BUILTIN.iter().find(|(_, set)| *set == item_set)?;
    builtin(id).map(Arc::as_ref)
}

/// None where the shipped catalogue is faulty, which a test forbids.
fn make(place: usize) -> Option<Arc<Release>> {
    let (id, item_set) = BUILTIN.get(place)?;
    let made = synthetic_release(Catalog::builtin(), id, item_set, SEED);
    let logged = made.inspect_err(|error| tracing::error!(%error, id, "a release cannot be made"));
    logged.ok().map(Arc::new)
}

/// Why a synthetic release cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// Its members cannot be made up.
    #[error("{0}")]
    Members(#[from] SynthesiseError),
    /// They cannot be frozen.
    #[error("{0}")]
    Release(#[from] ReleaseError),
}

/// Makes up the population of an item set of the catalogue from a seed and freezes it under this id.
pub fn synthetic_release(
    catalog: &Catalog,
    id: &str,
    item_set: &str,
    seed: u64,
) -> Result<Release, MakeError> {
    let members = synthesise(catalog, item_set, seed)?;
    let unknown = || SynthesiseError::Unknown(item_set.to_owned());
    let set = catalog.item_set(item_set).ok_or_else(unknown)?;
    let profile = catalog.profile(&set.profile).ok_or_else(unknown)?;
    let heading = Heading {
        id: id.to_owned(),
        window: Window {
            from: "2005-01-01".to_owned(),
            to: "2005-01-31".to_owned(),
        },
        method: method(seed, &set.index_model, set.extends.as_deref()),
    };
    Ok(Release::synthetic(
        heading,
        Frame::new(set, profile),
        members,
    )?)
}

/// How the population came about, in words.
fn method(seed: u64, model: &str, extends: Option<&str>) -> Bilingual {
    let ja = format!(
        "合成データです。実在の会社の回答は一つも含みません。2005年1月の調査（すべての問いに答えた885社）の代わりとして、\
         乱数の種{seed}から885社を作り、指標モデル{model}で層に分けました。層ごとの合計点の平均と、上位3分の1の平均は、\
         経済産業省の2005年の報告書（3.3）に載っている表と同じ整数になるように合わせてあります。層ごとの会社の数、点のばらつき、\
         項目ごとの値、業種や規模による違いは、本製品が置いた仮定で、調査の結果ではありません。"
    );
    let en = format!(
        "Synthetic data: not a single answer of a real company is in it. It stands in for the survey of January 2005 \
         (885 complete replies): 885 companies were made up from the random seed {seed} and put into tiers by index \
         model {model}. In each tier the mean total and the mean of the top third were made to round to the whole \
         numbers in the table of the 2005 report of the Ministry of Economy, Trade and Industry (3.3). The sizes of \
         the tiers, the spread, the values of single items and the differences between industries and sizes are this \
         product's assumptions, not findings."
    );
    let (ja_added, en_added) = extends.map(method_of_added_items).unwrap_or_default();
    Bilingual {
        ja: ja + &ja_added,
        en: en + &en_added,
    }
}

/// What is to be said of a set that adds items to those of the published figures; Japanese and English.
fn method_of_added_items(extended: &str) -> (String, String) {
    let ja = format!(
        "この項目集には、公表された数値がありません。{extended}と同じ項目には、同じ会社の同じ回答を使いました。\
         加わった項目の回答は、同じ考え方で作りました。そのため合計点は、公表されたどの数値の再現でもありません。"
    );
    let en = format!(
        " No figure was published for this item set. The items it shares with {extended} have the same answers of the \
         same companies; those it adds were made up in the same way. Its totals therefore reproduce no published figure."
    );
    (ja, en)
}

#[cfg(test)]
mod tests;
