//! Codes of an authenticator app: six digits, half a minute each, one step to either side (RFC 6238). Pure.

use platform::{Error, Result};
use qrcode::QrCode;
use qrcode::types::Color;
use totp_rs::{Algorithm, Builder, Secret, Totp};

/// Length of a secret, bytes.
pub const SECRET_LENGTH: usize = 20;
const STEP_S: u64 = 30;
/// Light modules around the drawing; readers want four.
const MARGIN: usize = 4;

fn totp(secret: &str, email: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|_| Error::internal("a secret that is no base 32"))?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP_S)
        .with_secret(secret)
        .with_account_name(email.replace(':', " "))
        .with_issuer(Some("Rashin"))
        .build()
        .map_err(|_| Error::internal("a secret of the wrong length"))
}

/// A secret as text, base 32.
#[must_use]
pub fn secret_text(bytes: [u8; SECRET_LENGTH]) -> String {
    Secret::new(Box::new(bytes)).to_base32()
}

/// The half minute whose code this is, if it is one of now, the one before or the one after.
pub fn step_of(secret: &str, code: &str, now_ms: i64) -> Result<Option<i64>> {
    let Ok(second) = u64::try_from(now_ms / 1000) else { return Ok(None) };
    let step = totp(secret, "")?.check(code, second);
    step.map(|step| i64::try_from(step).map_err(Error::internal)).transpose()
}

/// The code at a moment.
#[cfg(test)]
#[must_use]
pub(crate) fn code_at(secret: &str, now_ms: i64) -> String {
    totp(secret, "").unwrap().generate(u64::try_from(now_ms / 1000).unwrap()).to_string()
}

/// The address an app reads from the drawing.
pub fn address(secret: &str, email: &str) -> Result<String> {
    totp(secret, email)?.to_url().map_err(|_| Error::internal("no address for an authenticator app"))
}

/// A drawing of that address: width of the square, and the path of its dark modules.
pub fn drawing(address: &str) -> Result<(usize, String)> {
    let code = QrCode::new(address.as_bytes()).map_err(Error::internal)?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let modules: Vec<String> =
        dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN)).collect();
    let path = modules.concat();
    Ok((width + 2 * MARGIN, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "12345678901234567890", the secret of RFC 6238's own examples.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code_at(SECRET, second * 1000), code);
            assert_eq!(step_of(SECRET, code, second * 1000).unwrap(), Some(second / 30));
        }
    }

    #[test]
    fn one_step_to_either_side_is_taken_and_no_more() {
        let at = |step: i64| 1_000_000 + step * 30_000;
        let code = code_at(SECRET, at(0));
        for step in [-1, 0, 1] {
            assert_eq!(step_of(SECRET, &code, at(step)).unwrap(), Some(at(0) / 30_000));
        }
        for step in [-3, -2, 2, 3, 1_000_000] {
            assert_eq!(step_of(SECRET, &code, at(step)).unwrap(), None);
        }
    }

    #[test]
    fn what_is_no_code_fits_nothing() {
        for text in ["", "12345", "1234567", "+28708", "28708 ", "２８７０８２", "abcdef"] {
            assert_eq!(step_of(SECRET, text, 59_000).unwrap(), None, "{text}");
        }
        assert_eq!(step_of(SECRET, "287082", -59_000).unwrap(), None);
    }

    #[test]
    fn the_address_names_product_and_person_and_can_be_drawn() {
        let secret = secret_text([7; SECRET_LENGTH]);
        let address = address(&secret, "hanako@example.jp").unwrap();
        assert!(address.starts_with("otpauth://totp/Rashin:hanako%40example.jp?secret="), "{address}");
        let (width, path) = drawing(&address).unwrap();
        // A square of the standard's sizes and four modules around it; its corner and its last row are dark.
        assert_eq!((width - 2 * 4 - 17) % 4, 0, "{width}");
        assert!(path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z") && path.len() > 1000, "{path}");
        let places: Vec<(usize, usize)> = path
            .split('M')
            .skip(1)
            .map(|module| module.split('h').next().unwrap().split_once(' ').unwrap())
            .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
            .collect();
        assert_eq!(places.iter().map(|(x, _)| *x).max(), Some(width - 5));
        assert_eq!(places.iter().map(|(_, y)| *y).max(), Some(width - 5));
    }
}
