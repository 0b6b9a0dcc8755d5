//! Everything anyone may ask of the organisation.

use std::collections::BTreeSet;

use platform::{Act, Ctx, Deed, Error, Fault, Message, Result, new_id};

use super::model::{Unit, UnitKind, checked_name};
use super::{acts, store};

/// Makes a root unit, the beginning of a tenant, as part of a larger deed (setting up, sample data).
pub async fn enter_root(ctx: &Ctx, deed: &mut Deed, kind: UnitKind, name: &str) -> Result<Unit> {
    let name = checked_name("organisation", name)?;
    let id = new_id(ctx)?;
    let unit = Unit {
        tenant_id: id.clone(),
        parent_id: None,
        kind,
        name,
        path: format!("/{id}/"),
        closed: false,
        version: 1,
        id,
    };
    deed.in_log_of(&unit.id).await?;
    store::add(deed, &unit).await?;
    deed.note("tenant", unit.name.as_str());
    Ok(unit)
}

/// The units one may see, each after the one above it.
pub async fn list_units(ctx: &Ctx) -> Result<Vec<Unit>> {
    store::visible(ctx).await
}

/// Ids of the units one may do an act to: for pages that offer it only there.
pub async fn units_to(ctx: &Ctx, act: &'static Act) -> Result<BTreeSet<String>> {
    store::under_powers(ctx, &act.powers()).await
}

/// One unit, if one may see it; else it is not found.
pub async fn unit(ctx: &Ctx, id: &str) -> Result<Unit> {
    let unit = store::one(ctx, id).await?;
    if ctx.may(&acts::READ, &unit.object()).await? { Ok(unit) } else { Err(Error::NotFound) }
}

/// Makes other changes of the tenant's tree and of its administrators wait until this deed is done: for decisions that
/// rest on more than one row.
pub async fn hold(deed: &mut Deed, tenant_id: &str) -> Result<()> {
    store::hold(deed, tenant_id).await
}

/// Adds a unit below `parent_id`. Its kind must not stand above the parent's.
pub async fn add_unit(ctx: &Ctx, parent_id: &str, kind: UnitKind, name: &str) -> Result<Unit> {
    let parent = unit(ctx, parent_id).await?;
    let name = checked_name("name", name)?;
    let mut deed = ctx.begin(&acts::ADD_UNIT, parent.object()).await?;
    store::hold(&mut deed, &parent.tenant_id).await?;
    let parent = store::now(&mut deed, parent_id).await?;
    check_place(&parent, kind)?;
    let id = new_id(ctx)?;
    let child = Unit {
        tenant_id: parent.tenant_id.clone(),
        parent_id: Some(parent.id.clone()),
        kind,
        name,
        path: format!("{}{id}/", parent.path),
        closed: false,
        version: 1,
        id,
    };
    store::add(&mut deed, &child).await?;
    deed.note("added", child.id.as_str());
    deed.note("name", child.name.as_str());
    deed.commit("").await?;
    Ok(child)
}

/// How a unit shall be from now on.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: UnitKind,
    /// The unit above; none leaves a root a root.
    pub parent_id: Option<String>,
    /// The version the editor saw.
    pub version: i64,
}

