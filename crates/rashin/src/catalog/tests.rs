//! The catalogue through its front door: the shipped one, and broken copies of it.

use platform::{Language, Texts};
use proptest::prelude::*;

use super::cli::{CatalogCommand, Format, run};
use super::*;

fn texts() -> Texts {
    Texts::parse(&[(Language::Ja, include_str!("texts/ja.ftl")), (Language::En, include_str!("texts/en.ftl"))]).unwrap()
}

/// Findings as `file:line key` after a file was changed.
fn after(path: &str, change: impl Fn(&str) -> String) -> Vec<String> {
    let mut files = builtin_files();
    let file = files.iter_mut().find(|(name, _)| name == path).unwrap();
    file.1 = change(&file.1);
    let findings = load(&files).err().unwrap_or_default();
    findings.iter().map(|finding| format!("{}:{} {}", finding.file, finding.line, finding.reason.key)).collect()
}

fn line(path: &str, text: &str) -> usize {
    let files = builtin_files();
    let (_, content) = files.iter().find(|(name, _)| name == path).unwrap();
    content.lines().position(|line| line.contains(text)).unwrap() + 1
}

const ITEM: &str = "benchmark-25/items/3-3.toml";
const MODEL: &str = "index-model-1/model.toml";

#[test]
fn the_shipped_catalogue_has_no_fault() {
    let texts = texts();
    let findings = load(&builtin_files()).err().unwrap_or_default();
    let shown: Vec<String> =
        findings.iter().map(|f| format!("{}:{}: {}", f.file, f.line, texts.show(Language::En, &f.reason))).collect();
    assert_eq!(shown, Vec::<String>::new());
    assert!(!builtin().item_sets.is_empty());
}

#[test]
fn areas_have_seven_four_six_five_and_three_items_and_the_later_set_adds_two() {
    let counts = |id: &str| {
        let set = builtin().item_set(id).unwrap();
        set.areas.iter().map(|area| set.items_of(&area.ref_id).count()).collect::<Vec<_>>()
    };
    assert_eq!(counts("benchmark-25"), [7, 4, 6, 5, 3]);
    assert_eq!(counts("benchmark-27"), [8, 4, 7, 5, 3]);
}

#[test]
fn the_later_set_keeps_every_item_and_orders_by_area_and_number() {
    let (early, late) = (builtin().item_set("benchmark-25").unwrap(), builtin().item_set("benchmark-27").unwrap());
    let shared: Vec<&Item> = late.items.iter().filter(|item| early.item(&item.ref_id).is_some()).collect();
    assert_eq!(shared, early.items.iter().collect::<Vec<_>>());
    assert_eq!(late.position("1-8"), Some(7));
    assert_eq!(late.position("3-7"), late.position("3-6").map(|at| at + 1));
    assert_eq!((late.lowest_total(), late.highest_total()), (27, 135));
}

#[test]
fn a_hash_changes_with_a_word_and_only_with_a_word() {
    let before = builtin().item_set("benchmark-25").unwrap();
    assert_eq!(before.hash, before.computed_hash());
    let changed = |change: &dyn Fn(&str) -> String| {
        let mut files = builtin_files();
        let file = files.iter_mut().find(|(name, _)| name == ITEM).unwrap();
        file.1 = change(&file.1);
        load(&files).unwrap().item_set("benchmark-25").unwrap().hash.clone()
    };
    assert_eq!(changed(&|text| format!("# a remark\n{text}")), before.hash);
    assert_ne!(changed(&|text| text.replacen("[question]\nja = \"", "[question]\nja = \"で", 1)), before.hash);
}

#[test]
fn broken_items_are_reported_where_they_are_broken() {
    assert_eq!(after(ITEM, |text| format!("colour = 1\n{text}")), [format!("{ITEM}:1 finding-unknown-key")]);
    let weight = line(ITEM, "weight = ");
    assert_eq!(
        after(ITEM, |text| text.replacen("weight = 1", "weight = 3", 1)),
        [format!("{ITEM}:{weight} finding-range")]
    );
    let csf = line(ITEM, "csf = ");
    assert_eq!(
        after(ITEM, |text| text.replacen("csf = [\"", "csf = [\"PR.XX-01\", \"", 1)),
        [format!("{ITEM}:{csf} finding-unknown-requirement")]
    );
    let first = line(ITEM, "level = 1");
    assert_eq!(
        after(ITEM, |text| text.replacen("level = 1", "level = 2", 1)),
        [format!("{ITEM}:{first} finding-number")]
    );
    assert_eq!(after(ITEM, |text| text.replacen("from = 1\n", "from = 2\n", 1)).len(), 1);
    assert_eq!(after(ITEM, |text| text.replacen("\"3-3\"", "\"3-4\"", 1)), [format!("{ITEM}:1 finding-id")]);
    assert!(after(ITEM, |text| text.replacen("[short]", "[short", 1))[0].ends_with("finding-syntax"));
}

#[test]
fn a_broken_index_model_is_reported() {
    let keys = |change: &dyn Fn(&str) -> String| -> Vec<String> {
        after(MODEL, change).iter().filter_map(|found| found.split(' ').nth(1).map(str::to_owned)).collect()
    };
    assert_eq!(keys(&|text| text.replacen("share = 0.14", "share = 0.13", 1)), ["finding-shares"]);
    assert_eq!(
        keys(&|text| text.replacen("ref_id = \"construction\"", "ref_id = \"building\"", 1)),
        ["finding-no-option", "finding-unknown-option"]
    );
    assert_eq!(keys(&|text| text.replacen("question = \"industry\"", "question = \"sales\"", 1))[0], "finding-no-term");
    assert_eq!(
        keys(&|text| text.replacen("profile = \"profile-15\"", "profile = \"profile-19\"", 1))[2],
        "finding-unknown-profile"
    );
}

