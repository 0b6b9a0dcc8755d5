//! The crates of the lock file, for Linux.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use super::Package;

/// The platform the program is built for.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// The crate that is shipped.
const PRODUCT: &str = "rashin";

/// Every crate from outside the workspace that building or testing it needs.
pub(super) fn read(root: &Path) -> Result<Vec<Package>, String> {
    let options = ["--locked", "--filter-platform", PLATFORM].map(str::to_owned);
    let metadata = MetadataCommand::new().current_dir(root).other_options(options).exec();
    let metadata = metadata.map_err(|error| format!("cargo metadata: {error}"))?;
    let shipped = shipped(&metadata)?;
    let mut found = BTreeSet::new();
    let resolved: BTreeSet<&PackageId> =
        metadata.resolve.iter().flat_map(|resolve| &resolve.nodes).map(|node| &node.id).collect();
    for package in metadata.packages.iter().filter(|package| resolved.contains(&package.id)) {
        let Some(source) = &package.source else { continue };
        if !source.is_crates_io() {
            return Err(format!("{} comes from {source}, not from the public registry", package.name));
        }
        found.insert(Package {
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license.clone().unwrap_or_default(),
            address: package.repository.as_deref().unwrap_or_default().trim_end_matches(".git").to_owned(),
            shipped: shipped.contains(&package.id),
        });
    }
    Ok(found.into_iter().collect())
}

/// What the product reaches without its tests; build scripts count, since their output may go in.
fn shipped(metadata: &Metadata) -> Result<BTreeSet<PackageId>, String> {
    let resolve = metadata.resolve.as_ref().ok_or("cargo metadata gives no resolution")?;
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let product = metadata.workspace_packages().into_iter().find(|package| package.name.as_str() == PRODUCT);
    let product = product.ok_or(format!("the workspace has no crate {PRODUCT}"))?;
    let mut reached = BTreeSet::from([product.id.clone()]);
    let mut open = vec![&product.id];
    while let Some(node) = open.pop().and_then(|id| nodes.get(id)) {
        for next in &node.deps {
            let tests_only = next.dep_kinds.iter().all(|kind| kind.kind == DependencyKind::Development);
            if !tests_only && reached.insert(next.pkg.clone()) {
                open.push(&next.pkg);
            }
        }
    }
    Ok(reached)
}
