//! What the pages of releases say, in the page's language.

use jiff::civil::Date;
use platform::Language;

use super::release::Window;
use super::sheet::{GroupKind, ReleaseGroup, ReleaseItem, ReleaseSheet};
use crate::catalog::{self, Bilingual};
use crate::face::Page;

/// Words for a page.
#[derive(Debug, Clone, Copy)]
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

    /// The name of a row of the published table: `all` or a tier.
    pub(super) fn published_group(&self, group: &str) -> String {
        if group == "all" { self.page.t("release-all") } else { self.page.t1("release-tier", "tier", group) }
    }

    fn industry(&self, sheet: &ReleaseSheet, industry: &str) -> String {
        let set = catalog::builtin().item_set(&sheet.entry.head.item_set);
        let profile = set.and_then(|set| catalog::builtin().profile(&set.profile));
        let option = profile.and_then(|profile| profile.industries().iter().find(|one| one.ref_id == industry));
        option.map_or_else(|| industry.to_owned(), |option| self.word(&option.label).to_owned())
    }

    /// All and the tiers, whose items are shown.
    pub(super) fn columns<'s>(&self, sheet: &'s ReleaseSheet) -> Vec<&'s ReleaseGroup> {
        let shown = |group: &&ReleaseGroup| matches!(group.kind, GroupKind::All | GroupKind::Tier);
        sheet.groups.iter().filter(shown).collect()
    }

    /// An item's figures in each column.
    pub(super) fn cells<'s>(&self, sheet: &'s ReleaseSheet, item: &str) -> Vec<&'s ReleaseItem> {
        let of = |group: &'s ReleaseGroup| group.items.iter().find(|one| one.item == item);
        self.columns(sheet).into_iter().filter_map(of).collect()
    }

    /// A difference with its sign and two decimals.
    pub(super) fn difference(&self, value: &f64) -> String {
        let text = format!("{value:+.2}").replace('-', "−");
        if text == "−0.00" { "+0.00".to_owned() } else { text }
    }
}
