//! What other systems may cause here, as parts of a larger deed: accounts of people and machines, their suspension and
//! their sessions.

use platform::{Ctx, Deed, Error, Result, new_id};
use subtle::ConstantTimeEq;

use super::budget::Door;
use super::model::{checked_email, checked_person};
use super::sign_in::Admission;
use super::store::Credentials;
use super::{password, sessions, sign_in, store};
use crate::access;

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
    sign_in::admit_known(ctx, account_id, Some(door), true).await
}
