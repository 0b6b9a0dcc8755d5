//! Providers of single sign-on and what their groups mean here: set up by the tenant's administrator.

use std::sync::Arc;

use platform::{Ctx, Error, Fault, Message, Object, Result, new_id};

use super::fetch::Fetcher;
use super::model::{GroupRole, NewProvider, Provider};
use super::remembered::Remembered;
use super::secrets::SecretFolder;
use super::{acts, discovery, groups, store};
use crate::access;
use crate::organisation::{self, model::checked_name};

/// What single sign-on needs besides the database.
#[derive(Debug, Clone)]
pub struct Means {
    /// Asks providers.
    pub fetcher: Fetcher,
    /// Keeps client secrets.
    pub secrets: SecretFolder,
    /// What providers said of themselves.
    pub remembered: Remembered,
    /// Address under which people reach this product, without a slash at the end.
    pub public_url: Arc<str>,
}

impl Means {
    /// Where a provider sends people back to; it knows exactly this address.
    #[must_use]
    pub fn redirect_address(&self, provider_id: &str) -> String {
        format!("{}/sign-in/sso/{provider_id}/callback", self.public_url)
    }
}

fn of_tenant(tenant_id: &str) -> Object {
    Object::of_unit("tenant", tenant_id, tenant_id)
}

async fn may_read(ctx: &Ctx) -> Result<&str> {
    let (_, tenant_id) = ctx.account()?;
    ctx.require(&acts::READ, &of_tenant(tenant_id)).await?;
    Ok(tenant_id)
}

/// The tenant's providers, ended ones left out.
pub async fn list_providers(ctx: &Ctx) -> Result<Vec<Provider>> {
    store::providers(ctx, may_read(ctx).await?).await
}

/// Providers to offer on the sign-in page: all of them where they belong to one tenant, else none, since an address
/// must say first whose people ask.
pub async fn offered(ctx: &Ctx) -> Result<(Vec<Provider>, bool)> {
    let all = store::providers(ctx, "").await?;
    let alone = all.windows(2).all(|pair| pair[0].tenant_id == pair[1].tenant_id);
    Ok(if alone { (all, false) } else { (Vec::new(), true) })
}

/// A provider that is in use.
pub async fn provider(ctx: &Ctx, id: &str) -> Result<Provider> {
    store::provider(ctx, id).await
}

/// The provider that answers for an address.
pub async fn provider_for(ctx: &Ctx, email: &str) -> Result<Provider> {
    let domain = email.trim().rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
    let all = store::providers(ctx, "").await?;
    all.into_iter().find(|provider| provider.domains.contains(&domain)).ok_or(Error::NotFound)
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

fn domains_of(text: &str) -> Result<Vec<String>, Fault> {
    let pieces =
        text.split([',', ' ', '\n', '\r', '、']).map(|piece| piece.trim().trim_start_matches('@').to_lowercase());
    let domains: Vec<String> = pieces.filter(|piece| !piece.is_empty()).collect();
    let fine = !domains.is_empty() && domains.len() <= 50 && domains.iter().all(|domain| is_domain(domain));
    if fine { Ok(domains) } else { Err(Fault::new("domains", text, Message::new("error-domains"))) }
}

fn checked(means: &Means, new: &NewProvider) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    if let Err(Error::Invalid(more)) = checked_name("provider_name", &new.name) {
        faults.extend(more);
    }
    if let Err(cause) = means.fetcher.checked(&new.issuer) {
        faults.push(Fault::new("issuer", &new.issuer, Message::new("error-issuer").with("cause", cause)));
    }
    for (field, text, most) in [("client_id", &new.client_id, 255), ("client_secret", &new.client_secret, 1000)] {
        if text.trim().is_empty() || text.len() > most {
            faults.push(Fault::new(field, "", Message::new("error-name").with("most", most)));
        }
    }
    if new.groups_claim.len() > 100 {
        faults.push(Fault::new("groups_claim", &new.groups_claim, Message::new("error-too-long").with("most", 100)));
    }
    let domains = domains_of(&new.domains).map_err(|fault| faults.push(fault)).unwrap_or_default();
    if faults.is_empty() { Ok(domains) } else { Err(Error::Invalid(faults)) }
}

/// A domain leads to one tenant's providers only, so that nobody is led to those of another.
async fn check_free(ctx: &Ctx, tenant_id: &str, domains: &[String]) -> Result<()> {
    let all = store::providers(ctx, "").await?;
    let mut others = all.iter().filter(|provider| provider.tenant_id != tenant_id).flat_map(|other| &other.domains);
    match others.find(|taken| domains.contains(taken)) {
        None => Ok(()),
        Some(taken) => {
            let message = Message::new("error-domain-taken").with("domain", taken.as_str());
            Err(Error::field("domains", &domains.join(", "), message))
        }
    }
}

