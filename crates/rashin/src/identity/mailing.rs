//! Links sent by mail, where mail is set up. Whether or not it was sent, the link is shown to be handed over.

use platform::Language;

use crate::face::App;

/// Mails a link, where mail is set up; gives the key of what to say of it. The link is shown in any case.
pub(super) async fn mail_invitation(app: &App, email: &str, link: &str) -> &'static str {
    if !app.mail.is_set_up() {
        return "";
    }
    let text = |language| app.texts.get(language, "mail-invitation-text", &[("link", link)]);
    let subject = Language::ALL.map(|language| app.texts.get(language, "mail-invitation-subject", &[])).join(" / ");
    let both = Language::ALL.map(text).join("\n\n");
    if app.mail.send(email.trim(), &subject, both).await { "accounts-mailed" } else { "accounts-not-mailed" }
}
