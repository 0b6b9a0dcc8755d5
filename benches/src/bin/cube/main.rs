//! The cube of a large population: what it costs to build it, to change it, and to read all figures of a release.
//!
//! `cube [DIRECTORY [MEMBERS]]`: with a directory, it leaves there the rows (`rows.bin`, column by column), the
//! figures (`answers.csv`) and the CPU times (`cpu.csv`) for a rival to be held against.

mod answers;
mod rows;

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use benches::{median_of, timed};
use stats::{Cube, CubeError, Shape};

use crate::rows::{CELLS, ITEMS, LEVELS, Row};

const MEMBERS: usize = 5_000_000;
const RUNS: usize = 101;

struct Measured {
    build: Duration,
    /// Of one row taken away and another added, together.
    exchange_ns: f64,
    release: Duration,
    bytes: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next();
    let members = arguments.next().map_or(Ok(MEMBERS), |text| text.parse())?;
    let rows = rows::generate(members);
    let mut cube = build(&rows)?;
    let exchange = exchange(&mut cube, &rows)?;
    let answers = answers::all(&cube)?;
    let measured = Measured {
        build: median_of(3, || build(&rows)),
        exchange_ns: exchange.as_secs_f64() * 1e9 / rows.len().max(1) as f64,
        release: median_of(RUNS, || answers::all(&cube)),
        bytes: cube.to_bytes().len(),
    };
    print(&measured, members);
    if let Some(directory) = directory {
        let directory = Path::new(&directory);
        rows::write_columns(&rows, &mut File::create(directory.join("rows.bin"))?)?;
        fs::write(directory.join("answers.csv"), answers::as_csv(&answers, &cube))?;
        write_times(&measured, &mut File::create(directory.join("cpu.csv"))?)?;
    }
    Ok(())
}

fn build(rows: &[Row]) -> Result<Cube, Box<dyn Error>> {
    let rows = rows.iter().map(|row| (usize::from(row.cell), row.levels.as_slice()));
    Ok(Cube::of_rows(Shape::new(CELLS, ITEMS, LEVELS)?, rows)?)
}

/// Takes each row away and adds it again with a thousand others in between, so that the counters of the two are not
/// the same ones still at hand. Leaves the cube as it was.
fn exchange(cube: &mut Cube, rows: &[Row]) -> Result<Duration, CubeError> {
    const APART: usize = 1_000;
    let apart = APART.min(rows.len());
    let (first, last) = (&rows[..apart], &rows[rows.len() - apart..]);
    for row in first {
        cube.remove(usize::from(row.cell), &row.levels)?;
    }
    let (time, result) = timed(|| {
        for (added, removed) in rows.iter().zip(&rows[apart..]) {
            cube.remove(usize::from(removed.cell), &removed.levels)?;
            cube.add(usize::from(added.cell), &added.levels)?;
        }
        Ok(())
    });
    result?;
    for row in last {
        cube.add(usize::from(row.cell), &row.levels)?;
    }
    Ok(time)
}

fn print(measured: &Measured, members: usize) {
    let build = measured.build.as_secs_f64();
    let update_ns = measured.exchange_ns / 2.0;
    let release_ms = measured.release.as_secs_f64() * 1e3;
    let line = |what: &str, figure: f64, unit: &str, target: &str| {
        println!("{what:<44}{figure:>12.3} {unit:<3} {target}");
    };
    println!("cube of {members} members × {ITEMS} items in {CELLS} cells; CPU time, one thread");
    line("build from rows", build, "s", "");
    line("build, per row", build * 1e9 / members.max(1) as f64, "ns", "");
    line("update (mean of add and remove)", update_ns, "ns", "target ≤ 60");
    line("all figures of a release (58 slices)", release_ms, "ms", "target ≤ 1");
    line("as bytes", measured.bytes as f64 / 1e6, "MB", "");
}

fn write_times(measured: &Measured, out: &mut impl Write) -> std::io::Result<()> {
    let (build, release) = (measured.build.as_secs_f64(), measured.release.as_secs_f64());
    writeln!(out, "what,seconds\nbuild,{build}\nrelease,{release}")
}
