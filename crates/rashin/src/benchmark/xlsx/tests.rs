//! What stands in the workbook.

use calamine::{Data, Reader, Xlsx};

use super::*;
use crate::assessment::answers_file::read_toml;
use crate::benchmark::diagnose;
use crate::catalog::builtin;
use crate::face::texts::texts;
use crate::population::builtin_for;

fn sample() -> Diagnosis {
    let answers = read_toml(builtin(), include_str!("../../../../../examples/net-shop.toml")).unwrap();
    let set = builtin().item_set(&answers.item_set).unwrap();
    diagnose(builtin(), set, builtin_for(&set.id).unwrap(), &answers).unwrap()
}

fn read(bytes: Vec<u8>) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut workbook = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let sheets = workbook.worksheets();
    sheets.into_iter().map(|(name, range)| (name, range.rows().map(<[Data]>::to_vec).collect())).collect()
}

#[test]
fn four_sheets_are_labelled_in_both_languages() {
    for (language, label) in [(Language::Ja, "合成データ"), (Language::En, "Synthetic data")] {
        let sheets = read(spreadsheet(&sample(), &texts(), language, 1_795_000_000_000).unwrap());
        assert_eq!(sheets.len(), 4);
        for (name, rows) in &sheets {
            assert!(rows[0].iter().any(|cell| cell == label), "{name}");
            assert!(!rows.iter().flatten().any(|cell| cell.to_string().contains('⟦')), "{name}");
        }
    }
}

#[test]
fn figures_are_numbers_and_those_of_the_diagnosis() {
    let diagnosis = sample();
    let sheets = read(spreadsheet(&diagnosis, &texts(), Language::Ja, 1_795_000_000_000).unwrap());
    let (_, summary) = &sheets[0];
    let total = summary.iter().find(|row| row[0] == "総合点").unwrap();
    assert_eq!(total[1], Data::Float(f64::from(diagnosis.total)));
    let (_, items) = &sheets[1];
    let own: Vec<Data> = items[3..28].iter().map(|row| row[3].clone()).collect();
    assert_eq!(own, diagnosis.items.iter().map(|item| Data::Float(f64::from(item.own))).collect::<Vec<_>>());
}

#[test]
fn every_step_of_advice_has_its_row() {
    let diagnosis = sample();
    let sheets = read(spreadsheet(&diagnosis, &texts(), Language::En, 1_795_000_000_000).unwrap());
    let steps: usize = diagnosis.actions.iter().map(|action| 1 + action.later.len()).sum();
    assert_eq!(sheets[2].1.len(), 3 + steps);
}

#[test]
fn the_same_diagnosis_gives_the_same_bytes_and_text_is_never_a_formula() {
    let mut diagnosis = sample();
    diagnosis.organisation = "=1+1".to_owned();
    let make = || spreadsheet(&diagnosis, &texts(), Language::Ja, 1_795_000_000_000).unwrap();
    assert_eq!(make(), make());
    let sheets = read(make());
    assert!(sheets[0].1.iter().flatten().any(|cell| *cell == Data::String("=1+1".to_owned())));
}
