//! The packages of the pages' static files.

use std::path::Path;

use serde_json::Value;

use super::Package;

/// Every package of the lock file in `folder`, with the licence its own package.json names.
pub(super) fn read(folder: &Path) -> Result<Vec<Package>, String> {
    let lock = json(&folder.join("package-lock.json"))?;
    let packages = lock.get("packages").and_then(Value::as_object).ok_or("package-lock.json lists no packages")?;
    packages.keys().filter(|place| !place.is_empty()).map(|place| package(folder, place)).collect()
}

fn package(folder: &Path, place: &str) -> Result<Package, String> {
    let manifest =
        json(&folder.join(place).join("package.json")).map_err(|error| format!("{error} (run script/assets first)"))?;
    let text = |name: &str| manifest.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let repository = manifest.get("repository");
    let address =
        repository.and_then(|value| value.as_str().or_else(|| value.get("url")?.as_str())).unwrap_or_default();
    Ok(Package {
        name: text("name"),
        version: text("version"),
        licence: text("license"),
        address: address.trim_start_matches("git+").trim_end_matches(".git").to_owned(),
        shipped: true,
    })
}

fn json(path: &Path) -> Result<Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
