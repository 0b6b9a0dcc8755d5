//! `rashin organisation`: one more organisation in an installation that has some, apart from the others.

use clap::{Args, Subcommand};
use platform::{Language, Message, Result};

use super::site::{PlaceArgs, Site, say};
use crate::identity;

/// Organisations of the installation
#[derive(Debug, Args)]
pub struct OrganisationArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Make the link with which the first person of a new organisation sets it up; it works once, for a day
    Add {
        /// Name of the organisation
        name: String,
        /// Address people use, for the link
        #[arg(long, env = "RASHIN_PUBLIC_URL", default_value = "http://localhost:8650")]
        public_url: String,
    },
}

/// Runs the command.
pub async fn run(args: OrganisationArgs, language: Language) -> Result<()> {
    let site = Site::open(&args.place).await?;
    let Command::Add { name, public_url } = args.command;
    let token = identity::offer_organisation(&site.system(), &name).await?;
    let link = format!("{}/setup/{token}", public_url.trim_end_matches('/'));
    say(language, &[Message::new("organisation-offered").with("name", name).with("link", link)]);
    site.close().await
}
