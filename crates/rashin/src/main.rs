//! The command `rashin`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use platform::{Error, Language, Result};
use rashin::assessment::read_answers::Format;
use rashin::face::commands::{Desk, DeskArgs, explain, language};
use rashin::face::sandbox;
use rashin::face::serve::{self, Place};
use rashin::face::texts::texts;
use rashin::federation::fetch::{Fetcher, Reach};
use rashin::operate::front::{Front, Network};
use rashin::operate::mail::{Mail, MailArgs};
use rashin::operate::tls::{Tls, TlsArgs};
use rashin::{
    access, assessment, audit_log, benchmark, catalog, federation, identity, operate, organisation, population,
};

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
    /// Save everything in one file, while the server runs
    Backup(operate::backup::BackupArgs),
    /// Make an installation out of a backup
    Restore(operate::restore::RestoreArgs),
    /// Ask a running server whether it is ready
    Health(operate::probe::HealthArgs),
    /// Look the installation over
    Doctor(operate::doctor::DoctorArgs),
    /// Write a tenant's own data as open files
    ExportAll(operate::export_all::ExportAllArgs),
    /// Forget records whose time is over
    Retention(operate::retention::RetentionArgs),
    /// Organisations of the installation
    Organisation(operate::organisations::OrganisationArgs),
    /// Bring the database up to date
    Migrate(operate::schema::MigrateArgs),
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
    /// Own roles, external parties, explanations
    Access {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(subcommand)]
        command: access::cli::Command,
    },
    /// Sign what others' logs say of themselves, if they were not rewritten
    Witness(audit_log::witness::WitnessArgs),
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
    #[arg(long, env = "RASHIN_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8650")]
    listen: SocketAddr,
    /// Address people use
    #[arg(long, env = "RASHIN_PUBLIC_URL", default_value = "http://localhost:8650")]
    public_url: String,
    #[command(flatten)]
    tls: TlsArgs,
    /// Proxy whose X-Forwarded-For and X-Forwarded-Proto count: an address or network; may be given several times
    #[arg(long, env = "RASHIN_TRUSTED_PROXY", value_delimiter = ',', value_name = "ADDRESS")]
    trusted_proxy: Vec<Network>,
    /// Whoever holds this token may read /metrics from other machines
    #[arg(long, env = "RASHIN_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    #[command(flatten)]
    mail: MailArgs,
    /// How far providers of single sign-on are asked: outside, private (one's own network too), loopback (tests)
    #[arg(long, default_value = "outside", value_parser = reach)]
    sign_on_reach: Reach,
    /// Witness that signs checkpoints of the log: its key and address; may be given several times
    #[arg(long, env = "RASHIN_WITNESS", value_delimiter = ',', value_name = "KEY@ADDRESS")]
    witness: Vec<audit_log::witnesses::Known>,
    /// How far witnesses are asked: outside, private (one's own network too), loopback (tests)
    #[arg(long, default_value = "outside", value_parser = reach)]
    witness_reach: Reach,
    /// On an empty database: load the fictional sample companies
    #[arg(long)]
    sample: bool,
}

fn reach(text: &str) -> std::result::Result<Reach, String> {
    Reach::parse(text).ok_or_else(|| "outside, private or loopback".to_owned())
}

async fn run_server(args: ServeArgs) -> Result<()> {
    let (tls, mail) = (Tls::of(&args.tls)?, Mail::of(&args.mail)?);
    let place = Place { data: args.data, database: args.database, public_url: args.public_url };
    let mut app = serve::open(&place).await?;
    app.mail = mail;
    app.front = Arc::new(Front { trusted: args.trusted_proxy, metrics_token: args.metrics_token });
    app.witnesses = audit_log::Witnesses { known: args.witness, reach: args.witness_reach };
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
    tokio::spawn(operate::retention::every_night(operate::Site::of(&app)));
    serve::listen(app, args.listen, tls).await
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
        What::Witness(args) => audit_log::witness::run(args, serve::stop_signal(), say).await,
        What::Backup(args) => operate::backup::run(args, language).await,
        What::Restore(args) => operate::restore::run(args, language).await,
        What::Health(args) => operate::probe::run(args).await,
        What::Doctor(args) => match operate::doctor::run(args, language).await {
            Ok(true) => Ok(()),
            Ok(false) => std::process::exit(1),
            Err(error) => Err(error),
        },
        What::ExportAll(args) => operate::export_all::run(args, language).await,
        What::Retention(args) => operate::retention::run(args, language).await,
        What::Organisation(args) => operate::organisations::run(args, language).await,
        What::Migrate(args) => operate::schema::run(args, language).await,
        What::Assessment { desk, command } => assessment::cli::run(command, &Desk::open(&desk, language).await?).await,
        What::Unit { desk, command } => organisation::cli::run(command, &Desk::open(&desk, language).await?).await,
        What::Account { desk, command } => identity::cli::run(command, &Desk::open(&desk, language).await?).await,
        What::Access { desk, command } => access::cli::run(command, &Desk::open(&desk, language).await?).await,
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
    // Colours are for people: in a file or a journal they would be control characters.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Command;

    /// Every argument of a command and of those below it, as (command, argument).
    fn all(command: &clap::Command) -> Vec<(String, clap::Arg)> {
        let own = command.get_arguments().map(|argument| (command.get_name().to_owned(), argument.clone()));
        own.chain(command.get_subcommands().flat_map(all)).collect()
    }

    #[test]
    fn help_shows_no_secret_of_the_environment_and_no_secret_is_an_argument_of_a_person() {
        let all = all(&Command::command());
        let mut seen = 0;
        for (command, argument) in &all {
            let name = argument.get_id().as_str();
            let secret = ["database", "token", "password", "secret", "smtp"].iter().any(|word| name.contains(word));
            if secret && argument.get_action().takes_values() && argument.get_env().is_some() {
                seen += 1;
                assert!(argument.is_hide_env_values_set(), "{command} {name}");
            }
            // Arguments stand in the list of programs, which everybody on the machine reads.
            let typed = ["set-up", "accept", "take-reset"].contains(&command.as_str());
            assert!(!typed || !["token", "password"].contains(&name), "{command} {name}");
        }
        assert!(seen > 5, "{seen}");
    }
}