#[test]
fn a_set_that_extends_nothing_known_is_reported() {
    let path = "benchmark-27/set.toml";
    let at = line(path, "extends");
    let found = after(path, |text| text.replacen("extends = \"benchmark-25\"", "extends = \"benchmark-24\"", 1));
    assert_eq!(found, [format!("{path}:{at} finding-unknown-base")]);
    let found = after(path, |text| text.replacen("extends = \"benchmark-25\"", "extends = \"benchmark-27\"", 1));
    assert_eq!(found, [format!("{path}:{at} finding-unknown-base")]);
}

#[test]
fn an_item_that_the_base_already_has_is_reported() {
    let mut files = builtin_files();
    let copy = files.iter().find(|(name, _)| name == ITEM).unwrap().1.clone();
    files.push(("benchmark-27/items/3-3.toml".to_owned(), copy));
    let findings = load(&files).unwrap_err();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].reason.key, "finding-item-again");
}

#[test]
fn faults_of_several_files_come_together_in_order() {
    let mut files = builtin_files();
    for (name, text) in &mut files {
        if name.ends_with("items/1-1.toml") || name.ends_with("items/5-3.toml") {
            *text = text.replacen("effort = ", "work = ", 1);
        }
    }
    files.push(("notes.toml".to_owned(), String::new()));
    let findings = load(&files).unwrap_err();
    let places: Vec<(&str, &str)> = findings.iter().map(|f| (f.file.as_str(), f.reason.key)).collect();
    assert_eq!(places.len(), 5);
    assert_eq!(places[0].0, "benchmark-25/items/1-1.toml");
    assert_eq!(places[4], ("notes.toml", "finding-unknown-file"));
}

#[test]
fn every_finding_has_its_text_in_both_languages() {
    let texts = texts();
    let sources = [
        include_str!("read.rs"),
        include_str!("load/mod.rs"),
        include_str!("load/item.rs"),
        include_str!("load/item_set.rs"),
        include_str!("load/index_model.rs"),
        include_str!("load/profile.rs"),
    ];
    let mut keys = 0;
    for source in sources {
        for piece in source.split("Message::new(\"").skip(1) {
            let key = piece.split('"').next().unwrap();
            keys += 1;
            for language in Language::ALL {
                assert!(texts.has(language, key), "{key} in {}", language.code());
            }
        }
    }
    assert!(keys > 20);
}

fn command(command: &CatalogCommand, language: Language) -> (String, bool) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(command, (&texts(), language), &mut out, &mut err).unwrap();
    out.extend(err);
    (String::from_utf8(out).unwrap(), code == std::process::ExitCode::SUCCESS)
}

#[test]
fn check_prints_file_line_and_reason_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in builtin_files() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replacen("weight = 1.0\niso", "weight = 8.0\niso", 1)).unwrap();
    }
    let check = |format| CatalogCommand::Check { folder: Some(folder.path().to_owned()), format };
    let (shown, fine) = command(&check(Format::Text), Language::En);
    assert!(!fine);
    assert!(shown.contains("benchmark-25/items/1-1.toml:3: weight: write a number from 0.5 to 2"), "{shown}");
    let (json, _) = command(&check(Format::Json), Language::Ja);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ok"], false);
    assert_eq!(json["findings"][0]["line"], 3);
}

#[test]
fn check_counts_what_it_found_fine() {
    let (shown, fine) = command(&CatalogCommand::Check { folder: None, format: Format::Text }, Language::Ja);
    assert!(fine);
    assert!(shown.contains("項目52"), "{shown}");
}

#[test]
fn show_gives_every_item_in_the_language_asked_for() {
    let show = |set: &str, format| CatalogCommand::Show { set: set.to_owned(), format };
    let (shown, _) = command(&show("benchmark-27", Format::Text), Language::En);
    for item in &builtin().item_set("benchmark-27").unwrap().items {
        assert!(shown.contains(&item.question.en));
    }
    assert!(!shown.contains('⟦'));
    let (json, _) = command(&show("benchmark-25", Format::Json), Language::Ja);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["items"].as_array().map(Vec::len), Some(25));
    let (complaint, fine) = command(&show("nothing", Format::Text), Language::En);
    assert!(!fine && complaint.contains("benchmark-25"));
    let (listed, _) = command(&CatalogCommand::List { format: Format::Text }, Language::Ja);
    assert_eq!(listed.lines().count(), builtin().item_sets.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_damaged_file_gives_findings_or_a_catalogue_but_never_a_panic(at in 0_usize..2000, junk in "[\\[\\]=\"a0\\n.あ-]{1,6}") {
        let mut files = builtin_files();
        let text = &mut files.iter_mut().find(|(name, _)| name == ITEM).unwrap().1;
        let at = (at..at + 4).find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(at.min(text.len()), &junk);
        if let Err(findings) = load(&files) {
            prop_assert!(findings.iter().all(|finding| finding.line >= 1));
        }
    }
}
