//! A large made-up population in the server's database, and its rows for the rivals.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rashin::catalog::{self, Bilingual};
use rashin::face::serve::{self, Place};
use rashin::population::{self, Member, Release, ReleaseHead, Row, Tally, Window, synthesise};

const ITEM_SET: &str = "benchmark-25";
/// Identity of the release.
pub(crate) const RELEASE: &str = "synthetic-many-25";
/// The populations of 885 that the members come from have this seed and those after it.
const FIRST_SEED: u64 = 1;

/// Makes a database with the sample companies and the release, and leaves the members' rows in `rows`.
pub(crate) fn prepare(data: &Path, members: usize, rows: &Path) -> Result<(), Box<dyn Error>> {
    let release = release(members, &mut BufWriter::new(File::create(rows)?))?;
    let place = Place { data: data.to_owned(), database: None, public_url: "http://localhost".to_owned() };
    tokio::runtime::Runtime::new()?.block_on(async {
        let app = serve::open(&place).await?;
        rashin::sample::load(&app).await?;
        population::freeze(&app.system(), &release).await?;
        app.ground.db.close().await
    })?;
    Ok(())
}

fn release(members: usize, rows: &mut impl Write) -> Result<Release, Box<dyn Error>> {
    let set = catalog::builtin().item_set(ITEM_SET).ok_or("the item set is missing")?;
    let mut tally = Tally::new(catalog::builtin(), set)?;
    let populations = (FIRST_SEED..).map(|seed| synthesise(catalog::builtin(), ITEM_SET, seed));
    for member in populations.flatten().take(members) {
        tally.add(&Row::from(&member))?;
        rows.write_all(&row(&member))?;
    }
    rows.flush()?;
    let day = || "2026-11-21".to_owned();
    let head = ReleaseHead {
        id: RELEASE.to_owned(),
        n: 0,
        synthetic: true,
        item_set: ITEM_SET.to_owned(),
        window: Window { from: day(), to: day() },
        seed: None,
        hash: String::new(),
        method: Bilingual::new("測定のための合成データです。", "Synthetic data, made for a measurement."),
    };
    Ok(tally.freeze(head))
}

/// Tier (0 to 2), then the level of each item; one byte each.
fn row(member: &Member) -> Vec<u8> {
    let tier = member.indices.tier as u8;
    std::iter::once(tier).chain(member.levels.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_as_many_members_as_asked_for_and_each_has_a_row() {
        let mut rows = Vec::new();
        let release = release(1_000, &mut rows).unwrap();
        assert_eq!((release.head().n, rows.len()), (1_000, 26_000));
        let total: u64 = rows.chunks(26).flat_map(|row| &row[1..]).map(|level| u64::from(*level)).sum();
        assert!((release.all().unwrap().mean - total as f64 / 1_000.0).abs() < 1e-9);
    }
}
