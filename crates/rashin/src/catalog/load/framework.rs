//! Reads a framework.

use super::{Part, report_repeated};
use crate::catalog::model::{Framework, Requirement};
use crate::catalog::read::Longest;

pub(super) fn read(part: &Part<'_>) -> Option<Framework> {
    let mut table = part.open("id")?;
    let title = table.both("title", Longest::TEXT);
    let mut lines = Vec::new();
    let mut requirements = Vec::new();
    for mut entry in table.tables("requirement") {
        let ref_id = entry.text("ref_id");
        lines.push(entry.line_of_key("ref_id"));
        requirements.push(Requirement { ref_id, label: entry.both("label", Longest::TEXT) });
        entry.finish();
    }
    table.finish();
    report_repeated(part, requirements.iter().map(|entry| entry.ref_id.as_str()).zip(lines));
    Some(Framework { id: part.id.to_owned(), title, requirements })
}
