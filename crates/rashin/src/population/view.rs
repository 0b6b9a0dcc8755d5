//! What the pages of releases say, in the page's language.

use jiff::civil::Date;
use platform::Language;

use super::published::PublishedMeans;
use super::release::Window;
use super::sheet::{GroupKind, ReleaseSheet};
use crate::catalog::{self, Bilingual};
use crate::face::Page;

/// Words for a page.
#[derive(Debug)]
pub(super) struct View<'a> {
    page: &'a Page,
}

impl<'a> View<'a> {
    pub(super) const fn new(page: &'a Page) -> Self {
        Self { page }
    }

    /// A text of the release.
    pub(super) fn word<'t>(&self, text: &'t Bilingual) -> &'t str {
        text.get(self.page.language)
    }

    /// The title of an item set; its id if it is not in the catalogue any more.
    pub(super) fn item_set(&self, id: &str) -> String {
        catalog::builtin().item_set(id).map_or_else(|| id.to_owned(), |set| self.word(&set.title).to_owned())
    }

    /// The short name of an item of a set.
    pub(super) fn short(&self, item_set: &str, item: &str) -> String {
        let found = catalog::builtin().item_set(item_set).and_then(|set| set.item(item));
        found.map(|item| self.word(&item.short).to_owned()).unwrap_or_default()
    }

    /// First and last day.
    pub(super) fn window(&self, window: &Window) -> String {
        let (from, to) = (self.day(&window.from), self.day(&window.to));
        self.page.t2("release-window-days", "from", from, "to", to)
    }

    fn day(&self, text: &str) -> String {
        let form = if self.page.language == Language::Ja { "%Y年%-m月%-d日" } else { "%-d %b %Y" };
        text.parse::<Date>().map_or_else(|_| text.to_owned(), |day| day.strftime(form).to_string())
    }

    /// The name of a group.
    pub(super) fn group(&self, sheet: &ReleaseSheet, kind: GroupKind, group: &str) -> String {
        match kind {
            GroupKind::All => self.page.t("release-all"),
            GroupKind::Tier => self.page.t1("release-tier", "tier", group),
            GroupKind::Size => self.page.t(&format!("release-size-{group}")),
            GroupKind::Industry => self.industry(sheet, group),
        }
    }

    /// The rows of the published table.
    pub(super) fn published(&self, sheet: &'a ReleaseSheet) -> Vec<PublishedRow<'a>> {
        let row = |means: &'a PublishedMeans| PublishedRow {
            means,
            name: match means.group.as_str() {
                "all" => self.page.t("release-all"),
                tier => self.page.t1("release-tier", "tier", tier),
            },
            mean_difference: difference(means.mean_difference),
            top_third_difference: difference(means.top_third_difference),
        };
        sheet.published.iter().map(row).collect()
    }

    fn industry(&self, sheet: &ReleaseSheet, industry: &str) -> String {
        let set = catalog::builtin().item_set(&sheet.entry.head.item_set);
        let profile = set.and_then(|set| catalog::builtin().profile(&set.profile));
        let option = profile.and_then(|profile| profile.industries().iter().find(|one| one.ref_id == industry));
        option.map_or_else(|| industry.to_owned(), |option| self.word(&option.label).to_owned())
    }
}

/// A row of the published table, as it is shown.
#[derive(Debug)]
pub(super) struct PublishedRow<'a> {
    pub(super) means: &'a PublishedMeans,
    pub(super) name: String,
    pub(super) mean_difference: String,
    pub(super) top_third_difference: String,
}

/// A hash in pieces between which a narrow page may break the line.
pub(super) fn pieces(hash: &str) -> Vec<&str> {
    (0..hash.len()).step_by(8).filter_map(|at| hash.get(at..hash.len().min(at + 8))).collect()
}

/// A difference with its sign and two decimals; none is 0.00 without one.
fn difference(value: f64) -> String {
    let text = format!("{value:+.2}").replace('-', "−");
    if ["+0.00", "−0.00"].contains(&text.as_str()) { "0.00".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign_unless_there_is_none() {
        assert_eq!([0.254, -0.231, 0.004, -0.004].map(difference), ["+0.25", "−0.23", "0.00", "0.00"]);
    }

    #[test]
    fn the_pieces_of_a_hash_are_the_hash() {
        assert_eq!(pieces("0123456789abcdef01"), ["01234567", "89abcdef", "01"]);
        assert!(pieces("").is_empty());
    }
}
