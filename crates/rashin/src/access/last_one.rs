//! The rule of the last administrator: whoever can sign in and administers the whole tenant without an end in sight is
//! never the last one to be taken away. One whose role ends by itself does not count, or the tenant would run out of
//! administrators on that day.

use platform::{Deed, Error, Result};

use super::store;
use crate::organisation;

/// How many people administer the whole tenant and can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Administrators {
    /// Now.
    pub(super) today: i64,
    /// Of these, without end.
    pub(super) lasting: i64,
}

impl Administrators {
    /// Whether none is left of those there were before.
    fn ran_out_since(self, before: Self) -> bool {
        let gone = |before: i64, after: i64| before > 0 && after == 0;
        gone(before.lasting, self.lasting) || gone(before.today, self.today)
    }
}

/// Makes other changes of the tenant's administrators wait and counts them, before the deed takes one away.
pub async fn count_administrators(deed: &mut Deed, tenant_id: &str) -> Result<Administrators> {
    organisation::hold(deed, tenant_id).await?;
    store::administrators(deed, tenant_id).await
}

/// Refuses a deed that took away the last administrator of those counted before.
pub async fn keep_administrator(deed: &mut Deed, tenant_id: &str, before: Administrators) -> Result<()> {
    if store::administrators(deed, tenant_id).await?.ran_out_since(before) {
        return Err(Error::conflict("error-last-administrator"));
    }
    Ok(())
}

/// Ends a grant, unless it is that of the last administrator; tells whether it was ended.
pub(super) async fn end(deed: &mut Deed, tenant_id: &str, grant_id: &str) -> Result<bool> {
    let before = count_administrators(deed, tenant_id).await?;
    store::end_grant(deed, grant_id).await?;
    if store::administrators(deed, tenant_id).await?.ran_out_since(before) {
        store::resume_grant(deed, grant_id).await?;
        return Ok(false);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_was_the_last_is_missed() {
        let count = |today, lasting| Administrators { today, lasting };
        for (before, after, ran_out) in [
            (count(2, 2), count(1, 1), false),
            (count(1, 1), count(0, 0), true),
            (count(2, 1), count(1, 0), true),
            (count(1, 0), count(0, 0), true),
            (count(2, 0), count(1, 0), false),
            (count(0, 0), count(0, 0), false),
        ] {
            assert_eq!(after.ran_out_since(before), ran_out, "{before:?} {after:?}");
        }
    }
}
