//! The members of a synthetic release as a file. Real companies' answers are never written out.

use serde_json::json;

use super::Member;
use crate::catalog::ItemSet;

/// Columns before those of the items.
const COLUMNS: [&str; 7] = ["id", "tier", "size", "industry", "vulnerability_index", "influence_index", "risk_index"];

/// One line of names, then one for each member. Fails only where memory cannot be written to.
pub(super) fn csv_of(set: &ItemSet, members: &[Member]) -> std::io::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(COLUMNS.into_iter().chain(set.items.iter().map(|item| item.ref_id.as_str())))?;
    for member in members {
        let indices = &member.indices;
        let numbers = [indices.vulnerability, indices.influence, indices.risk].map(|index| format!("{index:.2}"));
        let words = [member.id.as_str(), indices.tier.as_str(), member.size.as_str(), &member.industry];
        let levels: Vec<String> = member.levels.iter().map(u8::to_string).collect();
        csv.write_record(
            words.into_iter().chain(numbers.iter().map(String::as_str)).chain(levels.iter().map(String::as_str)),
        )?;
    }
    csv.into_inner().map_err(std::io::Error::other)
}

/// An array of objects with the same names. Fails only where memory cannot be written to.
pub(super) fn json_of(set: &ItemSet, members: &[Member]) -> std::io::Result<Vec<u8>> {
    let rows: Vec<_> = members
        .iter()
        .map(|member| {
            let indices = &member.indices;
            let mut row = json!({
                "id": member.id, "tier": indices.tier, "size": member.size, "industry": member.industry,
                "vulnerability_index": indices.vulnerability, "influence_index": indices.influence,
                "risk_index": indices.risk,
            });
            if let Some(fields) = row.as_object_mut() {
                fields.extend(
                    set.items.iter().zip(&member.levels).map(|(item, level)| (item.ref_id.clone(), json!(level))),
                );
            }
            row
        })
        .collect();
    let mut text = serde_json::to_vec_pretty(&rows).map_err(std::io::Error::other)?;
    text.push(b'\n');
    Ok(text)
}
