//! Reads one control item.

use std::collections::BTreeSet;

use platform::Message;

use super::Part;
use crate::catalog::model::{Action, Area, Bilingual, Effort, Framework, Item, Level};
use crate::catalog::read::{Longest, Table};

/// What an item is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) areas: &'a [Area],
    pub(super) frameworks: &'a [Framework],
}

pub(super) fn read(part: &Part<'_>, known: Known<'_>) -> Option<Item> {
    let mut table = part.open("ref_id")?;
    let area = table.text("area");
    check_area(&table, part.id, &area, known);
    let item = Item {
        ref_id: part.id.to_owned(),
        area,
        weight: table.number("weight", &(0.5..=2.0)),
        iso27001: read_references(part, &mut table, ("iso27001", "iso-27001-2022"), known),
        csf: read_references(part, &mut table, ("csf", "nist-csf-2.0"), known),
        short: table.both("short", Longest::LABEL),
        question: table.both("question", Longest::QUESTION),
        help: table.both("help", Longest::TEXT),
        levels: read_levels(&mut table),
        evidence: read_evidence(&mut table),
        actions: read_actions(&mut table),
    };
    table.finish();
    Some(item)
}

fn check_area(table: &Table<'_>, ref_id: &str, area: &str, known: Known<'_>) {
    if !area.is_empty() && !known.areas.iter().any(|known| known.ref_id == area) {
        table.report_key("area", Message::new("finding-unknown-area").with("id", area));
    }
    let number = ref_id.strip_prefix(area).and_then(|rest| rest.strip_prefix('-'));
    if number.and_then(|number| number.parse::<u8>().ok()).is_none() {
        table.report_key("ref_id", Message::new("finding-item-id").with("id", ref_id));
    }
}

fn read_references(
    part: &Part<'_>,
    table: &mut Table<'_>,
    (key, framework): (&str, &str),
    known: Known<'_>,
) -> Vec<String> {
    let ids = table.texts(key);
    match known.frameworks.iter().find(|known| known.id == framework) {
        None => table.report_key(key, Message::new("finding-no-framework").with("id", framework)),
        Some(framework) => {
            for (id, line) in ids.iter().filter(|(id, _)| framework.requirement(id).is_none()) {
                let reason =
                    Message::new("finding-unknown-requirement").with("id", id).with("framework", &framework.id);
                part.report(*line, reason);
            }
        }
    }
    let ids: Vec<String> = ids.into_iter().map(|(id, _)| id).collect();
    if ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
        table.report_key(key, Message::new("finding-repeated-in-list"));
    }
    ids
}

fn read_levels(table: &mut Table<'_>) -> Vec<Level> {
    let entries = table.tables("level");
    if entries.len() != 5 {
        table.report_key("level", Message::new("finding-levels"));
    }
    let mut levels = Vec::new();
    for (expected, mut entry) in (1..=5).zip(entries) {
        let level = entry.whole("level", &(1..=5));
        if level != expected {
            entry.report_key("level", Message::new("finding-number").with("expected", expected));
        }
        levels.push(Level { level, text: entry.languages(Longest::LEVEL) });
        entry.finish();
    }
    levels
}

fn read_evidence(table: &mut Table<'_>) -> Vec<Bilingual> {
    let entries = table.tables("evidence");
    if !(1..=8).contains(&entries.len()) {
        table.report_key("evidence", Message::new("finding-evidence"));
    }
    let read = |mut entry: Table<'_>| {
        let evidence = entry.languages(Longest::TEXT);
        entry.finish();
        evidence
    };
    entries.into_iter().map(read).collect()
}

fn read_actions(table: &mut Table<'_>) -> Vec<Action> {
    let entries = table.tables("action");
    if entries.len() != 4 {
        table.report_key("action", Message::new("finding-actions"));
    }
    let efforts = [("small", Effort::Small), ("medium", Effort::Medium), ("large", Effort::Large)];
    let mut actions = Vec::new();
    for (expected, mut entry) in (1..=4).zip(entries) {
        let (from, to) = (entry.whole("from", &(1..=4)), entry.whole("to", &(2..=5)));
        if (from, to) != (expected, expected + 1) {
            let reason = Message::new("finding-step").with("from", expected).with("to", expected + 1);
            entry.report_key("from", reason);
        }
        actions.push(Action {
            from,
            to,
            effort: entry.choice("effort", &efforts).unwrap_or(Effort::Small),
            first: entry.both("first", Longest::TEXT),
            who: entry.both("who", Longest::TEXT),
            proof: entry.both("proof", Longest::TEXT),
        });
        entry.finish();
    }
    actions
}
