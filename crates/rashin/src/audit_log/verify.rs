//! Whether a log is what it was: every entry, value, subtree and checkpoint is computed again.

use std::collections::{BTreeMap, BTreeSet};

use platform::log::{ALL_CHECKPOINTS, Facts, WITHOUT_VALUES, commitment};
use platform::{Actor, Ctx, Error, Message, Result, Row};
use serde::Serialize;
use serde_json::Value as Json;
use tlog::{Checkpoint, Frontier, Hash, Note, leaf_hash};

use super::actions::readable;
use super::store::{Kept, KeptCheckpoint};
use super::{LogKey, checkpoints, store};

const STRETCH: i64 = 5000;
/// More are counted, not listed.
const LISTED: usize = 200;

/// What was looked at and what was found.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Entries looked at.
    pub entries: u64,
    /// Checkpoints looked at.
    pub checkpoints: u64,
    /// What is wrong, at most 200 of it.
    pub faults: Vec<Found>,
    /// How much is wrong.
    pub count: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which log; empty for the installation's own, `*` for that of all checkpoints.
    pub log: String,
    /// What.
    pub message: Message,
}

/// The verdict as data.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// Whether nothing is wrong.
    pub sound: bool,
    /// Entries looked at.
    pub entries: u64,
    /// Checkpoints looked at.
    pub checkpoints: u64,
    /// How much is wrong.
    pub count: usize,
    /// What is wrong, in words.
    pub faults: Vec<String>,
}

impl Verdict {
    fn find(&mut self, log: &str, message: Message) {
        self.count += 1;
        if self.faults.len() < LISTED {
            self.faults.push(Found { log: log.to_owned(), message });
        }
    }

    /// In words, by a function that shows a message.
    pub fn report(&self, show: impl Fn(&Message) -> String) -> Report {
        let line = |found: &Found| format!("{}: {}", found.log, show(&found.message));
        Report {
            sound: self.count == 0,
            entries: self.entries,
            checkpoints: self.checkpoints,
            count: self.count,
            faults: self.faults.iter().map(line).collect(),
        }
    }
}

/// Verifies the asker's own log, and that of all checkpoints.
pub async fn own(ctx: &Ctx, key: &LogKey) -> Result<Verdict> {
    let tenant_id = readable(ctx).await?.to_owned();
    // The log of all checkpoints is everybody's: one's own alone would have gaps.
    logs(&ctx.as_actor(Actor::System), key, vec![tenant_id]).await
}

/// Verifies all logs of the installation.
pub async fn whole(system: &Ctx, key: &LogKey) -> Result<Verdict> {
    let all = store::logs(system).await?;
    let mut verdict = logs(system, key, all.into_iter().filter(|log| log != ALL_CHECKPOINTS).collect()).await?;
    for id in store::strays(system).await? {
        verdict.find("", Message::new("log-fault-stray").with("entry", id));
    }
    let waiting = store::waiting(system).await?;
    if waiting > 0 && !system.reader().is_postgres() {
        verdict.find("", Message::new("log-fault-waiting").with("count", waiting.to_string()));
    }
    Ok(verdict)
}

async fn logs(ctx: &Ctx, key: &LogKey, logs: Vec<String>) -> Result<Verdict> {
    checkpoints::place_waiting(ctx).await?;
    let mut verdict = Verdict::default();
    let wanted: BTreeSet<&str> = logs.iter().map(String::as_str).collect();
    let mut told = verify_checkpoints(ctx, key, &wanted, &mut verdict).await?;
    for log in &logs {
        let told = told.remove(log).unwrap_or_default();
        let walk = Walk { told, ..Walk::new(log, store::erased(ctx, log).await?) };
        let mut walk = walk_entries(ctx, log, walk).await?;
        walk.end(store::head(ctx, log).await?.as_ref(), &store::nodes(ctx, log).await?);
        verdict.entries += walk.tree.size();
        verdict.count += walk.found.count;
        verdict.faults.extend(walk.found.faults);
        verdict.faults.truncate(LISTED);
    }
    Ok(verdict)
}

