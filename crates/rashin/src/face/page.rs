//! The frame of every page: language, person, navigation, dates and numbers as people read them.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use platform::web::choice;
use platform::{Act, Error, Fault, Language, Message, Texts};

use super::asker::Found;
use super::{App, Failure};
use crate::access::Grant;
use crate::{access, audit_log, federation, identity, operate, organisation};

/// What every template knows as `page`.
#[derive(Debug, Clone)]
pub struct Page {
    /// Language of the page.
    pub language: Language,
    /// The person's name; empty if not signed in.
    pub person: String,
    /// The person's address.
    pub email: String,
    /// `light`, `dark`, or empty for the system's choice.
    pub theme: String,
    /// Path and query of this page, to come back to after switching language.
    pub here: String,
    /// Whether a second factor must be registered before anything else.
    pub held: bool,
    /// What the person's grants carry.
    powers: Vec<String>,
    /// A message key for what was just done.
    done: Option<String>,
    texts: Arc<Texts>,
    zone: TimeZone,
}

impl Page {
    /// The frame for a request.
    #[must_use]
    pub fn new(app: &App, language: Language, headers: &HeaderMap, uri: &Uri, found: Option<&Found>) -> Self {
        let theme = choice(headers, "theme").filter(|theme| ["light", "dark"].contains(theme)).unwrap_or("");
        let query = uri.query().unwrap_or("");
        let done = query.split('&').find_map(|pair| pair.strip_prefix("done=")).map(|key| format!("done-{key}"));
        Self {
            language,
            person: found.map(|found| found.session.name.clone()).unwrap_or_default(),
            email: found.map(|found| found.session.email.clone()).unwrap_or_default(),
            held: found.is_some_and(|found| found.held),
            powers: found.map(|found| found.powers.clone()).unwrap_or_default(),
            theme: theme.to_owned(),
            here: without_done(uri),
            done: done.filter(|key| app.texts.has(Language::Ja, key)),
            texts: Arc::clone(&app.texts),
            zone: TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC),
        }
    }

    /// The same frame in another language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Self {
        Self { language, ..self.clone() }
    }

    /// `ja` or `en`.
    #[must_use]
    pub fn lang(&self) -> &'static str {
        self.language.code()
    }

    /// Version of the program.
    #[must_use]
    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The main navigation: path and text key of what the person may see.
    #[must_use]
    pub fn navigation(&self) -> Vec<(&'static str, &'static str)> {
        self.reachable(&[
            ("/assessments", "nav-assessments", None),
            ("/units", "nav-units", None),
            ("/releases", "nav-population", None),
            ("/accounts", "nav-accounts", Some(&identity::acts::READ)),
            ("/audit-log", "nav-audit-log", Some(&audit_log::acts::READ)),
        ])
    }

    /// The pages on people and their rights: path and text key of what the person may see.
    #[must_use]
    pub fn people_pages(&self) -> Vec<(&'static str, &'static str)> {
        self.reachable(&[
            ("/accounts", "accounts-title", Some(&identity::acts::READ)),
            ("/access/roles", "roles-title", Some(&access::acts::EXPLAIN)),
            ("/access/parties", "parties-title", Some(&access::acts::ENTER_PARTY)),
            ("/access/consents", "consents-title", Some(&organisation::acts::CLOSE_COMPANY)),
            ("/access/explain", "explain-title", Some(&access::acts::EXPLAIN)),
            ("/sign-on", "sign-on-title", Some(&federation::acts::READ)),
            ("/tokens", "tokens-title", Some(&federation::acts::READ)),
            ("/export", "export-page-title", Some(&operate::acts::EXPORT_ALL)),
        ])
    }

    fn reachable(&self, all: &[(&'static str, &'static str, Option<&Act>)]) -> Vec<(&'static str, &'static str)> {
        let open = |act: &&Act| self.powers.iter().any(|power| act.is_held_by(power));
        let seen = all.iter().filter(|(_, _, act)| act.is_none_or(|act| open(&act)));
        seen.map(|(path, key, _)| (*path, *key)).collect()
    }

    /// Whether this page lies below a path of the navigation.
    #[must_use]
    pub fn is_in(&self, path: &str) -> bool {
        let here = self.here.split('?').next().unwrap_or("");
        let people = path == "/accounts" && self.people_pages().iter().any(|(page, _)| here.starts_with(page));
        people || here.starts_with(path) || (path == "/assessments" && here == "/")
    }

    /// Whether this is the page at the path.
    #[must_use]
    pub fn is_at(&self, path: &str) -> bool {
        self.here.split('?').next() == Some(path)
    }

    /// Where switching the language leads back to, made safe for a query.
    #[must_use]
    pub fn back(&self) -> String {
        encode(&self.here)
    }

    /// Whether this is the theme chosen.
    #[must_use]
    pub fn is_theme(&self, choice: &str) -> bool {
        self.theme == choice || (self.theme.is_empty() && choice == "auto")
    }

    /// The theme's name.
    #[must_use]
    pub fn theme_name(&self, choice: &str) -> String {
        self.t(&format!("theme-{choice}"))
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn signed_in(&self) -> bool {
        !self.person.is_empty()
    }

    /// A text.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.texts.get(self.language, key, &[])
    }

    /// A text with one argument.
    #[must_use]
    pub fn t1(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        self.texts.get(self.language, key, &[(name, &value.to_string())])
    }

    /// A text with two arguments.
    #[must_use]
    pub fn t2(
        &self,
        key: &str,
        name: &str,
        value: impl std::fmt::Display,
        other: &str,
        second: impl std::fmt::Display,
    ) -> String {
        self.texts.get(self.language, key, &[(name, &value.to_string()), (other, &second.to_string())])
    }

    /// The label of a form field; the field's own name where it has none.
    #[must_use]
    pub fn label(&self, field: &str) -> String {
        self.t_or(&format!("label-{field}"), field)
    }

    /// The name of a kind of unit.
    #[must_use]
    pub fn kind(&self, kind: &str) -> String {
        self.t(&format!("kind-{kind}"))
    }

    /// The name of a kind of root unit with what it stands for.
    #[must_use]
    pub fn kind_choice(&self, kind: &str) -> String {
        self.t(&format!("kind-{kind}-choice"))
    }

    /// What a kind of unit is.
    #[must_use]
    pub fn kind_help(&self, kind: &str) -> String {
        self.t(&format!("kind-help-{kind}"))
    }

    /// What an act of the log is called.
    #[must_use]
    pub fn act(&self, act: &str) -> String {
        self.t(&format!("act-{}", act.replace('.', "-")))
    }

    /// What being allowed an act is called.
    #[must_use]
    pub fn right(&self, act: &str) -> String {
        self.t(&format!("right-{}", act.replace('.', "-")))
    }

    /// What a fact of an entry is called; its own name where it has none, as in entries of old.
    #[must_use]
    pub fn fact(&self, name: &str) -> String {
        self.t_or(&format!("fact-{name}"), name)
    }

    /// What a kind of object is called in the log.
    #[must_use]
    pub fn object(&self, kind: &str) -> String {
        self.t_or(&format!("object-{kind}"), kind)
    }

    fn t_or(&self, key: &str, otherwise: &str) -> String {
        if self.texts.has(self.language, key) { self.t(key) } else { otherwise.to_owned() }
    }

    /// What a group of acts, such as `identity.`, is called.
    #[must_use]
    pub fn act_area(&self, area: &str) -> String {
        self.t(&format!("act-area-{}", area.trim_end_matches('.')))
    }

    /// Through which face an act came.
    #[must_use]
    pub fn via(&self, via: &str) -> String {
        self.t(&format!("via-{via}"))
    }

    /// The short name of a role.
    #[must_use]
    pub fn role(&self, role: &str) -> String {
        self.t(&format!("role-short-{role}"))
    }

    /// The name of a role with what it may do.
    #[must_use]
    pub fn role_long(&self, role: &str) -> String {
        self.t(&format!("role-{role}"))
    }

    /// The role of a grant, by its short name or the one the tenant gave it.
    #[must_use]
    pub fn held_role(&self, grant: &Grant) -> String {
        grant.role_name.clone().unwrap_or_else(|| self.role(&grant.role))
    }

    /// A role by its short name, or by the one the tenant gave it.
    #[must_use]
    pub fn named_role(&self, role: &str, own_name: Option<&str>) -> String {
        own_name.map_or_else(|| self.role(role), str::to_owned)
    }

    /// Why somebody may or may not.
    #[must_use]
    pub fn because(&self, because: &str) -> String {
        self.t(&format!("explain-because-{because}"))
    }

    /// What an external party is.
    #[must_use]
    pub fn party(&self, party: &str) -> String {
        self.t(&format!("party-{party}"))
    }

    /// The last day on which something counts that ends at this moment.
    #[must_use]
    pub fn last_day(&self, until_ms: &i64) -> String {
        self.date(&(until_ms - 1))
    }

    /// What stands between the parts of a list.
    #[must_use]
    pub fn comma(&self) -> &'static str {
        if self.language == Language::Ja { "、" } else { ", " }
    }

    /// The text of a message. Roles and people in it are told by their names.
    #[must_use]
    pub fn message(&self, message: &Message) -> String {
        let mut named = message.clone();
        if let Some(roles) = named.args.get_mut("roles") {
            let shown: Vec<String> = roles.split_whitespace().map(|role| self.role(role)).collect();
            *roles = shown.join(self.comma());
        }
        if let Some(people) = named.args.get_mut("people") {
            *people = people.replace('\n', self.comma());
        }
        self.texts.show(self.language, &named)
    }

    /// What was just done, to be announced.
    #[must_use]
    pub fn done(&self) -> Option<String> {
        self.done.as_deref().map(|key| self.t(key))
    }

    /// A moment as date and time in business time.
    #[must_use]
    pub fn moment(&self, at_ms: &i64) -> String {
        self.stamp(*at_ms, "%Y年%-m月%-d日 %H:%M", "%-d %b %Y %H:%M")
    }

    /// A moment as a date in business time.
    #[must_use]
    pub fn date(&self, at_ms: &i64) -> String {
        self.stamp(*at_ms, "%Y年%-m月%-d日", "%-d %b %Y")
    }

    /// A moment as the time of day in business time.
    #[must_use]
    pub fn clock(&self, at_ms: &i64) -> String {
        self.stamp(*at_ms, "%H:%M", "%H:%M")
    }

    fn stamp(&self, at_ms: i64, ja: &str, en: &str) -> String {
        let format = if self.language == Language::Ja { ja } else { en };
        Timestamp::from_millisecond(at_ms)
            .map(|moment| moment.to_zoned(self.zone.clone()).strftime(format).to_string())
            .unwrap_or_default()
    }

    /// All texts.
    #[must_use]
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The name of a section of the diagnosis.
    #[must_use]
    pub fn section(&self, id: &str) -> String {
        self.t(&format!("section-{id}"))
    }

    /// The beginning of a hash.
    #[must_use]
    pub fn short_hash(&self, hash: &str) -> String {
        let start: String = hash.chars().take(12).collect();
        format!("{start}…")
    }

    /// Reached or not.
    #[must_use]
    pub fn reached(&self, reached: &bool) -> String {
        self.t(if *reached { "reached-yes" } else { "reached-no" })
    }

    /// A whole number with its sign; empty for none.
    #[must_use]
    pub fn signed(&self, change: &f64) -> String {
        if change.abs() < 0.5 { String::new() } else { format!("{change:+.0}").replace('-', "−") }
    }

    /// A period as people read it.
    #[must_use]
    pub fn period(&self, period: &str) -> String {
        super::period::words(period, self.language)
    }

    /// A number with one decimal.
    #[must_use]
    pub fn one_decimal(&self, value: &f64) -> String {
        format!("{value:.1}")
    }

    /// A number with two decimals.
    #[must_use]
    pub fn two_decimals(&self, value: &f64) -> String {
        format!("{value:.2}")
    }

    /// A size in bytes as people read it.
    #[must_use]
    pub fn size(&self, bytes: &i64) -> String {
        let bytes = *bytes as f64;
        if bytes < 1_000_000.0 {
            format!("{:.0} kB", (bytes / 1000.0).max(1.0))
        } else {
            format!("{:.1} MB", bytes / 1_000_000.0)
        }
    }
}

