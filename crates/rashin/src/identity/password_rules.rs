//! What a password may be: long enough, and nothing that others try first. No rule about kinds of characters.

use std::collections::BTreeSet;

use platform::{Fault, Message};
use unicode_normalization::UnicodeNormalization;

/// So little may be left of a password when the words everybody knows are taken out.
const LEFT_AT_LEAST: usize = 5;
/// Shorter words say nothing about the person.
const WORD_AT_LEAST: usize = 3;
/// Words of the product itself.
const PRODUCT: [&str; 4] = ["rashin", "羅針", "らしん", "ラシン"];

/// A password as it is counted and hashed: the same signs typed on another keyboard are the same password.
#[must_use]
pub fn normal(password: &str) -> String {
    password.nfkc().collect()
}

/// What anybody knows who knows the person: the parts of name, address and organisation.
fn own_words(own: &[&str]) -> Vec<String> {
    let all = own.iter().flat_map(|text| {
        let text = normal(text).to_lowercase();
        let parts: Vec<String> = text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect();
        parts.into_iter().chain([text])
    });
    let long = |word: &String| word.chars().count() >= WORD_AT_LEAST || (!word.is_ascii() && word.chars().count() >= 2);
    let mut words: Vec<String> = all.chain(PRODUCT.map(str::to_owned)).filter(long).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

fn is_own(password: &str, own: &[&str]) -> bool {
    let mut left = password.to_lowercase();
    let before = left.len();
    for word in own_words(own) {
        left = left.replace(&word, "");
    }
    left.len() < before && left.chars().filter(|letter| letter.is_alphanumeric()).count() < LEFT_AT_LEAST
}

/// The first rule a password breaks: 8–128 characters after NFKC; not among the `common` ones; more than the product's,
/// the person's or the organisation's own words.
pub fn check(common: &BTreeSet<String>, field: &str, password: &str, own: &[&str]) -> Result<String, Fault> {
    let password = normal(password);
    let fault = |key: &'static str| Err(Fault::new(field, "", Message::new(key)));
    if !(8..=128).contains(&password.chars().count()) {
        return fault("error-password");
    }
    if common.contains(&password.to_lowercase()) {
        return fault("error-password-common");
    }
    if is_own(&password, own) {
        return fault("error-password-own");
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common() -> BTreeSet<String> {
        crate::face::assets::common_passwords().unwrap()
    }

    fn key(password: &str, own: &[&str]) -> &'static str {
        match check(&common(), "password", password, own) {
            Ok(_) => "",
            Err(fault) => {
                assert_eq!(fault.value, "", "a password is never told again");
                fault.message.key
            }
        }
    }

    #[test]
    fn a_password_has_8_to_128_characters_of_any_kind() {
        for text in ["zq7vw2kx", "長い合言葉を使います", "        ", &"𠮷".repeat(128), "correct horse battery"]
        {
            assert_eq!(key(text, &[]), "", "{text}");
        }
        for text in ["", "1234567", "𠮷𠮷𠮷𠮷𠮷𠮷𠮷", &"a".repeat(129)] {
            assert_eq!(key(text, &[]), "error-password", "{text}");
        }
    }

    #[test]
    fn characters_are_counted_and_kept_after_normalisation() {
        // Half-width ｶ and its mark are one character afterwards: seven here.
        assert_eq!(key("ｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞ", &[]), "error-password");
        assert_eq!(check(&common(), "password", "ｐａｓｓｐｈｒａｓｅ１９", &[]).unwrap(), "passphrase19");
    }

    #[test]
    fn the_3000_commonest_are_refused_in_any_case_and_width() {
        assert!(common().len() >= 2_900, "some differ only in case");
        for text in ["password", "Password", "ＰＡＳＳＷＯＲＤ", "12345678", "1qaz2wsx", "football", "qwertyuiop"]
        {
            assert_eq!(key(text, &[]), "error-password-common", "{text}");
        }
    }

    #[test]
    fn own_words_with_little_else_are_refused() {
        let own = ["羅針 花子", "hanako.rashin@example.jp", "株式会社こだま製作所"];
        for text in
            ["hanako2026", "Rashin-Hanako", "example.jp!", "羅針羅針羅針羅針", "株式会社こだま製作所1", "RASHIN2026!"]
        {
            assert_eq!(key(text, &own), "error-password-own", "{text}");
        }
        for text in ["hanako likes green tea", "rashinban wo motte", "a quiet river 7"] {
            assert_eq!(key(text, &own), "", "{text}");
        }
    }

    #[test]
    fn five_letters_besides_own_words_are_enough_and_short_words_say_nothing() {
        let own = ["Li Hanako", "林 花子"];
        for (text, wanted) in [
            ("hanako-wxyz", "error-password-own"),
            ("hanako-vwxyz", ""),
            ("lililili-li", ""),
            ("林林林林林林林林", ""),
            ("花子花子花子花子", "error-password-own"),
            ("花子hanako!!", "error-password-own"),
        ] {
            assert_eq!(key(text, &own), wanted, "{text}");
        }
    }
}