/// Reads two stretches side by side while what was read before is computed.
async fn walk_entries(ctx: &Ctx, log: &str, mut walk: Walk) -> Result<Walk> {
    let (mut behind, mut rows): (i64, Vec<Row>) = (0, Vec::new());
    loop {
        let work = tokio::task::spawn_blocking(move || {
            rows.iter().try_for_each(|row| store::kept_of(row).map(|row| walk.step(&row))).map(|()| walk)
        });
        let (middle, end) = (behind.saturating_add(STRETCH), behind.saturating_add(2 * STRETCH));
        let (one, two) =
            (store::unread_between(ctx, log, behind, middle), store::unread_between(ctx, log, middle, end));
        let (one, two, done) = tokio::join!(one, two, work);
        walk = done.map_err(Error::internal)??;
        rows = one?;
        rows.extend(two?);
        behind = end;
        if rows.is_empty() {
            // A gap, or the end.
            let Some(next) = store::first_behind(ctx, log, end).await? else { return Ok(walk) };
            behind = next - 1;
        }
    }
}

/// A log's tree, growing entry by entry.
struct Walk {
    log: String,
    tree: Frontier,
    /// Numbers as they stand, so that a gap is named once.
    next: i64,
    /// Roots that checkpoints tell, by size.
    told: BTreeMap<u64, Hash>,
    erased: BTreeSet<String>,
    nodes: Vec<(i64, i64, String)>,
    found: Verdict,
}

impl Walk {
    fn new(log: &str, erased: Vec<String>) -> Self {
        Self {
            log: log.to_owned(),
            tree: Frontier::default(),
            next: 1,
            told: BTreeMap::new(),
            erased: erased.into_iter().collect(),
            nodes: Vec::new(),
            found: Verdict::default(),
        }
    }

    fn find(&mut self, key: &'static str, number: i64) {
        let message = Message::new(key).with("number", number.to_string());
        let log = self.log.clone();
        self.found.find(&log, message);
    }

    fn push(&mut self, leaf: Hash) {
        for (node, hash) in self.tree.push(leaf) {
            if node.level > 0 && node.level.is_multiple_of(8) {
                let place = i64::try_from(node.index).unwrap_or(i64::MAX);
                self.nodes.push((i64::from(node.level), place, hash.to_hex()));
            }
        }
        if self.told.remove(&self.tree.size()).is_some_and(|root| root != self.tree.root()) {
            self.find("log-fault-root", i64::try_from(self.tree.size()).unwrap_or(i64::MAX));
        }
    }

    fn step(&mut self, row: &Kept) {
        if row.seq != self.next {
            self.find("log-fault-gap", self.next);
        }
        self.next = row.seq.saturating_add(1);
        let leaf = leaf_hash(row.entry.leaf().as_bytes());
        if leaf.to_hex() != row.leaf_hash {
            self.find("log-fault-entry", row.seq);
        }
        self.push(leaf);
        self.check_values(row);
    }

    /// Each commitment has its value, or an entry that tells of its erasure; and no value is without commitment.
    fn check_values(&mut self, row: &Kept) {
        let mut kept = match &row.values {
            Some((facts, tenant)) if *tenant == row.entry.tenant_id && row.entry.form != WITHOUT_VALUES => {
                serde_json::from_str::<Facts>(facts).ok()
            }
            Some(_) => None,
            None => Some(Facts::default()),
        };
        let Some(Facts(kept)) = &mut kept else { return self.find("log-fault-value", row.seq) };
        if row.entry.form == WITHOUT_VALUES {
            return;
        }
        let Ok(Json::Object(told)) = serde_json::from_str(&row.entry.facts) else {
            return self.find("log-fault-entry", row.seq);
        };
        for (name, told) in told {
            match kept.remove(&name) {
                Some(fact) if commitment(&fact).is_ok_and(|found| told == found) => {}
                Some(_) => self.find("log-fault-value", row.seq),
                None if self.is_erased(&row.entry.id, &name) => {}
                None => self.find("log-fault-erased", row.seq),
            }
        }
        if !kept.is_empty() {
            self.find("log-fault-value", row.seq);
        }
    }

    fn is_erased(&self, id: &str, name: &str) -> bool {
        self.erased.contains(id) || self.erased.contains(&format!("{id}/{name}"))
    }

