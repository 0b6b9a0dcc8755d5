//! Writes a PDF with every kind of block and chart: `cargo run -p paper-pdf --example sample -- ja sample.pdf`.

mod report;
#[path = "../../../paper/examples/gallery/sample.rs"]
mod sample;

use std::error::Error;
use std::fs;
use std::time::Instant;

use paper::{Block, Language, Run};

#[expect(clippy::disallowed_methods, reason = "the example measures how long printing takes")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let language = if arguments.next().as_deref() == Some("en") { Language::En } else { Language::Ja };
    let path = arguments.next().unwrap_or_else(|| "sample.pdf".to_owned());
    let document = report::document(language)?;
    let now = jiff::Timestamp::from_second(1_795_219_200)?;
    // Other texts each round: what was cached of the text before is of no use.
    for round in 0..12 {
        let other = if round % 2 == 0 { Language::En } else { Language::Ja };
        let mut other = report::document(other)?;
        other.blocks.rotate_left(round);
        for block in &mut other.blocks {
            if let Block::Paragraph { runs } = block {
                runs.push(Run::plain(format!("（{round}）")));
            }
        }
        let start = Instant::now();
        let bytes = paper_pdf::pdf(&other, now)?;
        println!(
            "round {round}: {} ms, {} bytes, {} MB of memory",
            start.elapsed().as_millis(),
            bytes.len(),
            memory_megabytes()
        );
    }
    fs::write(&path, paper_pdf::pdf(&document, now)?)?;
    Ok(())
}

/// Memory of this process where the system tells; else 0.
fn memory_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}
