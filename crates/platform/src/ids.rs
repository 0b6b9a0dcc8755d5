//! Identifiers of records: sortable by time, hard to guess, safe in addresses.

use crate::{Ctx, Entropy, Error, Result};

/// A new identifier: 48 bits of time and 80 random bits, as 32 hexadecimal digits.
pub fn new_id(ctx: &Ctx) -> Result<String> {
    let mut random = [0_u8; 10];
    ctx.fill_random(&mut random)?;
    Ok(join(ctx.now_ms(), random))
}

/// A new identifier where there is no asker.
pub(crate) fn id_at(now_ms: i64, entropy: &dyn Entropy) -> Result<String> {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random).map_err(Error::Internal)?;
    Ok(join(now_ms, random))
}

fn join(now_ms: i64, random: [u8; 10]) -> String {
    let time = now_ms.cast_unsigned() & 0xffff_ffff_ffff;
    format!("{time:012x}{}", hex::encode(random))
}
