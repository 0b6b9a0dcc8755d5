//! An uploaded answer file taken apart into entries, in a limited child process.
//!
//! The spreadsheet's directory is checked and every part is unpacked once into nothing before it is read, so that a
//! bomb is refused early; cells are then streamed, never laid out as a rectangle.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader as _, Xlsx};
use platform::{Error, Fault, Message, Result};
use serde::{Deserialize, Serialize};

use super::answers_file::{Entry, parse_toml};
use super::answers_sheet::{Cell, entries_of};
use crate::face::sandbox::{Sandbox, Work};

/// Largest file, bytes.
pub const FILE_LIMIT: usize = 2 * 1024 * 1024;
const PART_LIMIT: usize = 1000;
const UNPACKED_LIMIT: u64 = 64 * 1024 * 1024;
const RATIO_LIMIT: u64 = 100;
const CELL_LIMIT: usize = 200_000;
const TEXT_LIMIT: usize = 10 * 1024 * 1024;
/// Columns that an answer sheet uses; cells beyond are counted and passed over.
const COLUMNS: u32 = 5;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Answer file.
    Toml,
    /// Spreadsheet.
    Xlsx,
}

impl Format {
    /// By the name's ending; none for others.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "toml" => Some(Self::Toml),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Xlsx => "xlsx",
        }
    }

    /// What the child does.
    #[must_use]
    pub const fn work(self) -> Work {
        match self {
            Self::Toml => |input| told(&take_toml(input)),
            Self::Xlsx => |input| told(&take_sheet(input)),
        }
    }
}

/// What the child tells.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Taken {
    entries: Vec<Entry>,
    faults: Vec<TakenFault>,
}

#[derive(Debug, Serialize, Deserialize)]
struct TakenFault {
    line: Option<u32>,
    value: String,
    key: String,
    detail: String,
}

/// Keys of messages that the child may use.
const KEYS: [&str; 4] = ["answers-syntax", "answers-too-large", "answer-sheet-unreadable", "answer-sheet-too-large"];

fn told(taken: &Taken) -> std::io::Result<Vec<u8>> {
    serde_json::to_vec(taken).map_err(std::io::Error::other)
}

fn refused(key: &str, detail: impl std::fmt::Display) -> Taken {
    let fault = TakenFault { line: None, value: String::new(), key: key.to_owned(), detail: detail.to_string() };
    Taken { entries: Vec::new(), faults: vec![fault] }
}

fn take_toml(input: &[u8]) -> Taken {
    let Ok(text) = std::str::from_utf8(input) else { return refused("answers-syntax", "UTF-8") };
    match parse_toml(text) {
        Ok(entries) => Taken { entries, faults: Vec::new() },
        Err(Error::Invalid(faults)) => {
            let taken = |fault: Fault| TakenFault {
                line: fault.line,
                value: fault.value,
                key: fault.message.key.to_owned(),
                detail: fault.message.args.into_values().next().unwrap_or_default(),
            };
            Taken { entries: Vec::new(), faults: faults.into_iter().map(taken).collect() }
        }
        Err(error) => refused("answers-syntax", error),
    }
}

fn take_sheet(input: &[u8]) -> Taken {
    if let Err(refusal) = check_parts(input) {
        return refusal;
    }
    match cells(input) {
        Ok(cells) => Taken { entries: entries_of(&cells), faults: Vec::new() },
        Err(refusal) => refusal,
    }
}

/// The directory first, then every part unpacked into nothing: the declared sizes may lie.
fn check_parts(input: &[u8]) -> std::result::Result<(), Taken> {
    let unreadable = |error: zip::result::ZipError| refused("answer-sheet-unreadable", error);
    let mut archive = zip::ZipArchive::new(Cursor::new(input)).map_err(unreadable)?;
    if archive.len() > PART_LIMIT {
        return Err(refused("answer-sheet-too-large", ""));
    }
    let packed = u64::try_from(input.len()).unwrap_or(u64::MAX);
    let most = UNPACKED_LIMIT.min(packed.saturating_mul(RATIO_LIMIT));
    let mut unpacked = 0_u64;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(unreadable)?;
        if part.size() > most {
            return Err(refused("answer-sheet-too-large", ""));
        }
        let mut part = part.take(most - unpacked + 1);
        unpacked += std::io::copy(&mut part, &mut std::io::sink())
            .map_err(|error| refused("answer-sheet-unreadable", error))?;
        if unpacked > most {
            return Err(refused("answer-sheet-too-large", ""));
        }
    }
    Ok(())
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::Empty => String::new(),
        other => format!("{other:?}"),
    }
}

fn cells(input: &[u8]) -> std::result::Result<Vec<Cell>, Taken> {
    let unreadable = |error: calamine::XlsxError| refused("answer-sheet-unreadable", error);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(input)).map_err(unreadable)?;
    let (mut found, mut seen, mut letters) = (Vec::new(), 0_usize, 0_usize);
    for (sheet, name) in (0_u32..).zip(book.sheet_names()) {
        let mut reader = book.worksheet_cells_reader(&name).map_err(unreadable)?;
        while let Some(cell) = reader.next_cell().map_err(unreadable)? {
            seen += 1;
            let (row, column) = cell.get_position();
            let text = if column < COLUMNS { text_of(cell.get_value()) } else { String::new() };
            letters += text.len();
            if seen > CELL_LIMIT || letters > TEXT_LIMIT {
                return Err(refused("answer-sheet-too-large", ""));
            }
            let text = text.trim();
            if !text.is_empty() {
                found.push(Cell { sheet, row: row + 1, column, text: text.to_owned() });
            }
        }
    }
    Ok(found)
}

/// Takes an uploaded file apart. Fails with what is wrong about the file as such; its answers are not checked yet.
pub async fn read(sandbox: &Sandbox, format: Format, name: &str, input: Vec<u8>) -> Result<Vec<Entry>> {
    let refused = |key: &'static str| {
        Error::field("file", name, Message::new(key).with("most", FILE_LIMIT / 1024 / 1024).with("detail", "?"))
    };
    if input.is_empty() || input.len() > FILE_LIMIT {
        return Err(refused("import-size"));
    }
    let arguments = ["read-answers", "--format", format.as_str()];
    let Some(told) = sandbox.run(&arguments, input, format.work()).await? else {
        return Err(refused("answer-sheet-too-large"));
    };
    let taken: Taken = serde_json::from_slice(&told).map_err(Error::internal)?;
    if taken.faults.is_empty() {
        return Ok(taken.entries);
    }
    let fault = |taken: TakenFault| {
        let key = KEYS.into_iter().find(|key| *key == taken.key).unwrap_or("answer-sheet-unreadable");
        let message = Message { key, args: BTreeMap::from([("detail", taken.detail.clone()), ("most", taken.detail)]) };
        let fault = Fault::new("file", &taken.value, message);
        taken.line.into_iter().fold(fault, Fault::at_line)
    };
    Err(Error::Invalid(taken.faults.into_iter().map(fault).collect()))
}
