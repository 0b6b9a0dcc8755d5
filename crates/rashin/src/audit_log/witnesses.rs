//! Sending checkpoints to witnesses, and keeping what they sign (C2SP tlog-witness, tlog-cosignature).
//!
//! What is sent is the checkpoint of the log of all checkpoints. It stands for those of every tenant: one question is
//! enough however many there are, and a witness learns of none of them. What was signed lies in a file beside the data,
//! so that an old database put back is known by it.

use std::fs;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use platform::log::{ALL_CHECKPOINTS, Unproved, prove};
use platform::{Ctx, Error, Result};
use serde::{Deserialize, Serialize};
use tlog::{Checkpoint, Note, Signature, Verifier, verify_consistency};
use tokio::task::JoinSet;

use super::key::write_aside;
use super::{LogKey, store};
use crate::federation::fetch::{Fetcher, Reach};

/// Name of the file in the folder of data.
const FILE: &str = "witnesses.json";
/// How soon a new checkpoint is sent.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// One witness is given so long in all.
const PATIENCE: Duration = Duration::from_secs(15);
/// After a failure the next try waits so long, then twice that, up to an hour.
const FIRST_WAIT_MS: i64 = 30_000;
const LONGEST_WAIT_MS: i64 = 60 * 60 * 1000;

/// A witness to send to: its key and its address, written `KEY@ADDRESS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    key: Verifier,
    address: String,
}

impl FromStr for Known {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wanted = || "KEY@ADDRESS: the key that `rashin witness` prints, and an https address".to_owned();
        let (key, address) = text.rfind("@http").map(|at| (&text[..at], &text[at + 1..])).ok_or_else(wanted)?;
        let key = Verifier::parse(key.trim()).ok().filter(Verifier::is_witness).ok_or_else(wanted)?;
        Ok(Self { key, address: address.trim().trim_end_matches('/').to_owned() })
    }
}

/// Whom to send to, and how far.
#[derive(Debug, Clone, Default)]
pub struct Witnesses {
    /// The witnesses.
    pub known: Vec<Known>,
    /// Which addresses may be asked.
    pub reach: Reach,
}

/// How it stands with one witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its key, `name+id+key`.
    pub key: String,
    /// Where it is asked.
    pub address: String,
    /// Since when it is asked, milliseconds since 1970.
    pub since_ms: i64,
    /// What it signed last.
    pub cosigned: Option<Cosigned>,
    /// Why it did not sign when it was asked last.
    pub trouble: Option<Trouble>,
    /// When it said last that it had seen less than it signed.
    pub forgot_at_ms: Option<i64>,
}

/// A checkpoint of the log of all checkpoints that a witness signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cosigned {
    /// Number of its entries.
    pub size: u64,
    /// When, by our clock, milliseconds since 1970.
    pub at_ms: i64,
    /// The checkpoint with both signatures.
    pub note: String,
}

/// Why a witness did not sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// In a word.
    pub what: String,
    /// Since when, milliseconds since 1970.
    pub since_ms: i64,
}

impl Standing {
    fn of(known: &Known, now_ms: i64) -> Self {
        let (key, address) = (known.key.to_string(), known.address.clone());
        Self { key, address, since_ms: now_ms, cosigned: None, trouble: None, forgot_at_ms: None }
    }

    /// Name of the witness.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.split('+').next().unwrap_or("")
    }

    /// Since when nothing new was signed: the last signature, or the first question.
    #[must_use]
    pub fn signed_at_ms(&self) -> i64 {
        self.cosigned.as_ref().map_or(self.since_ms, |cosigned| cosigned.at_ms)
    }

    /// Whether it says, or its last signature shows, that the log was rewritten or put back.
    #[must_use]
    pub fn accuses(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| [REWRITTEN, PUT_BACK].contains(&trouble.what.as_str()))
    }

    fn stumble(&mut self, what: &str, now_ms: i64) {
        if self.trouble.as_ref().is_none_or(|trouble| trouble.what != what) {
            self.trouble = Some(Trouble { what: what.to_owned(), since_ms: now_ms });
        }
    }
}

/// The log is not what was signed.
const REWRITTEN: &str = "log-rewritten";
/// The log is shorter than what was signed.
const PUT_BACK: &str = "log-put-back";

/// How it stands with all witnesses, in the order in which they were named.
pub fn standings(data: &Path) -> Result<Vec<Standing>> {
    let path = data.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|error| Error::internal(format!("{}: {error}", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::internal(format!("{}: {error}", path.display()))),
    }
}

/// What a witness answered: the note it signed, and whether it had forgotten what it signed before.
struct Answer {
    note: String,
    forgot: bool,
}

/// A checkpoint that is to be signed.
#[derive(Clone)]
struct Due {
    checkpoint: Checkpoint,
    note: Note,
}

/// Asks the witnesses.
#[derive(Debug)]
pub struct Asker {
    witnesses: Witnesses,
    fetcher: Fetcher,
    /// Of each witness: failures in a row, and when it is asked again.
    waits: Vec<(u32, i64)>,
}

