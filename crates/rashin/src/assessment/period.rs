//! Periods as they are written: `2026`, `2026-Q1`, `2026-04`, `2026-04-01`, `FY2026`, `FY2026-Q1`.

use platform::Language;

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

/// A period as people read it: `FY2026-Q1` is 2026年度 第1四半期; what is no period is shown as it stands.
#[must_use]
pub fn shown(language: Language, period: &str) -> String {
    if !is_period(period) {
        return period.to_owned();
    }
    let (fiscal, rest) = period.strip_prefix("FY").map_or((false, period), |rest| (true, rest));
    let (year, tail) = rest.split_once('-').unwrap_or((rest, ""));
    let date = |text: String, ja: &str, en: &str| {
        let format = if language == Language::Ja { ja } else { en };
        text.parse::<jiff::civil::Date>().map_or_else(|_| period.to_owned(), |date| date.strftime(format).to_string())
    };
    match (tail.strip_prefix('Q'), tail.len()) {
        (Some(quarter), _) => match (language, fiscal) {
            (Language::Ja, true) => format!("{year}年度 第{quarter}四半期"),
            (Language::Ja, false) => format!("{year}年 第{quarter}四半期"),
            (Language::En, true) => format!("Q{quarter} of FY{year}"),
            (Language::En, false) => format!("Q{quarter} of {year}"),
        },
        (None, 2) => date(format!("{rest}-01"), "%Y年%-m月", "%B %Y"),
        (None, 5) => date(rest.to_owned(), "%Y年%-m月%-d日", "%-d %B %Y"),
        (None, _) => match (language, fiscal) {
            (Language::Ja, true) => format!("{year}年度"),
            (Language::Ja, false) => format!("{year}年"),
            (Language::En, true) => format!("FY{year}"),
            (Language::En, false) => year.to_owned(),
        },
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

    #[test]
    fn a_period_is_shown_in_words() {
        let shown = |text| (shown(Language::Ja, text), shown(Language::En, text));
        let pair = |ja: &str, en: &str| (ja.to_owned(), en.to_owned());
        assert_eq!(shown("FY2026"), pair("2026年度", "FY2026"));
        assert_eq!(shown("2026"), pair("2026年", "2026"));
        assert_eq!(shown("FY2026-Q1"), pair("2026年度 第1四半期", "Q1 of FY2026"));
        assert_eq!(shown("2026-Q4"), pair("2026年 第4四半期", "Q4 of 2026"));
        assert_eq!(shown("2026-04"), pair("2026年4月", "April 2026"));
        assert_eq!(shown("2026-04-01"), pair("2026年4月1日", "1 April 2026"));
        assert_eq!(shown("<b>"), pair("<b>", "<b>"));
    }
}
