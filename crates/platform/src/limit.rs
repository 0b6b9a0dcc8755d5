//! What somebody may do at most, whatever roles they hold: the scope of a machine token.

use crate::act::{Act, Open};

/// A limit on acts. A machine never does what people do for themselves, such as changing a password; reading is no such
/// thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limit {
    acts: Option<Vec<String>>,
}

impl Limit {
    /// Only these acts; none given is every act of the roles held.
    #[must_use]
    pub fn to(acts: Vec<String>) -> Self {
        Self { acts: (!acts.is_empty()).then_some(acts) }
    }

    /// Whether the act of this name is inside.
    #[must_use]
    pub fn names(&self, act: &str) -> bool {
        self.acts.as_ref().is_none_or(|acts| acts.iter().any(|named| named == act))
    }

    /// Whether the act is inside.
    #[must_use]
    pub fn allows(&self, act: &Act) -> bool {
        (act.open == Open::Nobody || act.id.split('.').next_back() == Some("read")) && self.names(act.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Act = Act::signed_in("thing.read");
    const WRITE: Act = Act::by("thing.write", &["staff"]);
    const OWN: Act = Act::signed_in("thing.change-password");
    const OPEN: Act = Act::anyone("thing.sign-in");

    #[test]
    fn a_machine_never_does_what_people_do_for_themselves() {
        let all = Limit::to(Vec::new());
        assert_eq!([READ, WRITE, OWN, OPEN].map(|act| all.allows(&act)), [true, true, false, false]);
        let named = Limit::to(vec![OWN.id.to_owned(), WRITE.id.to_owned()]);
        assert_eq!([READ, WRITE, OWN, OPEN].map(|act| named.allows(&act)), [false, true, false, false]);
    }
}
