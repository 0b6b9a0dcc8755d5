//! Identifiers of records: sortable by time, hard to guess, safe in addresses.

use crate::{Ctx, Result};

/// A new identifier: 48 bits of time and 80 random bits, as 32 hexadecimal digits.
pub fn new_id(ctx: &Ctx) -> Result<String> {
    let mut random = [0_u8; 10];
    ctx.fill_random(&mut random)?;
    let time = ctx.now_ms().cast_unsigned() & 0xffff_ffff_ffff;
    Ok(format!("{time:012x}{}", hex::encode(random)))
}
