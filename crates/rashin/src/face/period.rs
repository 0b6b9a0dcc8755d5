//! Periods as people read them.

use platform::Language;

/// `FY2026-Q1` as 2026年度 第1四半期 or “FY2026 Q1”.
#[must_use]
pub fn words(period: &str, language: Language) -> String {
    let (fiscal, rest) = period.strip_prefix("FY").map_or((false, period), |rest| (true, rest));
    let parts: Vec<&str> = rest.split('-').collect();
    if language == Language::En {
        let year = if fiscal { format!("FY{}", parts[0]) } else { parts[0].to_owned() };
        return match parts[1..] {
            [] => year,
            [quarter] if quarter.starts_with('Q') => format!("{year} {quarter}"),
            _ => period.to_owned(),
        };
    }
    let year = format!("{}{}", parts[0], if fiscal { "年度" } else { "年" });
    match parts[1..] {
        [] => year,
        [quarter] if quarter.starts_with('Q') => format!("{year} 第{}四半期", &quarter[1..]),
        [month] => format!("{year}{}月", month.trim_start_matches('0')),
        [month, day] => format!("{year}{}月{}日", month.trim_start_matches('0'), day.trim_start_matches('0')),
        _ => period.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_a_period_has_words() {
        let ja = |period| words(period, Language::Ja);
        assert_eq!(ja("2026"), "2026年");
        assert_eq!(ja("FY2026-Q1"), "2026年度 第1四半期");
        assert_eq!(ja("2026-04"), "2026年4月");
        assert_eq!(ja("2026-04-01"), "2026年4月1日");
        assert_eq!(words("FY2026-Q1", Language::En), "FY2026 Q1");
        assert_eq!(words("2026-04-01", Language::En), "2026-04-01");
    }
}