/// Adds a provider, after asking it what it says of itself. Its secret goes into a file and is never shown again.
pub async fn add_provider(ctx: &Ctx, means: &Means, new: &NewProvider) -> Result<Provider> {
    let (account_id, tenant_id) = ctx.account()?;
    ctx.require(&acts::MANAGE_SIGN_ON, &of_tenant(tenant_id)).await?;
    let domains = checked(means, new)?;
    check_free(ctx, tenant_id, &domains).await?;
    let issuer = new.issuer.trim().to_owned();
    if let Err(cause) = discovery::discover(&means.fetcher, &issuer).await {
        return Err(Error::field("issuer", &issuer, Message::new("error-issuer").with("cause", cause)));
    }
    let provider = Provider {
        id: new_id(ctx)?,
        tenant_id: tenant_id.to_owned(),
        name: new.name.trim().to_owned(),
        issuer,
        client_id: new.client_id.trim().to_owned(),
        domains,
        groups_claim: new.groups_claim.trim().to_owned(),
        brings_people: new.brings_people,
        made_at_ms: ctx.now_ms(),
    };
    let secret_id = means.secrets.keep(ctx, new.client_secret.trim())?;
    let mut deed = ctx.begin(&acts::MANAGE_SIGN_ON, of_tenant(tenant_id)).await?;
    store::add_provider(&mut deed, &provider, &secret_id, account_id).await?;
    deed.note("provider", provider.id.as_str());
    deed.note("name", provider.name.as_str());
    deed.note("issuer", provider.issuer.as_str());
    deed.note("domains", provider.domains.join(" "));
    deed.note("brings_people", provider.brings_people);
    deed.commit("").await?;
    Ok(provider)
}

/// Ends a provider: nobody signs in by it any more, the roles its groups gave are ended, and its secret is forgotten. The
/// last administrator keeps the role.
pub async fn end_provider(ctx: &Ctx, means: &Means, id: &str) -> Result<()> {
    let (account_id, tenant_id) = ctx.account()?;
    let provider = store::provider(ctx, id).await?;
    if provider.tenant_id != tenant_id {
        return Err(Error::NotFound);
    }
    let secret_id = store::secret_id(ctx, id).await?;
    let mut deed = ctx.begin(&acts::MANAGE_SIGN_ON, of_tenant(tenant_id)).await?;
    organisation::hold(&mut deed, tenant_id).await?;
    store::end_provider(&mut deed, id, account_id).await?;
    let ended = groups::end_all(&mut deed, tenant_id, &groups::source_of(id)).await?;
    deed.note("provider", id);
    deed.note("ended", true);
    deed.note("roles_ended", ended);
    deed.commit("").await?;
    means.remembered.forget(id);
    means.secrets.forget(&secret_id)
}

/// Which groups give which roles.
pub async fn list_group_roles(ctx: &Ctx) -> Result<Vec<GroupRole>> {
    store::group_roles(ctx, may_read(ctx).await?).await
}

/// Gives members of a group a role in a unit, from their next sign-in or the next change of the group on.
pub async fn map_group(ctx: &Ctx, group: &str, role: &str, unit_id: &str) -> Result<GroupRole> {
    let (account_id, tenant_id) = ctx.account()?;
    let mut faults = Vec::new();
    if group.trim().is_empty() || group.chars().count() > 200 {
        faults.push(Fault::new("group", group, Message::new("error-name").with("most", 200)));
    }
    let unit = organisation::unit(ctx, unit_id).await?;
    let role_name = match access::check_role(ctx, role, &unit).await {
        Err(Error::Invalid(more)) => {
            faults.extend(more);
            None
        }
        other => other?,
    };
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let mapped = GroupRole {
        id: new_id(ctx)?,
        group: group.trim().to_owned(),
        role: role.to_owned(),
        role_name,
        unit_id: unit.id,
        unit_name: unit.name,
    };
    let mut deed = ctx.begin(&acts::MAP_GROUP, of_tenant(tenant_id)).await?;
    store::map_group(&mut deed, tenant_id, &mapped, account_id).await?;
    deed.note("group", mapped.group.as_str());
    deed.note("role", role);
    deed.note("unit", mapped.unit_id.as_str());
    deed.commit("").await?;
    Ok(mapped)
}

/// Ends what a group gives: who has the role by it loses it at once.
pub async fn unmap_group(ctx: &Ctx, id: &str) -> Result<()> {
    let tenant_id = may_read(ctx).await?;
    let mapped = store::group_role(ctx, tenant_id, id).await?;
    let mut deed = ctx.begin(&acts::MAP_GROUP, of_tenant(tenant_id)).await?;
    organisation::hold(&mut deed, tenant_id).await?;
    store::unmap_group(&mut deed, id).await?;
    let ended = groups::end_entry(ctx, &mut deed, tenant_id, &mapped).await?;
    deed.note("group", mapped.group);
    deed.note("role", mapped.role);
    deed.note("ended", true);
    deed.note("roles_ended", ended);
    deed.commit("").await
}
