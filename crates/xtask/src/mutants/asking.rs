//! Runs tests, one process for each: first without a mutant, to see how long each takes and which mutants it comes by;
//! then every mutant against the tests that come by it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::kept::{Kept, Outcome, Test};
use super::scratch::Built;
use super::{Mutant, STOP, Tests, say};

/// Tests at a time.
const WORKERS: usize = 3;
/// Tests asked about each mutant before all of those that were missed are asked of the rest.
const FIRST: usize = 40;
/// A mutant may fill the memory; it ends there. In KiB.
const MEMORY: u64 = 6_000_000;
/// A test with a mutant may take this long, and ten times what it takes without.
const PATIENCE: Duration = Duration::from_secs(20);

/// Without a mutant every test ends sooner.
const LONGEST: Duration = Duration::from_mins(5);
/// Not a test: under this name is kept which mutants have a part in making what stories begin with.
const BEGINNINGS: &str = "(beginnings)";
/// So many tests are asked of a mutant that has a part in it and in nothing else they do.
const ELSEWHERE: usize = 40;

/// How one test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Went {
    Passed,
    Failed,
    NeverEnded,
}

/// Where a worker's tests put their files, and links to the programs. Tests keep the database that their stories begin
/// with beside their program: a mutant that has a part in making it is asked with one of its own.
struct Room {
    files: PathBuf,
    clean: PathBuf,
    own: PathBuf,
}

/// Whose database a story begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// That of the program as it is.
    Clean,
    /// One that the mutant had a part in making.
    Own,
}

impl Room {
    fn new(built: &Built, worker: usize) -> Result<Self, String> {
        // In memory if that can be.
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { built.folder.clone() };
        let links = built.folder.join("rooms").join(worker.to_string());
        let files = base.join(format!("rashin-mutants-{}-{worker}", std::process::id()));
        let room = Self { files, clean: links.join("clean"), own: links.join("own") };
        link(built, &room.clean)?;
        link(built, &room.own)?;
        Ok(room)
    }

    /// How many files lie beside the program.
    fn beside(&self) -> usize {
        std::fs::read_dir(&self.clean).map_or(0, Iterator::count)
    }

    /// Runs one test; with a mutant, or noting which mutants it comes by.
    fn run(
        &self,
        built: &Built,
        test: &str,
        mutant: Option<(usize, Beginning)>,
        limit: Duration,
    ) -> Result<(Went, Duration), String> {
        self.clear();
        let (program, name) = test.split_once("::").unwrap_or((test, ""));
        let folder = if matches!(mutant, Some((_, Beginning::Own))) { &self.own } else { &self.clean };
        std::fs::create_dir_all(&self.files).map_err(|error| error.to_string())?;
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")])
            .arg(folder.join(program))
            .args(["--exact", name, "--test-threads", "1"])
            .current_dir(&built.crate_folder)
            .env("CARGO_MANIFEST_DIR", &built.crate_folder)
            .env("TMPDIR", &self.files)
            .env("RUST_MIN_STACK", "33554432")
            .env("PROPTEST_CASES", "24")
            .env_remove("RASHIN_TEST_POSTGRES")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        match mutant {
            Some((number, _)) => command.env("RASHIN_MUTANT", number.to_string()),
            None => command.env("RASHIN_MUTANTS_SEEN", self.files.join("seen")),
        };
        let start = now();
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        loop {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                return Ok((if status.success() { Went::Passed } else { Went::Failed }, start.elapsed()));
            }
            if start.elapsed() > limit {
                let _ = Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status();
                let _ = child.wait();
                return Ok((Went::NeverEnded, start.elapsed()));
            }
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    fn seen(&self) -> BTreeSet<usize> {
        let text = std::fs::read_to_string(self.files.join("seen")).unwrap_or_default();
        text.lines().filter_map(|number| number.parse().ok()).collect()
    }

    fn clear(&self) {
        let _ = std::fs::remove_dir_all(&self.files);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.clear();
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a test takes is what is measured")]
fn now() -> Instant {
    Instant::now()
}

/// Empties a folder and puts links to the programs in it.
fn link(built: &Built, folder: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).map_err(told)?;
    built.programs.iter().try_for_each(|(name, program)| std::fs::hard_link(program, folder.join(name)).map_err(told))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives every worker one thing after the other until none is left, something went wrong or the run is stopped.
fn share<T: Send>(
    built: &Built,
    things: VecDeque<T>,
    work: impl Fn(&Room, T) -> Result<(), String> + Sync,
) -> Result<(), String> {
    let things = Mutex::new(things);
    let (things, work) = (&things, &work);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                scope.spawn(move || {
                    let room = Room::new(built, worker)?;
                    loop {
                        let next = locked(things).pop_front().filter(|_| !built.folder.join(STOP).exists());
                        let Some(thing) = next else { return Ok(()) };
                        work(&room, thing)?;
                    }
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| Err("a worker ended".to_owned())))
    })
}

/// All tests, as `PROGRAM::TEST`.
fn names(built: &Built) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    for (name, program) in &built.programs {
        let output =
            Command::new(program).args(["--list", "--format", "terse"]).current_dir(&built.crate_folder).output();
        let output = output.map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        // The code is the same for both databases, so one is asked.
        let tests =
            text.lines().filter_map(|line| line.strip_suffix(": test")).filter(|test| !test.contains("postgres"));
        names.extend(tests.map(|test| format!("{name}::{test}")));
    }
    Ok(names)
}

