//! Files that nobody should open, given to the child that reads answer files: each is refused, none does harm.
#![cfg(test)]

use std::io::{Cursor, Write};
use std::path::Path;

use platform::{Error, Result};
use rashin::assessment::answers_file::Entry;
use rashin::assessment::read_answers::{FILE_LIMIT, Format, read};
use rashin::face::sandbox::Sandbox;
use zip::write::SimpleFileOptions;

async fn taken(format: Format, input: Vec<u8>) -> Result<Vec<Entry>> {
    read(&Sandbox::by(Path::new(env!("CARGO_BIN_EXE_rashin"))), format, "answers", input).await
}

async fn refusal(format: Format, input: Vec<u8>) -> &'static str {
    match taken(format, input).await {
        Err(Error::Invalid(faults)) => faults[0].message.key,
        other => panic!("{other:?}"),
    }
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn book(sheet: &str, strings: &[u8]) -> Vec<u8> {
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
    );
    archive(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings),
    ])
}

fn text_cell(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[tokio::test]
async fn a_sheet_is_read_by_its_first_and_third_column() {
    let row =
        [text_cell("A2", "answers.1-1"), r#"<c r="C2"><v>4</v></c>"#.to_owned(), text_cell("D2", "note")].concat();
    let entries = taken(Format::Xlsx, book(&format!(r#"<row r="2">{row}</row>"#), b"<sst/>")).await.unwrap();
    let entry =
        |part: &str, value: &str| Entry { line: 2, field: format!("answers.1-1.{part}"), value: value.to_owned() };
    assert_eq!(entries, [entry("level", "4"), entry("note", "note")]);
}

#[tokio::test]
async fn two_cells_far_apart_are_two_cells() {
    let near = format!(r#"<row r="1">{}</row>"#, text_cell("A1", "period"));
    let far = format!(r#"<row r="1048576">{}</row>"#, text_cell("XFD1048576", "x"));
    assert_eq!(taken(Format::Xlsx, book(&(near + &far), b"<sst/>")).await.unwrap(), []);
}

#[tokio::test]
async fn what_unpacks_to_too_much_is_refused() {
    let zeros = vec![b' '; 150_000_000];
    assert_eq!(refusal(Format::Xlsx, archive(&[("xl/workbook.xml", &zeros)])).await, "answer-sheet-too-large");
    let strings = format!("<sst>{}</sst>", "<si><t>x</t></si>".repeat(3_500_000));
    assert_eq!(refusal(Format::Xlsx, book("", strings.as_bytes())).await, "answer-sheet-too-large");
    let names: Vec<String> = (0..1001).map(|number| format!("part{number}")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    assert_eq!(refusal(Format::Xlsx, archive(&parts)).await, "answer-sheet-too-large");
}

#[tokio::test]
async fn strings_that_fill_the_memory_end_the_child_only() {
    let mut strings = b"<sst>".to_vec();
    let mut state = 1_u64;
    while strings.len() < 60_000_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        strings.extend(format!("<si><t>{:04x}</t></si>", (state >> 40) & 0xffff).bytes());
    }
    let packed = book("", &[strings.as_slice(), b"</sst>"].concat());
    if packed.len() > FILE_LIMIT {
        assert_eq!(refusal(Format::Xlsx, packed).await, "import-size");
    } else {
        assert!(taken(Format::Xlsx, packed).await.is_err());
    }
}

#[tokio::test]
async fn too_many_cells_are_refused() {
    let cells = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#.repeat(200_001);
    let noise: Vec<String> =
        (0..400_000_u32).map(|number| format!("{:x}", number.wrapping_mul(2_654_435_761))).collect();
    let sheet = format!("{cells}<!-- {} -->", noise.concat());
    assert_eq!(refusal(Format::Xlsx, book(&sheet, b"<sst/>")).await, "answer-sheet-too-large");
}

#[tokio::test]
async fn the_wrong_type_and_size_are_refused() {
    assert_eq!(refusal(Format::Xlsx, b"\x89PNG\r\n\x1a\n....".to_vec()).await, "answer-sheet-unreadable");
    assert_eq!(refusal(Format::Xlsx, archive(&[("hello.txt", b"hello")])).await, "answer-sheet-unreadable");
    assert_eq!(refusal(Format::Toml, vec![0xff, 0xfe, 0x00]).await, "answers-syntax");
    assert_eq!(refusal(Format::Toml, vec![b'#'; FILE_LIMIT + 1]).await, "import-size");
    assert_eq!(refusal(Format::Toml, Vec::new()).await, "import-size");
    assert_eq!(refusal(Format::Toml, b"a = = 1".to_vec()).await, "answers-syntax");
}

#[tokio::test]
async fn brackets_without_end_end_the_child_at_most() {
    let deep = format!("a = {}", "[".repeat(900_000));
    assert!(matches!(taken(Format::Toml, deep.into_bytes()).await, Err(Error::Invalid(_))));
}