    /// Compares with what is kept of the tree, and with checkpoints of more entries than there are.
    fn end(&mut self, head: Option<&Frontier>, nodes: &[(i64, i64, String)]) {
        let size = i64::try_from(self.tree.size()).unwrap_or(i64::MAX);
        if head.is_none_or(|head| *head != self.tree) {
            self.find("log-fault-head", size);
        }
        if nodes != self.nodes {
            self.find("log-fault-nodes", size);
        }
        for (told, _) in std::mem::take(&mut self.told) {
            self.find("log-fault-shorter", i64::try_from(told).unwrap_or(i64::MAX));
        }
    }
}

/// Walks the log of all checkpoints; gives the roots told of the wanted logs, by log and size.
async fn verify_checkpoints(
    ctx: &Ctx,
    key: &LogKey,
    wanted: &BTreeSet<&str>,
    verdict: &mut Verdict,
) -> Result<BTreeMap<String, BTreeMap<u64, Hash>>> {
    let mut walk = Walk::new(ALL_CHECKPOINTS, Vec::new());
    let mut told: BTreeMap<String, BTreeMap<u64, Hash>> = BTreeMap::new();
    let (mut behind, mut last_own) = (0, 0);
    loop {
        let rows = store::checkpoints(ctx, behind, STRETCH).await?;
        let Some(last) = rows.last() else { break };
        behind = last.number;
        for row in &rows {
            if row.number != walk.next {
                walk.find("log-fault-gap", walk.next);
            }
            walk.next = row.number.saturating_add(1);
            if let Some((size, root)) = check_checkpoint(row, key, &mut walk) {
                if row.tenant_id == ALL_CHECKPOINTS {
                    if (size, root) != (walk.tree.size(), walk.tree.root()) {
                        walk.find("log-fault-root", row.number);
                    }
                    last_own = row.number;
                } else if wanted.contains(row.tenant_id.as_str()) {
                    told.entry(row.tenant_id.clone()).or_default().insert(size, root);
                }
            }
            walk.push(leaf_hash(row.note.as_bytes()));
        }
    }
    // Each signing ends with a checkpoint of this log itself.
    if last_own != walk.next - 1 {
        walk.find("log-fault-unsigned", walk.next - 1);
    }
    verdict.checkpoints = walk.tree.size();
    if verdict.checkpoints > 0 || store::head(ctx, ALL_CHECKPOINTS).await?.is_some() {
        walk.end(store::head(ctx, ALL_CHECKPOINTS).await?.as_ref(), &store::nodes(ctx, ALL_CHECKPOINTS).await?);
    }
    verdict.count += walk.found.count;
    verdict.faults.extend(walk.found.faults);
    Ok(told)
}

/// The size and root a checkpoint tells, if its signature holds and its row says the same.
fn check_checkpoint(row: &KeptCheckpoint, key: &LogKey, walk: &mut Walk) -> Option<(u64, Hash)> {
    let opened = Note::parse(&row.note)
        .and_then(|note| {
            let verifier = key.verifier(&row.tenant_id).map_err(|_| tlog::Error::Malformed("origin"))?;
            Checkpoint::open(&note, &verifier).map(|told| (told, note))
        })
        .ok();
    let Some((told, note)) = opened else {
        walk.find("log-fault-signature", row.number);
        return None;
    };
    let same = i64::try_from(told.size) == Ok(row.size)
        && told.root.to_hex() == row.root
        && checkpoints::signed_text(&told, row.at_ms) == note.text
        && leaf_hash(row.note.as_bytes()).to_hex() == row.leaf_hash;
    if !same {
        walk.find("log-fault-checkpoint", row.number);
    }
    Some((told.size, told.root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_faults_all_are_counted_and_two_hundred_listed() {
        let mut verdict = Verdict::default();
        for _ in 0..201 {
            verdict.find("x", Message::new("log-fault-gap"));
        }
        assert_eq!((verdict.count, verdict.faults.len()), (201, 200));
        let report = verdict.report(|message| message.key.to_owned());
        assert_eq!((report.sound, report.count, report.faults[0].as_str()), (false, 201, "x: log-fault-gap"));
        assert!(Verdict::default().report(|message| message.key.to_owned()).sound);
    }
}