/// Runs every test that was not measured yet without a mutant.
pub(super) fn measure(built: &Built, mutants: &[Mutant], which: Tests, kept: &mut Kept) -> Result<(), String> {
    let names = names(built)?;
    kept.tests.retain(|name, _| names.contains(name) || name == BEGINNINGS);
    let domains: BTreeSet<&str> = mutants.iter().map(Mutant::domain).collect();
    let is_own = |name: &str| name.split("::").nth(1).is_some_and(|domain| domains.contains(domain));
    let wanted = |name: &String| !kept.tests.contains_key(name) && (which == Tests::All || is_own(name));
    let open: VecDeque<String> = names.into_iter().filter(wanted).collect();
    say(&format!("{} tests to measure", open.len()));
    let kept = Mutex::new(kept);
    share(built, open, |room, test: String| {
        let reached = |seen: &BTreeSet<usize>| -> BTreeSet<String> {
            seen.iter().filter_map(|number| mutants.get(number - 1)).map(|mutant| mutant.name.clone()).collect()
        };
        let before = room.beside();
        let (mut went, mut took) = room.run(built, &test, None, LONGEST)?;
        if room.beside() > before {
            // It made what stories begin with; what it does itself is seen the second time.
            let mut all = reached(&room.seen());
            let mut kept = locked(&kept);
            all.extend(kept.tests.get(BEGINNINGS).into_iter().flat_map(|test| test.reaches.clone()));
            kept.keep_test(BEGINNINGS, None, all)?;
            drop(kept);
            (went, took) = room.run(built, &test, None, LONGEST)?;
        }
        let took_ms = (went == Went::Passed).then(|| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        if took_ms.is_none() {
            say(&format!("left out, since it fails as it is: {test}"));
        }
        locked(&kept).keep_test(&test, took_ms, reached(&room.seen()))
    })
}

/// A mutant to be asked, and of which tests.
struct Question<'a> {
    number: usize,
    mutant: &'a Mutant,
    tests: Vec<(String, Test)>,
    before: BTreeSet<usize>,
    beginning: Beginning,
}

/// Asks every mutant whose fate is open, in two rounds: few tests each, then all.
pub(super) fn ask(built: &Built, mutants: &[Mutant], kept: &mut Kept) -> Result<(), String> {
    let killers: Mutex<BTreeMap<String, Vec<String>>> = Mutex::default();
    for most in [FIRST, usize::MAX] {
        let questions = questions(mutants, kept);
        let all = questions.len();
        say(&format!("{all} mutants to ask"));
        let kept = Mutex::new(&mut *kept);
        let done = Mutex::new(0);
        share(built, questions, |room, question| {
            let outcome = asked(built, room, &question, most, &killers)?;
            *locked(&done) += 1;
            say(&format!("{}/{all} {}: {}", *locked(&done), question.mutant.name, shown(&outcome)));
            locked(&kept).keep(&question.mutant.name, outcome)
        })?;
    }
    Ok(())
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Caught(test) => format!("caught by {test}"),
        Outcome::NeverEnded(test) => format!("never ended in {test}"),
        Outcome::Missed(tests) => format!("MISSED by {}", tests.len()),
        Outcome::Uncompiled | Outcome::Left(_) => String::new(),
    }
}

