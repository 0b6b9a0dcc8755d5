//! What groups of other systems mean here: roles given and ended as records.

use std::collections::{BTreeMap, BTreeSet};

use platform::{Ctx, Deed, Error, Result};
use serde_json::json;

use super::model::{GroupRole, SOURCE};
use super::store::{self, Held};
use crate::access::{Terms, from_outside};

/// What tells roles by a provider's groups apart.
pub(super) fn source_of(provider_id: &str) -> String {
    format!("sso:{provider_id}")
}

/// Ends a role, unless it is that of the last administrator; tells whether it was ended.
async fn end(deed: &mut Deed, tenant_id: &str, held: Held) -> Result<bool> {
    let ended = from_outside::end(deed, tenant_id, &held.grant_id).await?;
    if ended {
        store::end_held(deed, &held.grant_id).await?;
        deed.note_one_more("grants_ended", json!({ "grant": held.grant_id, "role": held.role, "unit": held.unit_id }));
    }
    Ok(ended)
}

async fn end_each(deed: &mut Deed, tenant_id: &str, all: Vec<Held>) -> Result<usize> {
    let mut ended = 0;
    for held in all {
        ended += usize::from(end(deed, tenant_id, held).await?);
    }
    Ok(ended)
}

/// Ends all roles of a source that is there no more; gives their number.
pub(super) async fn end_all(deed: &mut Deed, tenant_id: &str, source: &str) -> Result<usize> {
    let all = store::held_of_all(deed, source).await?;
    end_each(deed, tenant_id, all).await
}

/// Ends what an entry gave that is there no more; gives the number of roles ended. Who has the same role by another group
/// keeps it where provisioning says who is in which; a provider says so at the next sign-in.
pub(super) async fn end_entry(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, mapped: &GroupRole) -> Result<usize> {
    let all = store::held_by_group(deed, tenant_id, mapped).await?;
    let provisioned = all.iter().filter(|held| held.source == SOURCE);
    let people: BTreeSet<String> = provisioned.map(|held| held.account_id.clone()).collect();
    let ended = end_each(deed, tenant_id, all).await?;
    resettle(ctx, deed, tenant_id, &people).await?;
    Ok(ended)
}

/// Makes the roles that people have from provisioning those that its groups give.
pub(super) async fn resettle(ctx: &Ctx, deed: &mut Deed, tenant_id: &str, people: &BTreeSet<String>) -> Result<()> {
    let named: Vec<&str> = people.iter().map(String::as_str).collect();
    let all = store::groups_of(deed, &named).await?;
    settle_all(ctx, deed, tenant_id, SOURCE, &all).await
}

/// Makes the roles an account has from a source those that its groups give.
pub(super) async fn settle(
    ctx: &Ctx,
    deed: &mut Deed,
    tenant_id: &str,
    account_id: &str,
    source: &str,
    groups: &BTreeSet<String>,
) -> Result<()> {
    let all = BTreeMap::from([(account_id.to_owned(), groups.clone())]);
    settle_all(ctx, deed, tenant_id, source, &all).await
}

/// As [`settle`] for many, each with their groups: reads for fifty at a time, and writes only what changes. Roles given
/// by hand are left alone, and the last administrator keeps the role.
async fn settle_all(
    ctx: &Ctx,
    deed: &mut Deed,
    tenant_id: &str,
    source: &str,
    all: &BTreeMap<String, BTreeSet<String>>,
) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let mapped = store::mapped(deed, tenant_id).await?;
    let people: Vec<&str> = all.keys().map(String::as_str).collect();
    let mut held: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    for one in store::held(deed, source, &people).await? {
        held.entry(one.account_id.clone()).or_default().push(one);
    }
    for (account_id, groups) in all {
        let wanted: Vec<&GroupRole> = mapped.iter().filter(|mapped| groups.contains(&mapped.group)).collect();
        let mut given: BTreeSet<(String, String)> = BTreeSet::new();
        for held in held.remove(account_id).unwrap_or_default() {
            if wanted.iter().any(|wanted| wanted.role == held.role && wanted.unit_id == held.unit_id) {
                given.insert((held.role, held.unit_id));
            } else {
                end(deed, tenant_id, held).await?;
            }
        }
        for wanted in wanted {
            if given.insert((wanted.role.clone(), wanted.unit_id.clone())) {
                give(ctx, deed, (tenant_id, account_id, source), wanted).await?;
            }
        }
    }
    Ok(())
}

async fn give(ctx: &Ctx, deed: &mut Deed, whose: (&str, &str, &str), wanted: &GroupRole) -> Result<()> {
    let (tenant_id, account_id, source) = whose;
    let reason = format!("{source}: {}", wanted.group);
    let terms = Terms { role: &wanted.role, unit_id: &wanted.unit_id, reason: &reason, until_ms: None };
    // A role that does not fit, such as one inside for somebody outside, must not keep the others from signing in.
    let grant_id = match from_outside::give(ctx, deed, tenant_id, account_id, terms).await {
        Err(Error::Invalid(_)) => {
            let missed =
                json!({ "account": account_id, "group": wanted.group, "role": wanted.role, "unit": wanted.unit_id });
            deed.note_one_more("grants_not_given", missed);
            return Ok(());
        }
        given => given?,
    };
    let given = json!({ "account": account_id, "grant": grant_id, "role": wanted.role, "unit": wanted.unit_id });
    deed.note_one_more("grants_given", given);
    let held = Held {
        grant_id,
        account_id: account_id.to_owned(),
        source: source.to_owned(),
        role: wanted.role.clone(),
        unit_id: wanted.unit_id.clone(),
    };
    store::add_held(deed, &held).await
}
