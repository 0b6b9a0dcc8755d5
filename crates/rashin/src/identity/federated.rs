//! What other systems may cause here, as parts of a larger deed: accounts of people and machines, their suspension and
//! their sessions.

use platform::{Ctx, Deed, Error, Result, new_id};
use subtle::ConstantTimeEq;

use super::budget::{Budget, Door};
use super::lost_factors::TOLD_MS;
use super::model::{SignOnLinked, checked_email, checked_person};
use super::sign_in::Admission;
use super::store::Credentials;
use super::{password, sessions, sign_in, store};
use crate::access;

/// Purpose of the ticket of an account that waits to be linked with another system.
const LINK: &str = "sign-on-link";

/// A person as other systems know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Account.
    pub id: String,
    /// Tenant.
    pub tenant_id: String,
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Whether signing in is suspended.
    pub suspended: bool,
}

impl From<Credentials> for Known {
    fn from(found: Credentials) -> Self {
        let Credentials { id, tenant_id, email, name, suspended, .. } = found;
        Self { id, tenant_id, email, name, suspended }
    }
}

/// A new secret of 256 bits as text.
pub fn new_secret(ctx: &Ctx) -> Result<String> {
    sessions::new_token(ctx)
}

/// What is stored of a secret.
#[must_use]
pub fn secret_hash(secret: &str) -> String {
    sessions::token_hash(secret)
}

/// Whether this is the secret of which the hash is stored; takes as long for every wrong one.
#[must_use]
pub fn is_secret_of(hash: &str, secret: &str) -> bool {
    hash.as_bytes().ct_eq(secret_hash(secret).as_bytes()).into()
}

/// The person with this address, in whichever tenant.
pub async fn person_by_email(ctx: &Ctx, email: &str) -> Result<Option<Known>> {
    Ok(store::by_email(ctx, &email.trim().to_lowercase()).await?.map(Known::from))
}

/// A person.
pub async fn person(ctx: &Ctx, id: &str) -> Result<Known> {
    store::by_id(ctx, id).await.map(Known::from)
}

/// Makes a person who has no password; gives the account's id.
pub async fn enter_person(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, email: &str, name: &str) -> Result<String> {
    let email = checked_email(email).map_err(|fault| Error::Invalid(vec![fault]))?;
    let name = checked_person(name).map_err(|fault| Error::Invalid(vec![fault]))?;
    let account = Credentials {
        id: new_id(ctx)?,
        tenant_id: tenant_id.to_owned(),
        email,
        name,
        password_hash: password::NOBODY.to_owned(),
        suspended: false,
    };
    store::add_account(deed, &account).await?;
    Ok(account.id)
}

/// Makes the account of a machine: it stands in no list of people and can neither sign in nor be given roles by hand.
pub async fn enter_machine(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, name: &str) -> Result<String> {
    let id = new_id(ctx)?;
    store::add_machine(deed, &id, tenant_id, name).await?;
    Ok(id)
}

/// Changes a person's address and name.
pub async fn rename(deed: &mut Deed, account_id: &str, email: &str, name: &str) -> Result<()> {
    let email = checked_email(email).map_err(|fault| Error::Invalid(vec![fault]))?;
    let name = checked_person(name).map_err(|fault| Error::Invalid(vec![fault]))?;
    store::rename(deed, account_id, &email, &name).await
}

/// Suspends a person; sessions end at once. The last administrator cannot be suspended.
pub async fn stop(deed: &mut Deed, person: &Known, by: &str, reason: &str) -> Result<()> {
    let before = access::count_administrators(deed, &person.tenant_id).await?;
    store::suspend(deed, &person.id, by, reason).await?;
    access::keep_administrator(deed, &person.tenant_id, before).await
}

/// Ends a suspension that a machine made for this reason; that of a person stays.
pub async fn resume(deed: &mut Deed, person: &Known, reason: &str) -> Result<()> {
    store::unsuspend_by_machine(deed, &person.id, reason).await
}

/// Opens a session for a person whom another system has vouched for. A second factor is then that system's matter.
pub async fn admit(ctx: &Ctx, account_id: &str, door: &Door) -> Result<Admission> {
    sign_in::admit_vouched(ctx, account_id, door).await
}

/// How often a sign-in at another system may be begun from one place.
#[derive(Debug)]
pub struct Beginnings(Budget);

/// Counts beginnings from a place; refuses while there were too many.
pub async fn beginnings(ctx: &Ctx, door: &Door) -> Result<Beginnings> {
    let budget = Budget::of_sign_ons(ctx, door).await?;
    budget.check(ctx).await?;
    Ok(Beginnings(budget))
}

impl Beginnings {
    /// Counts one more.
    pub async fn count(&self, deed: &mut Deed) -> Result<()> {
        self.0.fail(deed).await
    }
}

/// Whether a person has a password or a second factor here, so that another system's word alone does not make it theirs.
pub async fn has_own_proof(ctx: &Ctx, account_id: &str) -> Result<bool> {
    let account = store::by_id(ctx, account_id).await?;
    Ok(account.password_hash != password::NOBODY || store::factors(ctx, account_id).await?.any())
}

/// Keeps what waits for a person to say that the account is theirs.
pub async fn ask_to_link(deed: &mut Deed, secret: &str, account_id: &str, content: &str, until_ms: i64) -> Result<()> {
    store::add_ticket(deed, &secret_hash(secret), LINK, Some(account_id), content, until_ms).await
}

/// Whose account waits to be linked, and what was kept of it; not found once it is done or too old.
pub async fn asked_to_link(ctx: &Ctx, secret: &str) -> Result<(String, String)> {
    let ticket = store::ticket(ctx, &secret_hash(secret), LINK).await?;
    Ok((ticket.account_id.ok_or(Error::NotFound)?, ticket.content))
}

/// Uses up what waited; not found if somebody was faster.
pub async fn use_link(deed: &mut Deed, secret: &str) -> Result<()> {
    store::use_ticket(deed, &secret_hash(secret)).await
}

/// Lets a person be told for thirty days that another system of this name can let them in.
pub async fn tell_of_link(ctx: &Ctx, deed: &mut Deed, account_id: &str, name: &str) -> Result<()> {
    let (note, until_ms) = (secret_hash(&new_secret(ctx)?), ctx.now_ms() + TOLD_MS);
    store::add_ticket(deed, &note, store::LINKED, Some(account_id), name, until_ms).await
}

/// Which other system was linked with one's own account in the last thirty days, if any was.
pub async fn own_linked(ctx: &Ctx) -> Result<Option<SignOnLinked>> {
    let (account_id, _) = ctx.account()?;
    store::linked(ctx, account_id).await
}
