//! Why a dependency is there.

use crate::tidy::{Rule, Tree};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "dependency-reason",
    asks: "Every dependency in a Cargo.toml stands on one line and ends with `# why`; crates of the workspace need no reason.",
    check,
};

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| *path == "Cargo.toml" || path.ends_with("/Cargo.toml")) {
        let mut in_dependencies = false;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(section) = line.strip_prefix('[') {
                in_dependencies = section.contains("dependencies]");
                if section.contains("dependencies.") && !has_reason(line) {
                    found.push((path.to_owned(), index + 1, format!("`{line}` gives no reason")));
                }
            } else if in_dependencies && !excused(line) && !has_reason(line) {
                let name = line.split(['=', '.']).next().unwrap_or(line).trim();
                found.push((path.to_owned(), index + 1, format!("`{name}` gives no reason")));
            }
        }
    }
    found
}

fn excused(line: &str) -> bool {
    line.is_empty() || line.starts_with('#') || !line.contains('=') || line.contains("path = ")
}

/// Whether something follows a `#` outside quotes.
fn has_reason(line: &str) -> bool {
    let mut quoted = false;
    let comment = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '#' && !quoted
    });
    comment.is_some_and(|(at, _)| line[at + 1..].trim().len() > 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        check(&Tree::of(&[("crates/a/Cargo.toml", text)])).into_iter().map(|(_, line, _)| line).collect()
    }

    #[test]
    fn a_reason_or_a_path_is_good() {
        let text =
            "[package]\nname = \"a\"\n[dependencies]\nb = \"1\" # reads b\nc = { path = \"../c\" }\n\n# a remark\n";
        assert!(lines(text).is_empty());
    }

    #[test]
    fn no_reason_is_found_in_every_kind_of_section() {
        assert_eq!(lines("[dependencies]\nb = \"1#2\"\n[dev-dependencies]\nc = \"1\" #\n"), [2, 4]);
        assert_eq!(
            lines("[target.'cfg(unix)'.dependencies]\nd.workspace = true\n[dependencies.e]\nversion = \"1\"\n"),
            [2, 3]
        );
    }
}
