//! Reads item sets, those that extend others after those they extend.

use std::collections::BTreeMap;

use platform::Message;

use super::item::{self, Known};
use super::{Part, Sorted, report_repeated};
use crate::catalog::model::{Area, Catalog, Item, ItemSet, Maturity};
use crate::catalog::read::{Longest, Table};

/// Fewer items give no statistics, more do not fit the population's cube.
const ITEMS: std::ops::RangeInclusive<usize> = 3..=64;

/// A set without items yet, and the line on which it names the one it extends.
struct Head<'a> {
    part: Part<'a>,
    set: ItemSet,
    extends_line: u32,
}

pub(super) fn read_all(sorted: &Sorted<'_>, catalog: &Catalog) -> Vec<ItemSet> {
    let mut heads: Vec<Head<'_>> = sorted.item_sets.iter().filter_map(|part| read_head(part, catalog)).collect();
    let mut done: BTreeMap<String, ItemSet> = BTreeMap::new();
    loop {
        let is_ready = |head: &mut Head<'_>| head.set.extends.as_ref().is_none_or(|base| done.contains_key(base));
        let ready: Vec<Head<'_>> = heads.extract_if(.., is_ready).collect();
        if ready.is_empty() {
            break;
        }
        for head in ready {
            let base = head.set.extends.as_ref().and_then(|base| done.get(base)).cloned();
            let items = sorted.items.get(head.part.id).map_or(&[][..], Vec::as_slice);
            let set = complete(head, base, items, catalog);
            done.insert(set.id.clone(), set);
        }
    }
    for head in heads {
        let base = head.set.extends.unwrap_or_default();
        head.part.report(head.extends_line, Message::new("finding-unknown-base").with("id", base));
    }
    report_orphans(sorted);
    done.into_values().collect()
}

/// Items in a folder that has no set.
fn report_orphans(sorted: &Sorted<'_>) {
    for (set, parts) in &sorted.items {
        if !sorted.item_sets.iter().any(|part| part.id == *set) {
            for part in parts {
                part.report(1, Message::new("finding-orphan").with("id", set));
            }
        }
    }
}

fn read_head<'a>(part: &Part<'a>, catalog: &Catalog) -> Option<Head<'a>> {
    let mut table = part.open("id")?;
    let set = ItemSet {
        id: part.id.to_owned(),
        version: table.text("version"),
        extends: table.optional_text("extends"),
        profile: table.text("profile"),
        index_model: table.text("index_model"),
        title: table.both("title", Longest::TEXT),
        source: table.both("source", Longest::TEXT),
        areas: read_areas(part, &mut table),
        maturity: read_maturity(&mut table),
        ..ItemSet::default()
    };
    if catalog.profile(&set.profile).is_none() {
        table.report_key("profile", Message::new("finding-unknown-profile").with("id", &set.profile));
    }
    match catalog.index_model(&set.index_model) {
        None => table.report_key("index_model", Message::new("finding-unknown-model").with("id", &set.index_model)),
        Some(model) if model.profile != set.profile => {
            table.report_key("index_model", Message::new("finding-model-profile").with("id", &model.profile));
        }
        Some(_) => {}
    }
    if set.extends.is_none() {
        for (key, missing) in [("area", set.areas.is_empty()), ("maturity", set.maturity.len() != 5)] {
            if missing {
                table.report_key(key, Message::new("finding-base-set"));
            }
        }
    }
    let extends_line = table.line_of_key("extends");
    table.finish();
    Some(Head { part: *part, set, extends_line })
}

fn read_areas(part: &Part<'_>, table: &mut Table<'_>) -> Vec<Area> {
    let mut lines = Vec::new();
    let mut areas = Vec::new();
    for mut entry in table.optional_tables("area") {
        let ref_id = entry.text("ref_id");
        lines.push(entry.line_of_key("ref_id"));
        areas.push(Area {
            ref_id,
            title: entry.both("title", Longest::TEXT),
            short: entry.both("short", Longest::LABEL),
            help: entry.both("help", Longest::TEXT),
        });
        entry.finish();
    }
    report_repeated(part, areas.iter().map(|area| area.ref_id.as_str()).zip(lines));
    areas
}

fn read_maturity(table: &mut Table<'_>) -> Vec<Maturity> {
    let mut maturity = Vec::new();
    for (expected, mut entry) in (1..).zip(table.optional_tables("maturity")) {
        let level = entry.whole("level", &(1..=5));
        if level != expected {
            entry.report_key("level", Message::new("finding-number").with("expected", expected));
        }
        let (name, text) = (entry.both("name", Longest::TEXT), entry.both("text", Longest::TEXT));
        maturity.push(Maturity { level, name, text });
        entry.finish();
    }
    maturity
}

/// Puts base and own items together, by area and number, and seals the set with its hash.
fn complete(head: Head<'_>, base: Option<ItemSet>, items: &[Part<'_>], catalog: &Catalog) -> ItemSet {
    let Head { part, mut set, extends_line } = head;
    let base = base.unwrap_or_default();
    if set.areas.is_empty() {
        set.areas = base.areas;
    }
    if set.maturity.is_empty() {
        set.maturity = base.maturity;
    }
    if set.extends.is_some() && set.profile != base.profile {
        part.report(extends_line, Message::new("finding-base-profile").with("id", &base.profile));
    }
    set.items = base.items;
    let known = Known { areas: &set.areas, frameworks: &catalog.frameworks };
    for item_part in items {
        let Some(item) = item::read(item_part, known) else {
            continue;
        };
        if set.items.iter().any(|before| before.ref_id == item.ref_id) {
            item_part.report(1, Message::new("finding-item-again").with("id", &item.ref_id));
        } else {
            set.items.push(item);
        }
    }
    if !ITEMS.contains(&set.items.len()) {
        let reason = Message::new("finding-items").with("least", ITEMS.start()).with("most", ITEMS.end());
        part.report(1, reason);
    }
    let order: BTreeMap<String, usize> =
        set.areas.iter().zip(0..).map(|(area, at)| (area.ref_id.clone(), at)).collect();
    set.items.sort_by_key(|item| (order.get(&item.area).copied(), number_of(item), item.ref_id.clone()));
    set.hash = set.computed_hash();
    set
}

fn number_of(item: &Item) -> u8 {
    item.ref_id.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
