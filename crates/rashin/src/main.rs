//! The command `rashin`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 羅針: information security governance.
#[derive(Parser)]
#[command(name = "rashin", version, about)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {}

fn main() -> ExitCode {
    let command = Command::parse();
    match command.what {}
}
