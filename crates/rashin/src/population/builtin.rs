//! The synthetic releases that ship with the program, made from their seed when first asked for.

use std::sync::OnceLock;

use super::release::{Release, ReleaseHead, Row, Tally, Window};
use super::synthesise::{BUILTIN_SEED, synthesise};
use crate::catalog::{Bilingual, Catalog, ItemSet, builtin};

/// The synthetic release of an item set, from a seed. Nothing for a set that cannot have one.
#[must_use]
pub fn synthetic_release(catalog: &Catalog, item_set_id: &str, seed: u64) -> Option<Release> {
    let set = catalog.item_set(item_set_id)?;
    let rows: Vec<Row> = synthesise(catalog, item_set_id, seed).iter().map(Row::from).collect();
    let tally = Tally::of_rows(catalog, set, &rows).ok()?;
    let head = ReleaseHead {
        id: format!("synthetic-2005-{}", set.items.len()),
        n: 0,
        synthetic: true,
        item_set: set.id.clone(),
        window: Window { from: "2005-01-01".to_owned(), to: "2005-01-31".to_owned() },
        seed: Some(seed),
        hash: String::new(),
        method: method_of(set),
    };
    Some(tally.freeze(head))
}

fn method_of(set: &ItemSet) -> Bilingual {
    let mut method = Bilingual::new(
        "合成データです。実在の会社の回答ではありません。経済産業省の2005年の報告書（§3.3）が示した885社の平均と上位3分の1の平均（全体と層ごと）に合うように、乱数で作りました。点のばらつき、項目ごとの難しさ、会社の属性の割合、相関は、本製品の仮定です。",
        "Synthetic data; these are not the answers of real companies. They were generated at random so that the means and the means of the top third, for all 885 companies and for each tier, agree with the table in METI's report of 2005 (§3.3). The spread of scores, the difficulty of each item, the shares of company attributes and the correlations are assumptions of this product.",
    );
    if set.extends.is_some() {
        method.ja.push_str("25項目への回答は25項目版と同じで、追加した項目の回答は同じ因子から作りました。追加した項目を含む値は、公表された数値を再現するものではありません。");
        method.en.push_str(" The answers to the 25 items are those of the 25-item release; those to the added items were generated from the same factors. Figures that include the added items reproduce no published figure.");
    }
    method
}

/// Ids and hashes of the releases that ship with the program, as they were recorded; a test holds them against what is
/// made. Knowing them spares making the releases where they are frozen already.
pub(super) fn recorded() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("../../../../catalog/golden/releases.txt").lines().filter_map(|line| line.split_once(' '))
}

/// The releases that ship with the program, that of the base set first; made once.
#[must_use]
pub fn builtin_releases() -> &'static [Release] {
    static RELEASES: OnceLock<Vec<Release>> = OnceLock::new();
    RELEASES.get_or_init(|| {
        let mut sets: Vec<&ItemSet> = builtin().item_sets.iter().collect();
        sets.sort_by_key(|set| (set.extends.is_some(), set.id.clone()));
        sets.into_iter().filter_map(|set| synthetic_release(builtin(), &set.id, BUILTIN_SEED)).collect()
    })
}

/// The first shipped release of an item set.
#[must_use]
pub fn builtin_for(item_set_id: &str) -> Option<&'static Release> {
    builtin_releases().iter().find(|release| release.head().item_set == item_set_id)
}
