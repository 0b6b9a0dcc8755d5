//! Letters to people, where mail is set up. Whether or not one was sent, a link is shown to be handed over.

use platform::{Ctx, Language, Result};

use super::{links, resets};
use crate::face::App;

/// What is written, as keys of texts.
#[derive(Debug)]
pub struct Letter {
    subject: &'static str,
    text: &'static str,
}

/// Invites; with a link.
const INVITATION: Letter = Letter { subject: "mail-invitation-subject", text: "mail-invitation-text" };
/// Lets somebody choose a new password; with a link.
const RESET: Letter = Letter { subject: "mail-reset-subject", text: "mail-reset-text" };
/// Tells that an administrator took the second factors away; with the address of the installation.
pub const FACTORS_TAKEN: Letter = Letter { subject: "mail-factors-subject", text: "mail-factors-text" };
/// Tells that another system can let the person in from now on; with the address of the installation.
pub const LINKED: Letter = Letter { subject: "mail-linked-subject", text: "mail-linked-text" };

/// A link to hand over, and what became of its letter.
#[derive(Debug)]
pub(super) struct Handed {
    /// The token alone.
    pub(super) token: String,
    /// The whole address.
    pub(super) link: String,
    /// Whether it was mailed; none where mail is not set up.
    pub(super) mailed: Option<bool>,
}

async fn hand_over(app: &App, email: &str, kind: &str, token: String, letter: &Letter) -> Handed {
    let link = format!("{}/{kind}/{token}", app.public_url);
    let mailed = mail(app, email, letter, &link).await;
    Handed { token, link, mailed }
}

/// Invites a person by a letter.
pub(super) async fn invite(app: &App, ctx: &Ctx, email: &str, role: &str, unit_id: &str) -> Result<Handed> {
    let token = links::invite(ctx, email, role, unit_id).await?;
    Ok(hand_over(app, email, "invitations", token, &INVITATION).await)
}

/// Makes a link for somebody's new password, with its letter.
pub(super) async fn offer_reset(app: &App, ctx: &Ctx, account_id: &str) -> Result<Handed> {
    let token = resets::offer_reset(ctx, account_id).await?;
    let email = resets::reset(ctx, &token).await?;
    Ok(hand_over(app, &email, "password-resets", token, &RESET).await)
}

/// Mails a letter with an address in it, in every language, since that of somebody who is not there is not known. Gives
/// whether it was sent; none where mail is not set up.
pub async fn mail(app: &App, email: &str, letter: &Letter, link: &str) -> Option<bool> {
    if !app.mail.is_set_up() {
        return None;
    }
    let text = |language| app.texts.get(language, letter.text, &[("link", link)]);
    let subject = Language::ALL.map(|language| app.texts.get(language, letter.subject, &[])).join(" / ");
    let both = Language::ALL.map(text).join("\n\n");
    Some(app.mail.send(email.trim(), &subject, both).await)
}

/// What a page says of a letter that held a link; nothing where mail is not set up.
pub(super) fn said(mailed: Option<bool>) -> &'static str {
    match mailed {
        None => "",
        Some(true) => "accounts-mailed",
        Some(false) => "accounts-not-mailed",
    }
}
