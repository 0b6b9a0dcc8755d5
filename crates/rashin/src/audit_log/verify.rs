//! Whether a log is what it was: every entry, value, subtree and checkpoint is computed again.

use std::collections::{BTreeMap, BTreeSet};

use platform::log::{ALL_CHECKPOINTS, Facts, WITHOUT_VALUES, commitment};
use platform::{Actor, Ctx, Error, Message, Result, Row};
use serde::Serialize;
use serde_json::Value as Json;
use tlog::{Checkpoint, Frontier, Hash, Note, leaf_hash};

use super::actions::readable;
use super::store::{Kept, KeptCheckpoint};
use super::{LogKey, Turns, checkpoints, store};

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
    /// Since when the log is not signed any more.
    pub halted_at_ms: Option<i64>,
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
    /// Since when the log is not signed any more, milliseconds since 1970; none if it is.
    pub halted_at_ms: Option<i64>,
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
            halted_at_ms: self.halted_at_ms,
        }
    }
}

/// Verifies the asker's own log, with its checkpoints and their places in the log of all. One at a time.
pub async fn own(ctx: &Ctx, key: &LogKey, turns: &Turns) -> Result<Verdict> {
    let tenant_id = readable(ctx).await?.to_owned();
    let _turn = turns.work()?;
    // The log of all checkpoints is everybody's: one's own alone would have gaps.
    logs(&ctx.as_actor(Actor::System), key, &tenant_id, std::slice::from_ref(&tenant_id)).await
}

/// Verifies all logs of the installation.
pub async fn whole(system: &Ctx, key: &LogKey) -> Result<Verdict> {
    let all = store::logs(system).await?;
    let all: Vec<String> = all.into_iter().filter(|log| log != ALL_CHECKPOINTS).collect();
    let mut verdict = logs(system, key, ALL_CHECKPOINTS, &all).await?;
    for id in store::strays(system).await? {
        verdict.find("", Message::new("log-fault-stray").with("entry", id));
    }
    let waiting = store::waiting(system).await?;
    if waiting > 0 && !system.reader().is_postgres() {
        verdict.find("", Message::new("log-fault-waiting").with("count", waiting.to_string()));
    }
    Ok(verdict)
}

async fn logs(ctx: &Ctx, key: &LogKey, whose: &str, logs: &[String]) -> Result<Verdict> {
    checkpoints::place_waiting(ctx).await?;
    let halted_at_ms = store::halt(ctx, whose).await?.map(|halt| halt.at_ms);
    let mut verdict = Verdict { halted_at_ms, ..Verdict::default() };
    let mut told = verify_checkpoints(ctx, key, whose, &mut verdict).await?;
    for log in logs {
        let told = told.remove(log).unwrap_or_default();
        let mut walk = Walk { told, ..Walk::new(log, store::erased(ctx, log).await?) };
        for number in store::outside(ctx, log).await?.into_iter().flatten() {
            walk.find("log-fault-outside", number);
        }
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
                Some(_) if self.is_erased(&row.entry.id, &name) => self.find("log-fault-unerased", row.seq),
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

/// The log of all checkpoints, growing.
struct All {
    walk: Walk,
    key: LogKey,
    /// Whose checkpoints are opened; those of all with `*`.
    whose: String,
    /// Roots told of the logs that are opened, by log and size.
    told: BTreeMap<String, BTreeMap<u64, Hash>>,
    /// Number of the last checkpoint of this log itself.
    last_own: i64,
    opened: u64,
}

impl All {
    fn step(&mut self, row: &KeptCheckpoint) {
        if row.number != self.walk.next {
            self.walk.find("log-fault-gap", self.walk.next);
        }
        self.walk.next = row.number.saturating_add(1);
        if row.tenant_id == ALL_CHECKPOINTS {
            self.last_own = row.number;
        }
        if self.whose != ALL_CHECKPOINTS && self.whose != row.tenant_id {
            // Another's: it has to be the leaf it is said to be, no more.
            let leaf = Hash::from_hex(&row.leaf_hash).unwrap_or_else(|_| leaf_hash(b""));
            return self.walk.push(leaf);
        }
        self.opened += 1;
        if let Some((size, root)) = check_checkpoint(row, &self.key, &mut self.walk) {
            if row.tenant_id != ALL_CHECKPOINTS {
                self.told.entry(row.tenant_id.clone()).or_default().insert(size, root);
            } else if (size, root) != (self.walk.tree.size(), self.walk.tree.root()) {
                self.walk.find("log-fault-root", row.number);
            }
        }
        self.walk.push(leaf_hash(row.note.as_bytes()));
    }
}

/// Walks the log of all checkpoints, opening those of one log, or all of them with `*`; gives the roots they tell, by log
/// and size.
async fn verify_checkpoints(
    ctx: &Ctx,
    key: &LogKey,
    whose: &str,
    verdict: &mut Verdict,
) -> Result<BTreeMap<String, BTreeMap<u64, Hash>>> {
    let mut walk = Walk::new(ALL_CHECKPOINTS, Vec::new());
    for number in store::outside_all(ctx).await? {
        walk.find("log-fault-outside", number);
    }
    for number in store::outside(ctx, ALL_CHECKPOINTS).await? {
        walk.find("log-fault-outside", number.unwrap_or(0));
    }
    if whose != ALL_CHECKPOINTS
        && let Some(newest) = store::newest_checkpoint(ctx, ALL_CHECKPOINTS).await?
    {
        // In the place of all signatures: the last one, over all that was there.
        match opened(&newest.note, ALL_CHECKPOINTS, key) {
            Some((told, _)) => drop(walk.told.insert(told.size, told.root)),
            None => walk.find("log-fault-signature", newest.size.saturating_add(1)),
        }
    }
    let told = BTreeMap::new();
    let mut all = All { walk, key: key.clone(), whose: whose.to_owned(), told, last_own: 0, opened: 0 };
    let mut behind = 0;
    loop {
        let rows = store::checkpoints(ctx, behind, STRETCH, whose).await?;
        let Some(last) = rows.last() else { break };
        behind = last.number;
        let work = move || {
            for row in &rows {
                all.step(row);
            }
            all
        };
        all = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    }
    let All { mut walk, told, last_own, opened, .. } = all;
    // Each signing ends with a checkpoint of this log itself.
    if last_own != walk.next - 1 {
        walk.find("log-fault-unsigned", walk.next - 1);
    }
    verdict.checkpoints = opened;
    let head = store::head(ctx, ALL_CHECKPOINTS).await?;
    if walk.tree.size() > 0 || head.is_some() {
        walk.end(head.as_ref(), &store::nodes(ctx, ALL_CHECKPOINTS).await?);
    }
    verdict.count += walk.found.count;
    verdict.faults.extend(walk.found.faults);
    Ok(told)
}

/// A checkpoint that is signed by the key.
fn opened(note: &str, log: &str, key: &LogKey) -> Option<(Checkpoint, Note)> {
    let note = Note::parse(note).ok()?;
    let told = Checkpoint::open(&note, &key.verifier(log).ok()?).ok()?;
    Some((told, note))
}

/// The size and root a checkpoint tells, if its signature holds and its row says the same.
fn check_checkpoint(row: &KeptCheckpoint, key: &LogKey, walk: &mut Walk) -> Option<(u64, Hash)> {
    let Some((told, note)) = opened(&row.note, &row.tenant_id, key) else {
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
