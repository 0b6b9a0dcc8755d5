//! A release as bytes: one JSON object with its fields in the order of [`Content`], so that there is one way to write
//! a release and anyone can read it. The cube is in its own form, in base64.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stats::Cube;

use super::release::{Heading, Window};
use super::{Frame, Member, Release, Tally, Tier};
use crate::catalog::{Bilingual, Size};

const FORMAT: &str = "rashin-release-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: String,
    id: String,
    item_set: String,
    window: Window,
    synthetic: bool,
    method: Bilingual,
    n: u64,
    items: Vec<String>,
    industries: Vec<String>,
    cube: String,
    /// Risk index in tenths, total, members; by risk index and total.
    grid: Vec<(i16, u32, u32)>,
    members: Vec<Row>,
}

/// Id, tier, size, industry, the two indices in hundredths, one digit for each level.
#[derive(Serialize, Deserialize)]
struct Row(String, Tier, Size, String, i16, i16, String);

pub(super) fn write(release: &Release) -> Result<Vec<u8>, String> {
    let (frame, tally) = (release.frame(), release.tally());
    let content = Content {
        format: FORMAT.to_owned(),
        id: release.id.clone(),
        item_set: release.item_set.clone(),
        window: release.window.clone(),
        synthetic: release.synthetic,
        method: release.method.clone(),
        n: release.n,
        items: frame.items.clone(),
        industries: frame.industries.clone(),
        cube: STANDARD.encode(tally.cube().to_bytes()),
        grid: tally
            .grid()
            .iter()
            .map(|(&(risk, total), &members)| (risk, total, members))
            .collect(),
        members: release.members().iter().map(row).collect(),
    };
    serde_json::to_vec(&content).map_err(|error| error.to_string())
}

pub(super) fn read(bytes: &[u8]) -> Result<Release, String> {
    let content: Content = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if content.format != FORMAT {
        return Err(format!("the format is {}, not {FORMAT}", content.format));
    }
    let members = content
        .members
        .into_iter()
        .map(member)
        .collect::<Result<Vec<_>, _>>()?;
    let frame = Frame {
        item_set: content.item_set,
        items: content.items,
        industries: content.industries,
    };
    let heading = Heading {
        id: content.id,
        window: content.window,
        method: content.method,
    };
    let release = if content.synthetic {
        Release::synthetic(heading, frame, members)
    } else {
        let cube = STANDARD
            .decode(&content.cube)
            .map_err(|error| error.to_string())?;
        let cube = Cube::from_bytes(&cube).map_err(|error| error.to_string())?;
        if frame.shape() != Ok(cube.shape()) {
            return Err(
                "the cube does not have the shape that items and industries ask for".to_owned(),
            );
        }
        let grid: BTreeMap<_, _> = content
            .grid
            .iter()
            .map(|&(risk, total, members)| ((risk, total), members))
            .collect();
        check_grid(&grid, &cube)?;
        Release::freeze(heading, Tally::of_parts(frame, cube, grid))
    };
    let release = release.map_err(|error| error.to_string())?;
    // Whatever else was wrong or spelled otherwise, it is not what would be written.
    if release.bytes() == bytes {
        Ok(release)
    } else {
        Err("the parts do not fit each other, or are not in the one right form".to_owned())
    }
}

/// The scatter shows the same totals as the cube counts.
fn check_grid(grid: &BTreeMap<(i16, u32), u32>, cube: &Cube) -> Result<(), String> {
    let mut by_total: BTreeMap<u32, u64> = BTreeMap::new();
    for (&(_, total), &members) in grid {
        *by_total.entry(total).or_insert(0) += u64::from(members);
    }
    let whole = cube.whole();
    let counted: BTreeMap<u32, u64> = whole
        .totals()
        .counts()
        .filter(|(_, members)| *members > 0)
        .collect();
    let sensible = grid
        .iter()
        .all(|(&(risk, _), &members)| (-50..=50).contains(&risk) && members > 0);
    if sensible && by_total == counted {
        Ok(())
    } else {
        Err("the scatter does not show the totals that the cube counts".to_owned())
    }
}

fn row(member: &Member) -> Row {
    let digits = member
        .levels
        .iter()
        .map(|level| char::from(b'0' + level.min(&9)))
        .collect();
    Row(
        member.id.clone(),
        member.tier,
        member.size,
        member.industry.clone(),
        member.vulnerability_hundredths,
        member.influence_hundredths,
        digits,
    )
}

fn member(row: Row) -> Result<Member, String> {
    let Row(id, tier, size, industry, vulnerability_hundredths, influence_hundredths, digits) = row;
    let level = |digit: char| {
        digit
            .to_digit(10)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let levels = digits.chars().map(level).collect::<Option<Vec<u8>>>();
    let levels = levels.ok_or_else(|| format!("member {id}: levels are digits"))?;
    Ok(Member {
        id,
        tier,
        size,
        industry,
        vulnerability_hundredths,
        influence_hundredths,
        levels,
    })
}
