//! Linking an account that was there before with what a provider calls somebody. A provider is set up by an
//! administrator, so its word alone makes no account with a proof of its own somebody else's: whoever has a password, a
//! second factor or another provider signs in by it once and says so.

use std::collections::BTreeSet;

use platform::{Ctx, Deed, Error, Object, Result};
use serde::{Deserialize, Serialize};

use super::model::Provider;
use super::{acts, groups, store};
use crate::identity::federated::{self, Known};
use crate::organisation;

/// So long one may take to sign in as before.
const WAITS_MS: i64 = 10 * 60 * 1000;

/// What waits for the person.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    provider_id: String,
    subject: String,
    groups: Option<BTreeSet<String>>,
    next: String,
}

/// An account that waits to be linked, as its person sees it.
#[derive(Debug)]
pub struct Link {
    /// Name of the provider.
    pub provider: String,
    /// Address of the account.
    pub email: String,
    /// Whether the asker is signed in to it.
    pub own: bool,
}

/// An account that is linked now.
#[derive(Debug)]
pub struct Linked {
    /// Its address, to write to.
    pub email: String,
    /// Where the person wanted to go.
    pub next: String,
}

/// What a provider's word says besides who somebody is.
#[derive(Debug)]
pub(super) struct Word<'a> {
    pub provider: &'a Provider,
    pub subject: &'a str,
    /// Groups, unless the word says nothing of them.
    pub groups: Option<&'a BTreeSet<String>>,
}

impl Word<'_> {
    /// Makes the roles those of the groups.
    pub(super) async fn settle(&self, ctx: &Ctx, deed: &mut Deed, account_id: &str) -> Result<()> {
        let Some(groups) = self.groups else { return Ok(()) };
        let source = groups::source_of(&self.provider.id);
        groups::settle(ctx, deed, &self.provider.tenant_id, account_id, &source, groups).await
    }

    /// Binds an account that was there before, and lets its person be told at every sign-in of the next thirty days.
    pub(super) async fn link(&self, ctx: &Ctx, deed: &mut Deed, account_id: &str) -> Result<()> {
        store::bind(deed, &self.provider.id, self.subject, account_id).await?;
        deed.note("bound", true);
        federated::tell_of_link(ctx, deed, account_id, &self.provider.name).await
    }

    /// Keeps the word until the person has signed in as before; gives the secret for the cookie.
    pub(super) async fn wait(&self, ctx: &Ctx, deed: &mut Deed, account_id: &str, next: &str) -> Result<String> {
        let waiting = Waiting {
            provider_id: self.provider.id.clone(),
            subject: self.subject.to_owned(),
            groups: self.groups.cloned(),
            next: next.to_owned(),
        };
        let (secret, content) =
            (federated::new_secret(ctx)?, serde_json::to_string(&waiting).map_err(Error::internal)?);
        federated::ask_to_link(deed, &secret, account_id, &content, ctx.now_ms() + WAITS_MS).await?;
        Ok(secret)
    }
}

/// Whether an account cannot be had by the provider's word alone.
pub(super) async fn needs_own_proof(ctx: &Ctx, deed: &mut Deed, provider: &Provider, known: &Known) -> Result<bool> {
    Ok(federated::has_own_proof(ctx, &known.id).await? || store::bound_elsewhere(deed, &provider.id, &known.id).await?)
}

async fn waiting(ctx: &Ctx, provider_id: &str, secret: &str) -> Result<(Provider, Known, Waiting)> {
    let (account_id, content) = federated::asked_to_link(ctx, secret).await?;
    let waiting: Waiting = serde_json::from_str(&content).map_err(Error::internal)?;
    if waiting.provider_id != provider_id {
        return Err(Error::NotFound);
    }
    Ok((store::provider(ctx, provider_id).await?, federated::person(ctx, &account_id).await?, waiting))
}

/// What whoever holds the secret is to say.
pub async fn link_asked(ctx: &Ctx, provider_id: &str, secret: &str) -> Result<Link> {
    let (provider, known, _) = waiting(ctx, provider_id, secret).await?;
    let own = ctx.actor().account_id() == Some(known.id.as_str());
    Ok(Link { provider: provider.name, email: known.email, own })
}

/// Links one's own account: whoever signs in at the provider with the subject that was vouched for is the asker.
pub async fn link(ctx: &Ctx, provider_id: &str, secret: &str) -> Result<Linked> {
    let (account_id, _) = ctx.account()?;
    let (provider, known, waiting) = waiting(ctx, provider_id, secret).await?;
    if known.id != account_id || known.tenant_id != provider.tenant_id {
        return Err(Error::NotFound);
    }
    let mut deed = ctx.begin(&acts::LINK, Object::free("provider", &provider.id)).await?;
    organisation::hold(&mut deed, &provider.tenant_id).await?;
    federated::use_link(&mut deed, secret).await?;
    if !store::is_in_use(&mut deed, &provider.id).await? {
        return Err(Error::NotFound);
    }
    let taken = store::bound(&mut deed, &provider.id, &waiting.subject).await?.is_some();
    if taken || store::is_bound(&mut deed, &provider.id, account_id).await? {
        return Err(Error::conflict("error-changed-meanwhile"));
    }
    let word = Word { provider: &provider, subject: &waiting.subject, groups: waiting.groups.as_ref() };
    word.link(ctx, &mut deed, account_id).await?;
    word.settle(ctx, &mut deed, account_id).await?;
    deed.note("account", account_id);
    deed.commit("").await?;
    Ok(Linked { email: known.email, next: waiting.next })
}