impl Asker {
    /// One that has asked nobody yet.
    pub fn new(witnesses: Witnesses) -> Result<Self> {
        let fetcher = Fetcher::new(witnesses.reach)?;
        let waits = vec![(0, i64::MIN); witnesses.known.len()];
        Ok(Self { witnesses, fetcher, waits })
    }

    /// The kept standings of those who are asked.
    fn standings(&self, mut kept: Vec<Standing>, now_ms: i64) -> Vec<Standing> {
        let own = |known: &Known| {
            let key = known.key.to_string();
            let found = kept.iter().position(|standing| standing.key == key).map(|at| kept.swap_remove(at));
            Standing { address: known.address.clone(), ..found.unwrap_or_else(|| Standing::of(known, now_ms)) }
        };
        self.witnesses.known.iter().map(own).collect()
    }

    /// Sends the newest checkpoint to every witness that has not signed it and is not being waited for. All are asked
    /// at once; none is given more than its time. Gives how many signed.
    pub async fn ask_all(&mut self, system: &Ctx, key: &LogKey, data: &Path) -> Result<usize> {
        let now_ms = system.now_ms();
        let before = standings(data)?;
        let mut standings = self.standings(before.clone(), now_ms);
        let mut signed = 0;
        if let Some(due) = newest(system, key).await? {
            let mut asked = JoinSet::new();
            for (at, standing) in standings.iter().enumerate() {
                // No wait is longer than the longest: then the clock went back.
                let waits = self
                    .waits
                    .get(at)
                    .is_some_and(|(_, until_ms)| (1..=LONGEST_WAIT_MS).contains(&until_ms.saturating_sub(now_ms)));
                if !waits && !has_signed(standing, &due) {
                    let (known, fetcher) = (self.witnesses.known[at].clone(), self.fetcher.clone());
                    let (system, key) = (system.clone(), key.clone());
                    let (due, last) = (due.clone(), standing.cosigned.clone());
                    asked.spawn(async move {
                        let answer = ask(&system, &key, &fetcher, &known, &due, last.as_ref());
                        (at, tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Ok(Err("too-slow"))))
                    });
                }
            }
            while let Some(answered) = asked.join_next().await {
                let (at, answer) = answered.map_err(Error::internal)?;
                // What fails with one is told of that one; the others' signatures are kept.
                let answer = answer.unwrap_or_else(|error| {
                    tracing::error!(%error, "a witness could not be asked");
                    Err("not-asked")
                });
                signed += usize::from(self.take(&mut standings[at], at, answer, &due, now_ms));
            }
        }
        if standings != before || !data.join(FILE).exists() {
            write_aside(&data.join(FILE), &serde_json::to_vec_pretty(&standings).map_err(Error::internal)?)?;
        }
        Ok(signed)
    }

    fn take(
        &mut self,
        standing: &mut Standing,
        at: usize,
        answer: std::result::Result<Answer, &'static str>,
        due: &Due,
        now_ms: i64,
    ) -> bool {
        match answer {
            Ok(Answer { note, forgot }) => {
                if forgot {
                    tracing::error!(witness = standing.name(), "the witness had forgotten what it signed");
                    standing.forgot_at_ms = Some(now_ms);
                }
                standing.cosigned = Some(Cosigned { size: due.checkpoint.size, at_ms: now_ms, note });
                standing.trouble = None;
                self.waits[at] = (0, i64::MIN);
                true
            }
            Err(what) => {
                standing.stumble(what, now_ms);
                if standing.accuses() {
                    tracing::error!(
                        witness = standing.name(),
                        what,
                        "A WITNESS DOES NOT SIGN: THE LOG IS NOT WHAT IT SIGNED BEFORE. Run `rashin log verify` and compare with copies"
                    );
                } else {
                    tracing::warn!(witness = standing.name(), what, "the witness did not sign; it is asked again");
                }
                let failures = self.waits[at].0;
                let wait_ms = FIRST_WAIT_MS.saturating_mul(1 << failures.min(10)).min(LONGEST_WAIT_MS);
                self.waits[at] = (failures + 1, now_ms.saturating_add(wait_ms));
                false
            }
        }
    }
}

async fn newest(system: &Ctx, key: &LogKey) -> Result<Option<Due>> {
    let Some(newest) = store::newest_checkpoint(system, ALL_CHECKPOINTS).await? else { return Ok(None) };
    let note = Note::parse(&newest.note).map_err(Error::internal)?;
    let checkpoint = Checkpoint::open(&note, &key.verifier(ALL_CHECKPOINTS)?).map_err(Error::internal)?;
    Ok(Some(Due { checkpoint, note }))
}

fn has_signed(standing: &Standing, due: &Due) -> bool {
    let signed = standing.cosigned.as_ref().and_then(|cosigned| Note::parse(&cosigned.note).ok());
    signed.is_some_and(|signed| signed.text == due.note.text)
}

