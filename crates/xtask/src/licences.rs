//! The page of third-party licences, made from what the build really uses.
//!
//! A licence outside [`spdx::ALLOWED`], or a package from anywhere but the public registry, fails the chore.

mod crates;
mod npm;
mod page;
mod spdx;

use std::path::Path;

use crate::Report;

const PAGE: &str = "docs/third-party-licences.md";

/// A package of somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    /// SPDX expression.
    licence: String,
    /// Where its source is.
    address: String,
    /// Goes to the user, inside the program or beside it; else used for building and testing only.
    shipped: bool,
}

/// Writes the page.
pub(crate) fn write(root: &Path) -> Result<Report, String> {
    match made(root)? {
        Ok(text) => {
            std::fs::write(root.join(PAGE), text).map_err(|error| format!("{PAGE}: {error}"))?;
            Ok(Report::fine(format!("{PAGE} written")))
        }
        Err(faults) => Ok(Report::faults(faults)),
    }
}

/// Fails if the page is not what would be written.
pub(crate) fn check(root: &Path) -> Result<Report, String> {
    match made(root)? {
        Ok(text) if std::fs::read_to_string(root.join(PAGE)).is_ok_and(|there| there == text) => {
            Ok(Report::fine(format!("{PAGE} is up to date")))
        }
        Ok(_) => Ok(Report::faults(vec![format!("{PAGE} is out of date: run cargo xtask licences and commit it")])),
        Err(faults) => Ok(Report::faults(faults)),
    }
}

fn made(root: &Path) -> Result<Result<String, Vec<String>>, String> {
    let crates = crates::read(root)?;
    let npm = npm::read(&root.join("web-assets"))?;
    let refused: Vec<String> = crates.iter().chain(&npm).filter_map(refusal).collect();
    Ok(if refused.is_empty() { Ok(page::write(&crates, &npm)) } else { Err(refused) })
}

fn refusal(package: &Package) -> Option<String> {
    let Package { name, version, licence, .. } = package;
    match spdx::allows(licence) {
        Ok(true) => None,
        Ok(false) => Some(format!("{name} {version}: licence `{licence}` is not on the list of accepted licences")),
        Err(reason) => Some(format!("{name} {version}: licence `{licence}`: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(licence: &str) -> Package {
        Package {
            name: "a".into(),
            version: "1.0.0".into(),
            licence: licence.into(),
            address: String::new(),
            shipped: true,
        }
    }

    #[test]
    fn an_accepted_licence_passes_and_others_are_named() {
        assert_eq!(refusal(&package("MIT OR GPL-3.0-only")), None);
        assert_eq!(
            refusal(&package("GPL-3.0-only")).unwrap(),
            "a 1.0.0: licence `GPL-3.0-only` is not on the list of accepted licences"
        );
        assert!(refusal(&package("")).unwrap().contains("nothing is said"));
    }
}
