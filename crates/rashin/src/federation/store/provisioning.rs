//! Reading and writing of what provisioning knows: people, groups and their members. The statements stand in the store.

use std::collections::{BTreeMap, BTreeSet};

use platform::{Ctx, Deed, Error, Result, Row, Value};

use super::super::model::SOURCE;
use super::{
    ADD_GROUP, ARE_PEOPLE, CHANGE_GROUP, COUNT_GROUPS, COUNT_PEOPLE, GROUPS, GROUPS_OF, JOIN_, LEAVE, LEAVE_ALL,
    MEMBERS, MEMBERS_OF_MANY, PEOPLE, PROVISION, REMOVE_GROUP, changed, of_people,
};

/// What a list of provisioning is asked for; what is empty is not asked.
#[derive(Debug, Clone, Default)]
pub(in crate::federation) struct Wanted {
    pub id: String,
    pub name: String,
    pub external_id: String,
    pub limit: i64,
    pub offset: i64,
}

/// A person as the provisioning system sees them.
#[derive(Debug)]
pub(in crate::federation) struct Person {
    pub id: String,
    pub email: String,
    pub name: String,
    pub external_id: String,
    pub suspended: bool,
    /// Whether a person suspended them, so that provisioning does not end it.
    pub by_hand: bool,
    pub made_at_ms: i64,
    pub changed_at_ms: i64,
}

/// A group of the provisioning system.
#[derive(Debug)]
pub(in crate::federation) struct Group {
    pub id: String,
    pub name: String,
    pub external_id: String,
    pub members: Vec<(String, String)>,
    pub made_at_ms: i64,
    pub changed_at_ms: i64,
}

impl Wanted {
    fn values(&self, tenant_id: &str) -> Vec<Value> {
        vec![tenant_id.into(), (&self.id).into(), (&self.name).into(), (&self.external_id).into()]
    }

    fn page(&self, tenant_id: &str) -> Vec<Value> {
        let mut values = self.values(tenant_id);
        values.extend([self.limit.into(), self.offset.into()]);
        values
    }
}

/// People of a tenant: how many there are, and those of the page.
pub(in crate::federation) async fn people(ctx: &Ctx, tenant_id: &str, wanted: &Wanted) -> Result<(i64, Vec<Person>)> {
    let total = ctx.row(&COUNT_PEOPLE, &wanted.values(tenant_id)).await?.ok_or(Error::NotFound)?.int("n")?;
    let person = |row: &Row| {
        let made_at_ms = row.int("created_at_ms")?;
        let suspended = row.opt_int("suspended_at_ms")?.is_some();
        let by_machine = row.opt_text("suspended_by")?.is_some_and(|kind| kind == "machine");
        let by_hand = suspended && !(by_machine && row.opt_text("reason")?.is_some_and(|reason| reason == SOURCE));
        Ok(Person {
            id: row.text("id")?,
            email: row.text("email")?,
            name: row.text("name")?,
            external_id: row.opt_text("external_id")?.unwrap_or_default(),
            suspended,
            by_hand,
            made_at_ms,
            changed_at_ms: row.opt_int("changed_at_ms")?.unwrap_or(made_at_ms),
        })
    };
    let rows = ctx.rows(&PEOPLE, &wanted.page(tenant_id)).await?;
    Ok((total, rows.iter().map(person).collect::<Result<_>>()?))
}

/// A page of groups ends before it names more members than this, unless the first alone has more.
pub(in crate::federation) const MOST_MEMBERS: i64 = 20_000;

