//! Letters to people, where mail is set up. Whether or not one was sent, a link is shown to be handed over.

use platform::Language;

use crate::face::App;

/// What is written, as keys of texts.
#[derive(Debug)]
pub struct Letter {
    subject: &'static str,
    text: &'static str,
}

/// Invites; with a link.
pub const INVITATION: Letter = Letter { subject: "mail-invitation-subject", text: "mail-invitation-text" };
/// Lets somebody choose a new password; with a link.
pub const RESET: Letter = Letter { subject: "mail-reset-subject", text: "mail-reset-text" };
/// Tells that an administrator took the second factors away; with the address of the installation.
pub const FACTORS_TAKEN: Letter = Letter { subject: "mail-factors-subject", text: "mail-factors-text" };
/// Tells that another system can let the person in from now on; with the address of the installation.
pub const LINKED: Letter = Letter { subject: "mail-linked-subject", text: "mail-linked-text" };

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
