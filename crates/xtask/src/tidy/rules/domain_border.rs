//! Which domain may use which.

use crate::tidy::{Rule, Tree, is_test, source::Source};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "domain-border",
    asks: "A domain uses only the domains before it, and never another domain's store; the order is that of `ALL` in domains.rs.",
    check,
};

const HOME: &str = "crates/rashin/src/";
const LIST: &str = "crates/rashin/src/domains.rs";

/// The order where `domains.rs` names none.
const ORDER: &[&str] =
    &["catalog", "organisation", "access", "identity", "audit_log", "population", "benchmark", "assessment"];

/// The domains in their order.
pub(super) fn domains(tree: &Tree) -> Vec<String> {
    let listed = tree.text(LIST).and_then(|text| text.split_once("const ALL")).map(|(_, after)| after);
    let listed = listed.and_then(|after| after.split_once("];")).map(|(list, _)| quoted(list)).unwrap_or_default();
    if listed.is_empty() { ORDER.iter().map(|name| (*name).to_owned()).collect() } else { listed }
}

fn quoted(list: &str) -> Vec<String> {
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn check(tree: &Tree) -> Vec<(String, usize, String)> {
    let domains = domains(tree);
    let place = |name: &str| domains.iter().position(|domain| domain == name);
    let mut found = Vec::new();
    for (path, source) in tree.rust().filter(|(path, _)| !is_test(path)) {
        let Some((own, _)) = path.strip_prefix(HOME).and_then(|rest| rest.split_once('/')) else { continue };
        let Some(own_place) = place(own) else { continue };
        for Use { line, first, second } in uses(source) {
            let Some(used_place) = place(&first).filter(|used| *used != own_place) else { continue };
            if used_place > own_place {
                found.push((path.to_owned(), line, format!("`{own}` uses `{first}`, which comes after it")));
            }
            if second.iter().any(|name| name == "store") {
                found.push((path.to_owned(), line, format!("`{own}` reaches into the store of `{first}`")));
            }
        }
    }
    found
}

/// `crate::first::second`, or with several names in braces in either place.
struct Use {
    line: usize,
    first: String,
    second: Vec<String>,
}

fn uses(source: &Source) -> Vec<Use> {
    let mut text = String::new();
    let mut starts = Vec::new();
    for (_, line) in source.product() {
        starts.push(text.len());
        text.push_str(line);
        text.push('\n');
    }
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let line = starts.partition_point(|start| *start <= at);
        for (first, rest) in branches(&text[at + "crate::".len()..]) {
            let second =
                rest.map(|rest| branches(rest).into_iter().map(|(name, _)| name).collect()).unwrap_or_default();
            found.push(Use { line, first, second });
        }
    }
    found
}

/// The names a path goes on with: one, or those in braces; each with what follows its `::`.
fn branches(path: &str) -> Vec<(String, Option<&str>)> {
    let Some(group) = path.strip_prefix('{') else { return branch(path).into_iter().collect() };
    let mut depth = 0_usize;
    let mut begin = 0;
    let mut found = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.extend(branch(group[begin..at].trim_start()));
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

fn branch(path: &str) -> Option<(String, Option<&str>)> {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    (end > 0).then(|| (path[..end].to_owned(), path[end..].strip_prefix("::")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(files: &[(&str, &str)]) -> Vec<usize> {
        check(&Tree::of(files)).into_iter().map(|(_, line, _)| line).collect()
    }

    #[test]
    fn a_domain_may_use_those_before_it() {
        let text = "use crate::{catalog::ItemSet, organisation::roles::{ANY, store_keeper}};\nuse crate::shell;\n";
        assert!(lines(&[("crates/rashin/src/identity/actions.rs", text)]).is_empty());
    }

    #[test]
    fn a_later_domain_is_found_also_in_braces() {
        let text = "\nuse crate::assessment::Answer;\nuse crate::{\n  catalog::{A, B},\n  benchmark,\n};";
        assert_eq!(lines(&[("crates/rashin/src/identity/actions.rs", text)]), [2, 3]);
    }

    #[test]
    fn anothers_store_is_out_of_reach() {
        let text = "use crate::catalog::store::find;\nuse crate::catalog::{model, store};\nuse crate::identity::store;";
        assert_eq!(lines(&[("crates/rashin/src/identity/actions.rs", text)]), [1, 2]);
    }

    #[test]
    fn tests_and_what_is_no_domain_are_free() {
        let text = "use crate::assessment::Answer;";
        let tests = "#[cfg(test)]\nmod tests {\n    use crate::assessment::Answer;\n}";
        assert!(
            lines(&[("crates/rashin/src/identity/tests.rs", text), ("crates/rashin/src/serve.rs", text)]).is_empty()
        );
        assert!(lines(&[("crates/rashin/src/identity/actions.rs", tests)]).is_empty());
    }

    #[test]
    fn the_list_in_the_product_decides() {
        let list = "pub const ALL: &[Domain] = &[\n    Domain { name: \"identity\", acts: &[] },\n    Domain { name: \"catalog\" },\n];";
        let text = "use crate::identity::Account;";
        let files = [("crates/rashin/src/domains.rs", list), ("crates/rashin/src/catalog/load.rs", text)];
        assert!(lines(&files).is_empty());
        assert_eq!(lines(&files[1..]), [1]);
    }
}