fn questions<'a>(mutants: &'a [Mutant], kept: &Kept) -> VecDeque<Question<'a>> {
    let mut questions = Vec::new();
    for (index, mutant) in mutants.iter().enumerate().filter(|(_, mutant)| !mutant.equivalent) {
        let before = match kept.outcome(&mutant.name) {
            None => BTreeSet::new(),
            Some(Outcome::Missed(tests)) => tests.clone(),
            Some(_) => continue,
        };
        let begins = kept.tests.get(BEGINNINGS).is_some_and(|test| test.reaches.contains(&mutant.name));
        let beginning = if begins { Beginning::Own } else { Beginning::Clean };
        let open = |test: &&(&String, &Test)| test.1.took_ms.is_some() && !before.contains(&test.1.number);
        let reaches = |test: &(&String, &Test)| test.1.reaches.contains(&mutant.name);
        let (mut tests, mut others): (Vec<_>, Vec<_>) = kept.tests.iter().filter(|test| open(&test)).partition(reaches);
        if begins && before.is_empty() {
            let own = format!("::{}::", mutant.domain());
            others.sort_by_key(|(name, test)| (!name.contains(&own), test.took_ms));
            tests.extend(others.into_iter().take(ELSEWHERE));
        }
        let tests: Vec<(String, Test)> = tests.into_iter().map(|(name, test)| (name.clone(), test.clone())).collect();
        if !tests.is_empty() || kept.outcome(&mutant.name).is_none() {
            questions.push(Question { number: index + 1, mutant, tests, before, beginning });
        }
    }
    questions.sort_by_key(|question| question.mutant.is_in_a_face());
    questions.into()
}

/// Asks one mutant, until a test fails.
fn asked(
    built: &Built,
    room: &Room,
    question: &Question<'_>,
    most: usize,
    killers: &Mutex<BTreeMap<String, Vec<String>>>,
) -> Result<Outcome, String> {
    let mutant = question.mutant;
    let place = format!("{} {}", mutant.file, mutant.function);
    let near: Vec<String> = {
        let killers = locked(killers);
        [&place, &mutant.file].iter().filter_map(|key| killers.get(*key)).flatten().cloned().collect()
    };
    let own = format!("::{}::", mutant.domain());
    let mut tests: Vec<&(String, Test)> = question.tests.iter().collect();
    // What caught its neighbours, then the domain's own, then the quickest.
    tests.sort_by_key(|(name, test)| {
        // Those that come by it before those that only begin with what it made.
        let other = !test.reaches.contains(&mutant.name);
        let rank = near.iter().position(|killer| killer == name).unwrap_or(usize::MAX);
        (other, rank, !name.contains(&own), test.took_ms)
    });
    let mut passed = question.before.clone();
    if question.beginning == Beginning::Own {
        link(built, &room.own)?;
    }
    for (name, test) in tests.into_iter().take(most) {
        let limit = PATIENCE + Duration::from_millis(test.took_ms.unwrap_or(0) * 10);
        let (went, _) = room.run(built, name, Some((question.number, question.beginning)), limit)?;
        if went == Went::Passed {
            passed.insert(test.number);
            continue;
        }
        let mut killers = locked(killers);
        for key in [place, mutant.file.clone()] {
            let list = killers.entry(key).or_default();
            list.retain(|killer| killer != name);
            list.insert(0, name.clone());
            list.truncate(6);
        }
        let name = name.clone();
        return Ok(if went == Went::Failed { Outcome::Caught(name) } else { Outcome::NeverEnded(name) });
    }
    Ok(Outcome::Missed(passed))
}