/// Groups of a tenant with their members: how many there are, and those of the page, which has as many as their members
/// leave room for.
pub(in crate::federation) async fn groups(ctx: &Ctx, tenant_id: &str, wanted: &Wanted) -> Result<(i64, Vec<Group>)> {
    let total = ctx.row(&COUNT_GROUPS, &wanted.values(tenant_id)).await?.ok_or(Error::NotFound)?.int("n")?;
    let (mut found, mut members) = (Vec::new(), 0);
    for row in ctx.rows(&GROUPS, &wanted.page(tenant_id)).await? {
        members += row.int("members")?;
        if members > MOST_MEMBERS && !found.is_empty() {
            break;
        }
        found.push(Group {
            id: row.text("id")?,
            name: row.text("name")?,
            external_id: row.text("external_id")?,
            members: Vec::new(),
            made_at_ms: row.int("made_at_ms")?,
            changed_at_ms: row.int("changed_at_ms")?,
        });
    }
    let shown = Wanted { limit: i64::try_from(found.len()).map_err(Error::internal)?, ..wanted.clone() };
    let mut by_group: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in ctx.rows(&MEMBERS_OF_MANY, &shown.page(tenant_id)).await? {
        by_group.entry(row.text("group_id")?).or_default().push((row.text("account_id")?, row.text("name")?));
    }
    for group in &mut found {
        group.members = by_group.remove(&group.id).unwrap_or_default();
    }
    Ok((total, found))
}

/// Those of them who are people of the tenant.
pub(in crate::federation) async fn people_among(
    deed: &mut Deed,
    tenant_id: &str,
    ids: &[&str],
) -> Result<BTreeSet<String>> {
    of_people(deed, &ARE_PEOPLE, Some(tenant_id), ids).await?.iter().map(|row| row.text("id")).collect()
}

pub(in crate::federation) async fn provision(
    deed: &mut Deed,
    tenant_id: &str,
    id: &str,
    external_id: &str,
) -> Result<()> {
    let now_ms = deed.now_ms();
    deed.write(&PROVISION, &[id.into(), tenant_id.into(), external_id.into(), now_ms.into()]).await.map(|_| ())
}

pub(in crate::federation) async fn members(deed: &mut Deed, group_id: &str) -> Result<BTreeSet<String>> {
    deed.rows(&MEMBERS, &[group_id.into()]).await?.iter().map(|row| row.text("account_id")).collect()
}

/// Names of the groups that people are in; those who are in none have an empty entry.
pub(in crate::federation) async fn groups_of(
    deed: &mut Deed,
    people: &[&str],
) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut all: BTreeMap<String, BTreeSet<String>> =
        people.iter().map(|id| ((*id).to_owned(), BTreeSet::new())).collect();
    for row in of_people(deed, &GROUPS_OF, None, people).await? {
        all.entry(row.text("account_id")?).or_default().insert(row.text("name")?);
    }
    Ok(all)
}

pub(in crate::federation) async fn add_group(
    deed: &mut Deed,
    tenant_id: &str,
    id: &str,
    name: &str,
    external_id: &str,
) -> Result<()> {
    let now_ms = deed.now_ms();
    let values = [id.into(), tenant_id.into(), name.into(), external_id.into(), now_ms.into()];
    deed.write(&ADD_GROUP, &values).await.map(|_| ())
}

pub(in crate::federation) async fn change_group(
    deed: &mut Deed,
    id: &str,
    name: &str,
    external_id: &str,
) -> Result<()> {
    let now_ms = deed.now_ms();
    changed(deed.write(&CHANGE_GROUP, &[id.into(), name.into(), external_id.into(), now_ms.into()]).await?)
}

pub(in crate::federation) async fn remove_group(deed: &mut Deed, id: &str) -> Result<()> {
    changed(deed.write(&REMOVE_GROUP, &[id.into()]).await?)
}

pub(in crate::federation) async fn join(deed: &mut Deed, group_id: &str, account_id: &str) -> Result<()> {
    deed.write(&JOIN_, &[group_id.into(), account_id.into()]).await.map(|_| ())
}

pub(in crate::federation) async fn leave(deed: &mut Deed, group_id: &str, account_id: &str) -> Result<()> {
    deed.write(&LEAVE, &[group_id.into(), account_id.into()]).await.map(|_| ())
}

pub(in crate::federation) async fn leave_all(deed: &mut Deed, group_id: &str) -> Result<()> {
    deed.write(&LEAVE_ALL, &[group_id.into()]).await.map(|_| ())
}
