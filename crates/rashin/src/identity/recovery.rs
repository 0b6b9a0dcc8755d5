//! Recovery codes: ten, 120 random bits each, for the day the other factors are lost. Pure.

use super::sessions::token_hash;

/// How many there are.
pub const COUNT: usize = 10;
/// Random bytes of one.
pub const LENGTH: usize = 15;
/// Without signs that look alike.
const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A code as it is shown: `ABCD-EFGH-JKLM-NPQR-STUV-WXYZ`.
#[must_use]
pub fn shown(bytes: [u8; LENGTH]) -> String {
    let mut text = String::new();
    for (index, chunk) in bytes.chunks(5).enumerate() {
        let number = chunk.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        for place in (0..8).rev() {
            if place == 3 || (place == 7 && index > 0) {
                text.push('-');
            }
            let sign = usize::try_from((number >> (5 * place)) & 31).unwrap_or(0);
            text.push(char::from(SIGNS[sign]));
        }
    }
    text
}

/// What is stored of a code, however it was typed; none for what cannot be one.
#[must_use]
pub fn hash(typed: &str) -> Option<String> {
    let signs: String = super::password_rules::normal(typed)
        .to_uppercase()
        .chars()
        .filter(|sign| !sign.is_whitespace() && !"-‐−–ー".contains(*sign))
        .collect();
    let fine = signs.len() == 24 && signs.bytes().all(|sign| SIGNS.contains(&sign));
    fine.then(|| token_hash(&signs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_120_bits_in_six_groups_and_is_read_however_it_is_typed() {
        let code = shown([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252, 253, 254]);
        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 6], "{code}");
        let wide: String = code.to_lowercase().replace('-', " ");
        assert_eq!(hash(&code), hash(&wide));
        assert!(hash(&code).is_some());
        assert_ne!(hash(&code), hash(&shown([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252, 253, 255])));
        for text in ["", "123456", "ABCD-EFGH-JKLM-NPQR-STUV-WXY", "ABCD-EFGH-JKLM-NPQR-STUV-WXY0", &"A".repeat(500)] {
            assert_eq!(hash(text), None);
        }
    }
}