/// Renames, re-classes or moves a unit. A conflict if somebody changed it meanwhile. Moving needs the right to add units
/// in the new place.
pub async fn edit_unit(ctx: &Ctx, id: &str, edit: Edit) -> Result<Unit> {
    let before = unit(ctx, id).await?;
    let name = checked_name("name", &edit.name)?;
    if edit.parent_id.is_some() != before.parent_id.is_some() {
        return Err(Error::field("parent", edit.parent_id.as_deref().unwrap_or(""), Message::new("error-unit-root")));
    }
    let moved_to = edit.parent_id.as_deref().filter(|parent_id| before.parent_id.as_deref() != Some(*parent_id));
    if let Some(parent_id) = moved_to {
        let parent = unit(ctx, parent_id).await?;
        ctx.require(&acts::ADD_UNIT, &parent.object()).await?;
    }
    let mut deed = ctx.begin(&acts::EDIT_UNIT, before.object()).await?;
    store::hold(&mut deed, &before.tenant_id).await?;
    let before = store::now(&mut deed, id).await?;
    let path = match &edit.parent_id {
        Some(parent_id) => {
            let parent = store::now(&mut deed, parent_id).await?;
            check_move(&before, &parent, edit.kind, moved_to.is_some())?;
            if moved_to.is_some() && store::mixes(&mut deed, &before.path, &parent.path).await? {
                return Err(Error::field("parent", &parent.name, Message::new("error-unit-mixes")));
            }
            format!("{}{id}/", parent.path)
        }
        None if edit.kind == UnitKind::Department => {
            return Err(Error::field("kind", edit.kind.as_str(), Message::new("error-choice")));
        }
        None => before.path.clone(),
    };
    if store::highest_child(&mut deed, id).await?.is_some_and(|highest| highest < edit.kind) {
        return Err(Error::field("kind", edit.kind.as_str(), Message::new("error-unit-kind")));
    }
    if edit.version != before.version {
        return Err(Error::conflict("error-changed-meanwhile"));
    }
    let version = before.version + 1;
    let after = Unit { name, kind: edit.kind, parent_id: edit.parent_id, path, version, ..before.clone() };
    store::edit(&mut deed, &after, edit.version).await?;
    if after.path != before.path {
        store::move_paths(&mut deed, &before.path, &after.path).await?;
    }
    deed.note("from", serde_json::json!({ "name": before.name, "kind": before.kind, "parent": before.parent_id }));
    deed.note("to", serde_json::json!({ "name": after.name, "kind": after.kind, "parent": after.parent_id }));
    deed.commit("").await?;
    Ok(after)
}

/// Closes a unit without open units below it (a company only if another person agreed to exactly that), or opens it again below an open one.
pub async fn close_unit(ctx: &Ctx, id: &str, closed: bool, reason: &str) -> Result<()> {
    let unit = unit(ctx, id).await?;
    let Some(parent_id) = &unit.parent_id else { return Err(Error::conflict("error-unit-root")) };
    // Nobody is asked to agree to what cannot be done.
    let open_below = |other: &Unit| !other.closed && other.id != unit.id && other.path.starts_with(&unit.path);
    if closed && store::visible(ctx).await?.iter().any(open_below) {
        ctx.require(&acts::CLOSE_UNIT, &unit.object()).await?;
        return Err(Error::conflict("error-unit-has-children"));
    }
    let mut deed = if closed && unit.kind != UnitKind::Department && !unit.closed {
        let content = serde_json::json!({ "close": unit.id, "name": unit.name, "version": unit.version });
        ctx.begin_as_agreed(&acts::CLOSE_COMPANY, unit.object(), &content, reason).await?
    } else {
        ctx.begin(&acts::CLOSE_UNIT, unit.object()).await?
    };
    store::hold(&mut deed, &unit.tenant_id).await?;
    if closed {
        if store::open_below(&mut deed, &unit.path).await? > 0 {
            return Err(Error::conflict("error-unit-has-children"));
        }
        store::close(&mut deed, id, ctx.actor().account_id().unwrap_or(""), reason).await?;
    } else {
        if store::now(&mut deed, parent_id).await?.closed {
            return Err(Error::conflict("error-unit-above-closed"));
        }
        store::reopen(&mut deed, id).await?;
    }
    deed.note("closed", closed);
    deed.commit(reason).await
}

/// A unit keeps its place even below a closed unit; it moves only below an open one that is not below itself.
fn check_move(before: &Unit, parent: &Unit, kind: UnitKind, moves: bool) -> Result<()> {
    if parent.path.starts_with(&before.path) || parent.tenant_id != before.tenant_id {
        return Err(Error::field("parent", &parent.name, Message::new("error-unit-below-itself")));
    }
    match check_place(parent, kind) {
        Err(Error::Invalid(faults)) if !moves && faults.iter().all(|fault| fault.field == "parent") => Ok(()),
        other => other,
    }
}

fn check_place(parent: &Unit, kind: UnitKind) -> Result<()> {
    let mut faults = Vec::new();
    if kind < parent.kind {
        faults.push(Fault::new("kind", kind.as_str(), Message::new("error-unit-kind")));
    }
    if parent.closed {
        faults.push(Fault::new("parent", &parent.name, Message::new("error-unit-closed")));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
