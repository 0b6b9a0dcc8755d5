//! The log: verifying many entries, and what an entry adds to a write.
//!
//! `log FOLDER [ENTRIES]`; a million entries unless said otherwise.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use benches::waited;
use platform::clock::{SystemClock, SystemEntropy};
use platform::{Act, Object, Result, statements};
use rashin::audit_log::{sign_due, verify};
use rashin::face::App;
use rashin::face::serve::{Place, open_in};

const WRITE: Act = Act::by("bench.write", &[]);
/// Deeds of which each waits for its own commit.
const ALONE: u32 = 500;
/// Deeds that share one commit.
const AT_ONCE: usize = 500;

statements! {
    ADD = "UPDATE sign_in_failures SET failures = failures + 1 WHERE subject = 'bench'";
}

/// A deed as most are: one statement of its own and two facts.
async fn write(app: App) -> Result<()> {
    let mut deed = app.system().begin(&WRITE, Object::free("bench", "1")).await?;
    deed.write(&ADD, &[]).await?;
    deed.note("item", "1-1");
    deed.note("to", 3);
    deed.commit("").await
}

async fn write_alone(app: &App) -> Result<()> {
    for _ in 0..ALONE {
        write(app.clone()).await?;
    }
    Ok(())
}

async fn write_many(app: &App, count: usize) -> Result<()> {
    let mut left = count;
    while left > 0 {
        let tasks: Vec<_> = (0..left.min(AT_ONCE)).map(|_| tokio::spawn(write(app.clone()))).collect();
        left -= tasks.len();
        for task in tasks {
            task.await.map_err(platform::Error::internal)??;
        }
    }
    Ok(())
}

fn run(folder: PathBuf, entries: usize) -> Result<bool> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(platform::Error::internal)?;
    let place = Place { data: folder, database: None, public_url: "http://localhost".into() };
    let app = runtime.block_on(open_in(&place, Arc::new(SystemClock), Arc::new(SystemEntropy)))?;
    let (time, done) = waited(|| runtime.block_on(write_alone(&app)));
    done?;
    println!("{ALONE} deeds, one after the other: {:.2} ms each", time.as_secs_f64() * 1e3 / f64::from(ALONE));
    let (time, done) = waited(|| runtime.block_on(write_many(&app, entries)));
    done?;
    println!(
        "{entries} deeds, {AT_ONCE} at once: {:.1} s, {:.0} µs each",
        time.as_secs_f64(),
        time.as_secs_f64() * 1e6 / entries as f64
    );
    let (time, done) = waited(|| runtime.block_on(sign_due(&app.system(), &app.log_key)));
    println!("{} checkpoints signed: {:.1} ms", done?, time.as_secs_f64() * 1e3);
    let (time, verdict) = waited(|| runtime.block_on(verify::whole(&app.system(), &app.log_key)));
    let verdict = verdict?;
    println!("{} entries verified: {:.2} s (wanted for 1,000,000: 10 s)", verdict.entries, time.as_secs_f64());
    Ok(verdict.count == 0)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("log FOLDER [ENTRIES]");
        return ExitCode::from(2);
    };
    let entries = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    match run(folder.into(), entries) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
