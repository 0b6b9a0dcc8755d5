//! Laws over words: every text is there in both languages and used, every act, fact and object has its name.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{files, ground, product};
use crate::domains;
use crate::organisation::roles;

/// Texts that are asked for in a way the scan below cannot see, each with where.
const ASKED_ELSEWHERE: &[&str] = &[];

/// Every text in quotes, without those that hold a backslash.
fn literals(text: &str) -> BTreeSet<&str> {
    text.lines()
        .flat_map(|line| line.split('"').skip(1))
        .filter(|piece| !piece.is_empty() && !piece.contains('\\'))
        .collect()
}

/// What stands in quotes straight after a mark.
fn after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

/// Product sources, templates and the ground.
fn everything() -> BTreeMap<String, String> {
    let ground = ground().into_iter().map(|(path, text)| (format!("platform/{path}"), text));
    // Left out: what its own tests say.
    let ground = ground.map(|(path, text)| (path, text.split("#[cfg(test)]").next().unwrap().to_owned()));
    product().into_iter().chain(files("html")).chain(ground).collect()
}

/// Keys of all texts in a language with what stands there.
fn texts(language: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (path, text) in files("ftl") {
        if !path.ends_with(&format!("/{language}.ftl")) {
            continue;
        }
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                line.split('=').next().unwrap().trim().clone_into(&mut key);
                let twice = found.insert(key.clone(), String::new());
                assert_eq!(twice, None, "{key} stands in two places, one of them {path}");
            }
            if let Some(body) = found.get_mut(&key) {
                body.push_str(line);
                body.push('\n');
            }
        }
    }
    found
}

/// Names of the arguments in a text.
fn arguments(text: &str) -> BTreeSet<&str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    text.split('$').skip(1).map(|rest| rest.split(|letter| !is_name(letter)).next().unwrap()).collect()
}

#[test]
fn every_act_has_a_name_in_the_log_and_every_such_name_an_act() {
    let acts: BTreeSet<String> = domains::ALL
        .iter()
        .flat_map(|domain| domain.acts)
        .map(|act| format!("act-{}", act.id.replace('.', "-")))
        .collect();
    let named: BTreeSet<String> =
        texts("ja").into_keys().filter(|key| key.starts_with("act-") && !key.starts_with("act-area-")).collect();
    assert_eq!(acts, named);
}

