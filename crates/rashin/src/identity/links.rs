//! One-time links: the first account of an installation, and invitations.

use platform::{Actor, Ctx, Deed, Error, Message, Object, Result, new_id};

use super::budget::Door;
use super::model::{Invitation, checked_email, checked_person};
use super::sessions::{new_token, token_hash};
use super::sign_in::{Admission, admit_newcomer};
use super::store::Credentials;
use super::{acts, password, store};
use crate::access::{self, Terms};
use crate::organisation::{self, UnitKind, roles};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What the first person enters.
#[derive(Debug, Clone, Default)]
pub struct SetUp {
    /// Name of the organisation.
    pub organisation: String,
    /// `group` or `company`.
    pub kind: String,
    /// The person.
    pub person: Newcomer,
}

/// A person who makes an account.
#[derive(Debug, Clone, Default)]
pub struct Newcomer {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// On an installation without accounts: a fresh set-up link's token, valid for a day; earlier ones stop working.
pub async fn open_set_up(ctx: &Ctx) -> Result<Option<String>> {
    if store::count_active(ctx, "").await? > 0 {
        return Ok(None);
    }
    let mut deed = ctx.begin(&acts::OFFER_SET_UP, Object::free("installation", "")).await?;
    store::void_set_up(&mut deed).await?;
    let token = add_set_up(ctx, &mut deed).await?;
    deed.commit("").await?;
    Ok(Some(token))
}

/// One more organisation beside those there are: a set-up link's token, valid for a day. Whoever takes it up names the
/// organisation; the name given here is for the log.
pub async fn offer_organisation(ctx: &Ctx, name: &str) -> Result<String> {
    let name = organisation::model::checked_name("NAME", name)?;
    let mut deed = ctx.begin(&acts::OFFER_SET_UP, Object::free("installation", "")).await?;
    let token = add_set_up(ctx, &mut deed).await?;
    deed.note("name", name);
    deed.commit("").await?;
    Ok(token)
}

async fn add_set_up(ctx: &Ctx, deed: &mut Deed) -> Result<String> {
    let token = new_token(ctx)?;
    let link = Invitation { purpose: "setup".into(), tenant_id: None, email: None, role: None, unit_id: None };
    store::add_link(deed, &token_hash(&token), &link, "", ctx.now_ms() + DAY_MS).await?;
    Ok(token)
}

/// What an unused link is for; not found once used or expired, and once whoever made it may not invite any more.
pub async fn link(ctx: &Ctx, token: &str, purpose: &str) -> Result<Invitation> {
    let (link, made_by) = store::link(ctx, &token_hash(token)).await?;
    let stands = match &link {
        _ if link.purpose != purpose => false,
        Invitation { tenant_id: Some(tenant_id), unit_id: Some(unit_id), .. } => {
            maker_may(ctx, &made_by, tenant_id, &acts::INVITE, &Object::of_unit("unit", unit_id, unit_id)).await?
        }
        _ => true,
    };
    if stands { Ok(link) } else { Err(Error::NotFound) }
}

/// Whether whoever made a link may still make such a one. What the installation itself made, stands.
pub(super) async fn maker_may(
    ctx: &Ctx,
    made_by: &str,
    tenant_id: &str,
    act: &'static platform::Act,
    object: &Object,
) -> Result<bool> {
    if made_by.is_empty() {
        return Ok(true);
    }
    let maker = Actor::Account { id: made_by.to_owned(), tenant_id: tenant_id.to_owned(), name: String::new() };
    ctx.as_actor(maker).may(act, object).await
}

async fn credentials(
    ctx: &Ctx,
    person: &Newcomer,
    tenant_id: &str,
    organisation: &str,
    extra: Vec<platform::Fault>,
) -> Result<Credentials> {
    let mut faults = extra;
    let name = checked_person(&person.name).map_err(|fault| faults.push(fault));
    let email = checked_email(&person.email).map_err(|fault| faults.push(fault));
    let own = [person.name.as_str(), &person.email, organisation];
    let password = password::check("password", &person.password, &own)?.map_err(|fault| faults.push(fault));
    match (name, email, password) {
        (Ok(name), Ok(email), Ok(password)) if faults.is_empty() => Ok(Credentials {
            id: new_id(ctx)?,
            tenant_id: tenant_id.to_owned(),
            email,
            name,
            password_hash: password::hash(ctx, &password).await?,
            suspended: false,
        }),
        _ => Err(Error::Invalid(faults)),
    }
}

/// Makes the tenant and its first person; gives a session token.
pub async fn set_up(ctx: &Ctx, token: &str, input: &SetUp) -> Result<String> {
    Ok(set_up_at(ctx, token, input, None).await?.token)
}

/// Makes the tenant and its first person, who is administrator and CISO, and lets them in.
pub async fn set_up_at(ctx: &Ctx, token: &str, input: &SetUp, door: Option<&Door>) -> Result<Admission> {
    link(ctx, token, "setup").await?;
    let mut faults = Vec::new();
    if let Err(Error::Invalid(more)) = organisation::model::checked_name("organisation", &input.organisation) {
        faults.extend(more);
    }
    let kind = UnitKind::parse(&input.kind).filter(|kind| *kind != UnitKind::Department);
    if kind.is_none() {
        faults.push(platform::Fault::new("kind", &input.kind, Message::new("error-choice")));
    }
    let mut account = credentials(ctx, &input.person, "", &input.organisation, faults).await?;
    let mut deed = ctx.begin(&acts::SET_UP, Object::free("account", &account.id)).await?;
    store::use_link(&mut deed, &token_hash(token)).await?;
    let root = organisation::enter_root(ctx, &mut deed, kind.unwrap_or(UnitKind::Company), &input.organisation).await?;
    account.tenant_id.clone_from(&root.id);
    store::add_account(&mut deed, &account).await?;
    for role in [roles::ADMINISTRATOR, roles::CISO] {
        let terms = Terms { role, unit_id: &root.id, reason: "set-up", until_ms: None };
        access::give(ctx, &mut deed, &root.id, &account.id, terms).await?;
    }
    deed.commit("").await?;
    admit_newcomer(ctx, &account.id, door).await
}

/// Makes a tenant with its first person for sample data; only the installation itself may. Gives the account's id.
pub async fn seed_tenant(ctx: &Ctx, input: &SetUp, also: &[&str]) -> Result<(String, String)> {
    let kind = UnitKind::parse(&input.kind).unwrap_or(UnitKind::Company);
    let mut account = credentials(ctx, &input.person, "", &input.organisation, Vec::new()).await?;
    let mut deed = ctx.begin(&acts::OFFER_SET_UP, Object::free("account", &account.id)).await?;
    let root = organisation::enter_root(ctx, &mut deed, kind, &input.organisation).await?;
    account.tenant_id.clone_from(&root.id);
    store::add_account(&mut deed, &account).await?;
    for role in [roles::ADMINISTRATOR, roles::CISO].iter().chain(also) {
        let terms = Terms { role, unit_id: &root.id, reason: "sample data", until_ms: None };
        access::give(ctx, &mut deed, &root.id, &account.id, terms).await?;
    }
    deed.commit("sample data").await?;
    Ok((root.id, account.id))
}

/// Invites a person into a unit with a role; gives the token of the link to hand over, valid for seven days.
pub async fn invite(ctx: &Ctx, email: &str, role: &str, unit_id: &str) -> Result<String> {
    let (account_id, tenant_id) = ctx.account()?;
    let mut faults = Vec::new();
    let email = checked_email(email).map_err(|fault| faults.push(fault)).unwrap_or_default();
    let unit = organisation::unit(ctx, unit_id).await?;
    match access::check_role(ctx, role, &unit).await {
        Err(Error::Invalid(more)) => faults.extend(more),
        other => drop(other?),
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    ctx.require(&acts::INVITE, &unit.object()).await?;
    if store::by_email(ctx, &email).await?.is_some() {
        return Err(Error::field("email", &email, Message::new("error-email-taken")));
    }
    let token = new_token(ctx)?;
    let mut deed = ctx.begin(&acts::INVITE, unit.object()).await?;
    let link = Invitation {
        purpose: "invitation".into(),
        tenant_id: Some(tenant_id.to_owned()),
        email: Some(email.clone()),
        role: Some(role.to_owned()),
        unit_id: Some(unit.id.clone()),
    };
    store::add_link(&mut deed, &token_hash(&token), &link, account_id, ctx.now_ms() + 7 * DAY_MS).await?;
    deed.note("email", email);
    deed.note("role", role);
    deed.commit("").await?;
    Ok(token)
}

/// Takes up an invitation; gives a session token.
pub async fn accept_invitation(ctx: &Ctx, token: &str, name: &str, password: &str) -> Result<String> {
    Ok(accept_invitation_at(ctx, token, name, password, None).await?.token)
}

/// Takes up an invitation and lets the person in. The address is the one that was invited.
pub async fn accept_invitation_at(
    ctx: &Ctx,
    token: &str,
    name: &str,
    password: &str,
    door: Option<&Door>,
) -> Result<Admission> {
    let link = link(ctx, token, "invitation").await?;
    let (Some(tenant_id), Some(email), Some(role), Some(unit_id)) =
        (link.tenant_id, link.email, link.role, link.unit_id)
    else {
        return Err(Error::NotFound);
    };
    let person = Newcomer { name: name.to_owned(), email, password: password.to_owned() };
    let organisation = store::tenant_name(&ctx.led_to(&tenant_id), &tenant_id).await?;
    let account = credentials(ctx, &person, &tenant_id, &organisation, Vec::new()).await?;
    let mut deed = ctx.begin(&acts::ACCEPT_INVITATION, Object::of_unit("account", &account.id, &unit_id)).await?;
    deed.in_log_of(&tenant_id).await?;
    store::use_link(&mut deed, &token_hash(token)).await?;
    store::add_account(&mut deed, &account).await?;
    let terms = Terms { role: &role, unit_id: &unit_id, reason: "invitation", until_ms: None };
    access::give(ctx, &mut deed, &tenant_id, &account.id, terms).await?;
    deed.note("role", role);
    deed.commit("").await?;
    admit_newcomer(ctx, &account.id, door).await
}
