//! Text made safe for XML and HTML, in content and in double-quoted attributes alike.

/// `text` without characters that XML forbids or that reorder what is read, and with `& < > " '` as entities.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            other if is_unprintable(other) => {}
            other => safe.push(other),
        }
    }
    safe
}

/// Control characters, non-characters, and the marks that turn the direction of reading.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        || (character as u32) & 0xFFFE == 0xFFFE
        || matches!(character, '\u{FDD0}'..='\u{FDEF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_entities() {
        assert_eq!(
            escaped("<script>alert(\"x\" & 'y')</script>"),
            "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;"
        );
    }

    #[test]
    fn forbidden_characters_vanish_and_blanks_stay_blanks() {
        assert_eq!(escaped("a\u{0}b\u{8}\u{1b}c\nd\te\u{FFFE}\u{FFFF}f\u{7f}\u{85}"), "abc d ef");
        assert_eq!(escaped("safe\u{202E}gpj.exe"), "safegpj.exe");
    }

    #[test]
    fn japanese_and_rare_characters_stay() {
        assert_eq!(escaped("髙﨑𠮷野家・①"), "髙﨑𠮷野家・①");
    }
}