#[test]
fn every_fact_and_every_object_of_the_log_has_a_name() {
    let known = texts("ja");
    let sources = everything();
    let code = sources.iter().filter(|(path, _)| !path.contains("tests"));
    let mut missing = BTreeSet::new();
    for (path, text) in code {
        for (mark, start) in [
            (".note(\"", "fact-"),
            (".note_one_more(\"", "fact-"),
            ("Object::of_unit(\"", "object-"),
            ("Object::free(\"", "object-"),
        ] {
            let keys = after(text, mark).map(|name| format!("{start}{name}"));
            missing.extend(keys.filter(|key| !known.contains_key(key)).map(|key| format!("{path}: {key}")));
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

/// Acts that are given by roles, asked of a second person, or left to a machine.
#[test]
fn every_act_that_can_be_given_has_a_name_as_a_right() {
    let all = domains::ALL.iter().flat_map(|domain| domain.acts).copied();
    let given = all.filter(|act| act.roles.iter().any(|role| roles::ALL.contains(role))).map(|act| act.id);
    let given: BTreeSet<&str> = given.chain(crate::federation::tokens::limits()).collect();
    let keys: BTreeSet<String> = given.iter().map(|act| format!("right-{}", act.replace('.', "-"))).collect();
    let named: BTreeSet<String> = texts("ja").into_keys().filter(|key| key.starts_with("right-")).collect();
    assert_eq!(keys, named);
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_arguments() {
    let (ja, en) = (texts("ja"), texts("en"));
    assert_eq!(ja.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    let differ = ja.iter().filter(|(key, text)| arguments(text) != arguments(&en[*key])).map(|(key, _)| key);
    assert_eq!(differ.collect::<Vec<_>>(), Vec::<&String>::new());
    for key in ja.keys() {
        for language in platform::Language::ALL {
            assert!(crate::face::texts::texts().has(language, key), "{key} is not in the list of sources");
        }
    }
}

#[test]
fn every_text_asked_for_is_there() {
    let known = texts("ja");
    let mut missing = BTreeSet::new();
    for (path, text) in everything() {
        for mark in [".t(\"", ".t1(\"", ".t2(\"", "Message::new(\"", "Error::conflict(\"", "get(language, \""] {
            missing
                .extend(after(&text, mark).filter(|key| !known.contains_key(*key)).map(|key| format!("{path}: {key}")));
        }
        for call in text.split("Done::to(").skip(1) {
            let inside = call.split(");").next().unwrap().split(").into_response").next().unwrap();
            let is_word =
                |word: &&str| *word != "yes" && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
            let words = literals(inside).into_iter().filter(is_word);
            missing.extend(
                words
                    .map(|word| format!("done-{word}"))
                    .filter(|key| !known.contains_key(key))
                    .map(|key| format!("{path}: {key}")),
            );
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

/// Whether a key is made by a text with holes, such as `state-{state}`.
fn is_made_by(key: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest));
    let Some(mut rest) = pieces.next().and_then(|first| key.strip_prefix(first)) else { return false };
    for piece in pieces {
        if piece.is_empty() {
            rest = "";
        } else {
            match rest.find(piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
    }
    rest.is_empty()
}

#[test]
fn no_text_is_kept_that_nobody_asks_for() {
    let sources = everything();
    let literals: BTreeSet<&str> = sources.values().flat_map(|text| literals(text)).collect();
    let is_pattern = |text: &&&str| {
        let fixed = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_{}.():&*\"? ".contains(letter));
        fixed
            && text.contains('{')
            && text.split('{').next().is_some_and(|start| start.len() > 2 && start.ends_with('-'))
    };
    let patterns: Vec<&&str> = literals.iter().filter(is_pattern).collect();
    let announced = |key: &str| {
        key.strip_prefix("done-").is_some_and(|what| {
            literals.contains(what) || sources.values().any(|text| text.contains(&format!("?done={what}")))
        })
    };
    let asked = |key: &&String| {
        literals.contains(key.as_str())
            || ASKED_ELSEWHERE.contains(&key.as_str())
            || announced(key)
            || patterns.iter().any(|pattern| is_made_by(key, pattern))
    };
    let all = texts("ja");
    let left: Vec<&String> = all.keys().filter(|key| !asked(key)).collect();
    assert_eq!(left, Vec::<&String>::new());
    let strange: Vec<&&str> = ASKED_ELSEWHERE.iter().filter(|key| !all.contains_key(**key)).collect();
    assert_eq!(strange, Vec::<&&str>::new());
}

#[test]
fn keys_with_holes_are_recognised() {
    assert!(is_made_by("state-open", "state-{state}"));
    assert!(is_made_by("kind-group-choice", "kind-{kind}-choice"));
    assert!(!is_made_by("kind-group", "kind-{kind}-choice"));
    assert!(!is_made_by("stateless", "state-{state}"));
}

/// The document of the API would show one shape for both.
#[test]
fn no_two_shapes_of_the_api_have_one_name() {
    let mut names = BTreeMap::new();
    for (path, text) in product() {
        for after in text.split("ToSchema)]").skip(1) {
            let words: Vec<&str> = after.split_whitespace().take(40).collect();
            let name = words.windows(2).find(|pair| ["struct", "enum"].contains(&pair[0])).map(|pair| pair[1]);
            let name = name.unwrap().trim_end_matches(['{', ';']).to_owned();
            assert_eq!(names.insert(name.clone(), path.clone()), None, "{name} stands in {path} too");
        }
    }
    assert!(names.len() > 20, "{}", names.len());
}
