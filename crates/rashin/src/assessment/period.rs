//! Periods as they are written: `2026`, `2026-Q1`, `2026-04`, `2026-04-01`, `FY2026`, `FY2026-Q1`.

/// Whether the text is a period. Years run from 2000 to 2099.
#[must_use]
pub fn is_period(text: &str) -> bool {
    let (fiscal, rest) = text.strip_prefix("FY").map_or((false, text), |rest| (true, rest));
    let mut parts = rest.split('-');
    let year = parts.next().unwrap_or("");
    let tail: Vec<&str> = parts.collect();
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year, 4) || !year.starts_with("20") {
        return false;
    }
    match tail.as_slice() {
        [] => true,
        [quarter] if quarter.starts_with('Q') => matches!(*quarter, "Q1" | "Q2" | "Q3" | "Q4"),
        [month] => !fiscal && digits(month, 2) && ("01"..="12").contains(month),
        [month, day] => {
            let date = format!("{year}-{month}-{day}");
            !fiscal && digits(month, 2) && digits(day, 2) && date.parse::<jiff::civil::Date>().is_ok()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_six_ways_of_writing_are_taken() {
        for text in ["2026", "2026-Q1", "2026-04", "2026-04-01", "FY2026", "FY2026-Q4"] {
            assert!(is_period(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "26",
            "2026-Q5",
            "2026-13",
            "2026-02-30",
            "FY2026-04",
            "FY",
            "2026-4",
            "1999",
            "2026-04-01-01",
            "２０２６",
        ] {
            assert!(!is_period(text), "{text}");
        }
    }
}
