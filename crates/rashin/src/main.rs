//! The command `rashin`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use platform::{Error, Language, Result};
use rashin::assessment::read_answers::Format;
use rashin::face::commands::{Desk, DeskArgs, explain, language};
use rashin::face::sandbox;
use rashin::face::serve::{self, Place};
use rashin::face::texts::texts;
use rashin::federation::fetch::{Fetcher, Reach};
use rashin::{assessment, audit_log, benchmark, catalog, federation, identity, organisation, population};

/// 羅針 — information security governance: self-check, diagnosis, and what follows from it.
#[derive(Parser)]
#[command(name = "rashin", version, about)]
struct Command {
    /// Language of answers: ja or en; the environment's otherwise
    #[arg(long, global = true)]
    language: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Makes PDFs for the server
    #[command(hide = true)]
    RenderWorker,
    /// Takes an answer file from standard input apart, for the server
    #[command(hide = true)]
    ReadAnswers {
        /// How it is written
        #[arg(long, value_enum)]
        format: Format,
    },
    /// Start the server
    Serve(ServeArgs),
    /// Item sets, profile and index models
    #[command(subcommand)]
    Catalog(catalog::cli::CatalogCommand),
    /// Releases one is compared with
    #[command(subcommand)]
    Population(population::cli::PopulationCommand),
    /// Diagnosis of an answer file
    Diagnose(benchmark::cli::DiagnoseArgs),
    /// Self-checks
    Assessment {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(subcommand)]
        command: assessment::cli::Command,
    },
    /// Units of the organisation
    Unit {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(subcommand)]
        command: organisation::cli::Command,
    },
    /// People and access
    Account {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(subcommand)]
        command: identity::cli::Command,
    },
    /// Single sign-on
    SignOn {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(subcommand)]
        command: federation::cli::SignOnCommand,
    },
    /// Machine tokens
    Token {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(subcommand)]
        command: federation::cli::TokenCommand,
    },
    /// The audit log
    Log {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(subcommand)]
        command: audit_log::cli::Command,
    },
}

#[derive(Args)]
struct ServeArgs {
    /// Folder of data
    #[arg(long, env = "RASHIN_DATA", default_value = "data")]
    data: PathBuf,
    /// PostgreSQL address; without it, SQLite in the folder of data
    #[arg(long, env = "RASHIN_DATABASE")]
    database: Option<String>,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8650")]
    listen: SocketAddr,
    /// Address people use
    #[arg(long, env = "RASHIN_PUBLIC_URL", default_value = "http://localhost:8650")]
    public_url: String,
    /// How far providers of single sign-on are asked: outside, private (one's own network too), loopback (tests)
    #[arg(long, default_value = "outside", value_parser = reach)]
    sign_on_reach: Reach,
    /// On an empty database: load the fictional sample companies
    #[arg(long)]
    sample: bool,
}

fn reach(text: &str) -> std::result::Result<Reach, String> {
    Reach::parse(text).ok_or_else(|| "outside, private or loopback".to_owned())
}

async fn run_server(args: ServeArgs) -> Result<()> {
    let place = Place { data: args.data, database: args.database, public_url: args.public_url };
    let mut app = serve::open(&place).await?;
    app.sign_on.fetcher = Fetcher::new(args.sign_on_reach)?;
    if args.sample {
        rashin::sample::load(&app).await?;
        say(&rashin::sample::how_to_sign_in(&app.public_url));
    }
    if let Some(token) = identity::open_set_up(&app.system()).await? {
        say(&format!(
            "Set up (works once, for a day) / はじめての設定（一度だけ、1日有効）:\n  {}/setup/{token}",
            app.public_url
        ));
    }
    say(&format!("羅針 Rashin: {}", app.public_url));
    serve::listen(app, args.listen).await
}

fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        tracing::warn!("nobody reads the output");
    }
}

/// Commands that need neither server nor database.
fn run_offline(what: &What, language: Language) -> Option<std::io::Result<ExitCode>> {
    let texts = texts();
    // Not locked: log lines go to the same place, from any thread, and would wait for ever.
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    match what {
        What::Catalog(command) => Some(catalog::cli::run(command, (&texts, language), &mut out, &mut err)),
        What::Population(command) => Some(population::cli::run(command, (&texts, language), &mut out, &mut err)),
        What::Diagnose(args) => {
            let now_ms = platform::Clock::now_ms(&platform::clock::SystemClock);
            Some(benchmark::cli::run(args, (&texts, language), now_ms, &mut out, &mut err))
        }
        What::ReadAnswers { format } => Some(sandbox::work_within_limits(format.work()).map(|()| ExitCode::SUCCESS)),
        What::RenderWorker => Some(rashin::face::render::work().map(|()| ExitCode::SUCCESS)),
        _ => None,
    }
}

async fn run(what: What, language: Language) -> Result<()> {
    match what {
        What::Serve(args) => run_server(args).await,
        What::Assessment { desk, command } => assessment::cli::run(command, &Desk::open(&desk, language).await?).await,
        What::Unit { desk, command } => organisation::cli::run(command, &Desk::open(&desk, language).await?).await,
        What::Account { desk, command } => identity::cli::run(command, &Desk::open(&desk, language).await?).await,
        What::SignOn { desk, command } => {
            federation::cli::run_sign_on(command, &Desk::open(&desk, language).await?).await
        }
        What::Token { desk, command } => federation::cli::run_token(command, &Desk::open(&desk, language).await?).await,
        What::Log { desk, command } => audit_log::cli::run(command, &Desk::open(&desk, language).await?).await,
        What::Catalog(_) | What::Population(_) | What::Diagnose(_) | What::ReadAnswers { .. } | What::RenderWorker => {
            Ok(())
        }
    }
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("RASHIN_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let command = Command::parse();
    let language = language(command.language.as_deref());
    if let Some(said) = run_offline(&command.what, language) {
        return said.unwrap_or(ExitCode::FAILURE);
    }
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::internal)
        .and_then(|runtime| runtime.block_on(run(command.what, language)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in explain(&texts(), language, &error) {
                eprintln!("{line}");
            }
            ExitCode::FAILURE
        }
    }
}