/// Asks one witness. The outer failure is our own, the inner one is why it did not sign.
async fn ask(
    system: &Ctx,
    key: &LogKey,
    fetcher: &Fetcher,
    known: &Known,
    due: &Due,
    last: Option<&Cosigned>,
) -> Result<std::result::Result<Answer, &'static str>> {
    let size = due.checkpoint.size;
    if let Some(what) = fault_since(system, key, due, last).await? {
        return Ok(Err(what));
    }
    let address = format!("{}/add-checkpoint", known.address);
    let signed = last.map_or(0, |last| last.size);
    let mut old = signed;
    // It may be elsewhere than we think, once; then it knows where we go on from.
    for _ in 0..2 {
        let ranges = tlog::consistency_ranges(old, size).map_err(Error::internal)?;
        let proof = match prove(&mut system.reader(), ALL_CHECKPOINTS, &ranges).await {
            Ok(proof) => proof,
            Err(Unproved::Missing(_)) => return Ok(Err(REWRITTEN)),
            Err(Unproved::Failed(error)) => return Err(error),
        };
        let request = format!("old {old}\n{}\n{}", tlog::write_proof(&proof), due.note);
        let (status, body) = match fetcher.send(&address, request).await {
            Ok(answer) => answer,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let body = String::from_utf8_lossy(&body).into_owned();
        match status {
            200 => {
                return Ok(cosigned(known, due, &body).map(|note| Answer { note, forgot: old < signed }));
            }
            409 => match body.trim().parse::<u64>() {
                Ok(told) if told > size => return Ok(Err(behind(system, key, told).await?)),
                // It has signed this size, with another root.
                Ok(told) if told == old && old == size => return Ok(Err(REWRITTEN)),
                Ok(told) if told == old => return Ok(Err("undecided")),
                Ok(told) => old = told,
                Err(_) => return Ok(Err("answer-malformed")),
            },
            422 => return Ok(Err(REWRITTEN)),
            404 => return Ok(Err("log-unknown")),
            403 => return Ok(Err("key-unknown")),
            _ => return Ok(Err("answered-with-error")),
        }
    }
    Ok(Err("undecided"))
}

/// Whether the log continues what the witness signed, before it is asked.
async fn fault_since(system: &Ctx, key: &LogKey, due: &Due, last: Option<&Cosigned>) -> Result<Option<&'static str>> {
    let Some(last) = last else { return Ok(None) };
    if last.size > due.checkpoint.size {
        return behind(system, key, last.size).await.map(Some);
    }
    let signed = Note::parse(&last.note).and_then(|note| Checkpoint::parse(&note.text)).map_err(Error::internal)?;
    let ranges = tlog::consistency_ranges(signed.size, due.checkpoint.size).map_err(Error::internal)?;
    let proof = match prove(&mut system.reader(), ALL_CHECKPOINTS, &ranges).await {
        Ok(proof) => proof,
        Err(Unproved::Missing(_)) => return Ok(Some(REWRITTEN)),
        Err(Unproved::Failed(error)) => return Err(error),
    };
    let (size, root) = (due.checkpoint.size, &due.checkpoint.root);
    Ok(verify_consistency(signed.size, size, &signed.root, root, &proof).err().map(|_| REWRITTEN))
}

/// Why a witness is at a size that was not due yet: another server signed and asked meanwhile, or the log is shorter than
/// it was.
async fn behind(system: &Ctx, key: &LogKey, told: u64) -> Result<&'static str> {
    let now = newest(system, key).await?.map_or(0, |due| due.checkpoint.size);
    Ok(if now >= told { "undecided" } else { PUT_BACK })
}

/// The note with the witness's signature, if that is right.
fn cosigned(known: &Known, due: &Due, lines: &str) -> std::result::Result<String, &'static str> {
    let own = |signature: &Signature| signature.name == known.key.name() && signature.key_id == known.key.id();
    let signatures = lines.lines().map(Signature::parse).collect::<std::result::Result<Vec<_>, _>>();
    let mut note = due.note.clone();
    note.signatures.extend(signatures.map_err(|_| "answer-malformed")?.into_iter().filter(own));
    known.key.verify(&note).map_err(|_| "signature-wrong")?;
    Ok(note.to_string())
}

/// Asks the witnesses as long as the program runs. It has no part in signing, so it never holds that up.
pub async fn keep_asking(system: Ctx, key: LogKey, data: std::path::PathBuf, witnesses: Witnesses) {
    // Nobody to ask, and nobody who was asked before: nothing is written.
    if witnesses.known.is_empty() && !data.join(FILE).exists() {
        return;
    }
    let mut asker = match Asker::new(witnesses) {
        Ok(asker) => asker,
        Err(error) => return tracing::error!(%error, "the witnesses cannot be asked"),
    };
    loop {
        if let Err(error) = asker.ask_all(&system, &key, &data).await {
            tracing::error!(%error, "the witnesses could not be asked; it is tried again");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
