//! `rashin diagnose` as people run it: the built program, the shipped examples.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn rashin(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rashin"));
    command.args(arguments).env_remove("LC_ALL").env("LANG", "ja_JP.UTF-8").output().unwrap()
}

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_example_comes_out_in_every_form() {
    let of_this_year = |file: &PathBuf| !file.to_string_lossy().contains("2025");
    for file in examples().into_iter().filter(of_this_year) {
        let file = file.to_str().unwrap();
        for (format, mark) in
            [("text", "情報セキュリティ対策の診断"), ("json", "{"), ("xlsx", "PK"), ("pdf", "%PDF-1.7")]
        {
            let said = rashin(&["diagnose", file, "--format", format]);
            assert!(said.status.success(), "{file} {format}: {}", String::from_utf8_lossy(&said.stderr));
            assert!(said.stdout.starts_with(mark.as_bytes()), "{file} {format}");
        }
    }
}

#[test]
fn the_json_is_complete_and_labelled() {
    for file in examples() {
        let said = rashin(&["diagnose", file.to_str().unwrap(), "--format", "json"]);
        let json: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
        let own: u64 = json["items"].as_array().unwrap().iter().map(|item| item["own"].as_u64().unwrap()).sum();
        assert_eq!(json["total"].as_u64(), Some(own));
        assert_eq!(json["data_label"]["ja"], "合成データ");
        let items = json["items"].as_array().unwrap();
        let applies =
            |id: &serde_json::Value| items.iter().any(|item| item["item"] == *id && item["not_applicable"] == false);
        let gaps = json["gaps"].as_array().unwrap().iter().filter(|gap| gap["gap"].as_f64().unwrap() > 0.0);
        let open: Vec<_> = gaps.map(|gap| &gap["item"]).filter(|id| applies(id)).collect();
        let advised: Vec<_> = json["actions"].as_array().unwrap().iter().map(|action| &action["item"]).collect();
        assert_eq!(advised, open);
    }
}

#[test]
fn a_wrong_file_ends_with_failure_and_all_faults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.toml");
    let good = std::fs::read_to_string(&examples()[0]).unwrap();
    let wrong = good.replacen("\"2-1\" = ", "\"2-1\" = 6 #", 1).replacen("sites = \"", "sites = \"about-", 1);
    std::fs::write(&file, wrong).unwrap();
    let said = rashin(&["--language", "en", "diagnose", file.to_str().unwrap()]);
    assert_eq!(said.status.code(), Some(1));
    assert!(said.stdout.is_empty());
    let complaint = String::from_utf8(said.stderr).unwrap();
    assert_eq!(complaint.lines().count(), 2, "{complaint}");
    assert!(complaint.contains("answers.2-1 (6)") && complaint.contains("profile.sites"), "{complaint}");
}

#[test]
fn catalogue_and_population_answer_without_server_or_database() {
    assert!(rashin(&["catalog", "check"]).status.success());
    let said = rashin(&["population", "export", "--release", "synthetic-2005-25", "--format", "csv"]);
    assert_eq!(String::from_utf8(said.stdout).unwrap().lines().count(), 886);
    let said = rashin(&["population", "releases", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(json[0]["item_set"], "benchmark-25");
}
