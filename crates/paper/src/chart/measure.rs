//! How wide text will be, without a font: an estimate that errs on the wide side.

/// Width of one line of `text` in em of its font size. Full-width characters count 1; Latin letters by class, so that
/// no usual sans-serif face is wider over a whole label.
#[must_use]
pub fn width_em(text: &str) -> f64 {
    text.chars().map(character_em).sum()
}

fn character_em(character: char) -> f64 {
    match character {
        '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => 0.0,
        '\u{FF61}'..='\u{FFDC}' => 0.55,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.31,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '{' | '}' | '-' | '/' | '"' | '*' | '`' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.95,
        'A'..='Z' | '&' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{370}'..='\u{52F}' => {
            0.72
        }
        '\0'..='\u{7F}' => 0.61,
        _ => 1.0,
    }
}

/// `text`, shortened with `…` if it is wider than `room_em`; empty if nothing fits.
pub(crate) fn fit(text: &str, room_em: f64) -> String {
    if width_em(text) <= room_em {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut width = character_em('…');
    if width > room_em {
        return kept;
    }
    for character in text.chars() {
        width += character_em(character);
        if width > room_em {
            break;
        }
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// `text` on at most `lines` lines of `room_em` each, broken between words or Japanese characters; the last line is
/// shortened if need be.
pub(crate) fn wrap(text: &str, room_em: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while width_em(rest) > room_em && done.len() + 1 < lines {
        let at = break_at(rest, room_em);
        let (line, after) = rest.split_at(at);
        done.push(fit(line.trim_end(), room_em));
        rest = after.trim_start();
    }
    done.push(fit(rest, room_em));
    done
}

/// The last byte at which `text` may be broken within `room_em`; the last that fits if none may.
fn break_at(text: &str, room_em: f64) -> usize {
    let mut width = 0.0;
    let mut allowed = 0;
    let mut fitting = 0;
    let mut before = None;
    for (at, character) in text.char_indices() {
        if let Some(before) = before
            && may_break(before, character)
        {
            allowed = at;
        }
        width += character_em(character);
        if width > room_em {
            break;
        }
        fitting = at + character.len_utf8();
        before = Some(character);
    }
    let first = text.chars().next().map_or(0, char::len_utf8);
    if allowed > 0 { allowed } else { fitting.max(first) }
}

/// Between words, and around Japanese characters except before closing and after opening marks.
fn may_break(before: char, after: char) -> bool {
    const NO_START: &str = "、。，．・）」』】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ：；！？…";
    const NO_END: &str = "（「『【〈《";
    if before == ' ' {
        return true;
    }
    let wide = |c: char| character_em(c) >= 1.0;
    (wide(before) || wide(after)) && after != ' ' && !NO_START.contains(after) && !NO_END.contains(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_counts_one_em_and_latin_less() {
        assert!((width_em("情報方針") - 4.0).abs() < 1e-9);
        assert!(width_em("Policy") < 3.6 && width_em("Policy") > 2.6);
        assert!((width_em("ｱｲｳ") - 1.65).abs() < 1e-9);
        assert!(width_em("e\u{301}") < 0.7);
    }

    #[test]
    fn short_text_is_left_alone_and_long_text_ends_in_an_ellipsis() {
        assert_eq!(fit("方針", 2.0), "方針");
        assert_eq!(fit("情報セキュリティ方針", 5.0), "情報セキ…");
        assert_eq!(fit("Policy review", 5.0), "Policy r…");
        assert_eq!(fit("方針", 0.5), "");
        for room in 1..40 {
            let room = f64::from(room) / 2.0;
            assert!(width_em(&fit("委託先の管理 of suppliers", room)) <= room);
        }
    }

    #[test]
    fn lines_break_between_words_and_never_start_with_a_closing_mark() {
        assert_eq!(wrap("Backup of important data", 8.0, 3), ["Backup of", "important data"]);
        assert_eq!(wrap("アクセス制御（利用者）", 6.0, 2), ["アクセス制御", "（利用者）"]);
        assert_eq!(wrap("第三者による確認、点検", 8.0, 2), ["第三者による確", "認、点検"]);
        assert_eq!(wrap("サーバー", 3.0, 2), ["サー", "バー"]);
    }

    #[test]
    fn endless_words_are_cut_and_the_last_line_is_shortened() {
        let lines = wrap(&"a".repeat(100), 6.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width_em(line) <= 6.0));
        assert!(lines[1].ends_with('…'));
        assert_eq!(wrap("", 5.0, 2), [""]);
        assert_eq!(wrap("方", 0.1, 3).last().map(String::as_str), Some(""));
    }
}