/// Path and query, without what was announced before.
fn without_done(uri: &Uri) -> String {
    let kept: Vec<&str> =
        uri.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("done=")).collect();
    if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) }
}

/// Text made safe for a query.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

/// A rendered template.
#[derive(Debug)]
pub struct Html<T>(pub T);

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => axum::response::Html(text).into_response(),
            Err(error) => Failure(Error::internal(error)).into_response(),
        }
    }
}

/// Leads on to a page that says what was done.
#[derive(Debug)]
pub struct Done {
    to: String,
}

impl Done {
    /// To `path`, announcing the text `done-<what>`.
    #[must_use]
    pub fn to(path: &str, what: &str) -> Self {
        let joint = if path.contains('?') { '&' } else { '?' };
        let (path, anchor) =
            path.split_once('#').map_or((path, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
        Self { to: format!("{path}{joint}done={what}{anchor}") }
    }

    /// Where it leads, for scripts.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.to
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        Redirect::to(&self.to).into_response()
    }
}

/// The faults of a form, for its template.
#[derive(Debug, Clone, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Whether the form is fine, or was not sent yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The message for a field, empty if there is none.
    #[must_use]
    pub fn of(&self, page: &Page, field: &str) -> String {
        self.0.iter().find(|fault| fault.field == field).map(|fault| page.message(&fault.message)).unwrap_or_default()
    }
}

/// Splits an outcome: faults come back for the form, other failures pass on.
pub fn faults_or<T>(outcome: platform::Result<T>) -> Result<std::result::Result<T, Faults>, Failure> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Invalid(faults)) => Ok(Err(Faults(faults))),
        Err(error) => Err(Failure(error)),
    }
}
