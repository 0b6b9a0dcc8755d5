//! From answers to a total.
//!
//! An item that does not apply takes the mean of the other answered items of its area, rounded half up, and is marked.
//! An unanswered item gives no total.

use platform::{Error, Fault, Message, Result};

use super::answers::{Answers, Given};
use crate::catalog::{Catalog, ItemSet};

/// With more items than this that do not apply, answers do not enter a population.
pub const MOST_NOT_APPLICABLE: usize = 2;

/// A total with what it is summed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Sum of the levels.
    pub total: u32,
    /// Items, in the set's order.
    pub items: Vec<ScoredItem>,
    /// Whether few enough items do not apply for the answers to enter a population.
    pub for_population: bool,
}

/// The level that counts for one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoredItem {
    /// Item.
    pub item: String,
    /// 1 to 5; estimated where the item does not apply.
    pub level: u8,
    /// Whether the item does not apply.
    pub not_applicable: bool,
}

/// Scores complete answers. Fails with everything that is missing, and with areas in which no item applies.
pub fn score(catalog: &Catalog, set: &ItemSet, answers: &Answers) -> Result<Score> {
    let mut faults = answers.missing(catalog, set);
    let mut items = Vec::new();
    for item in &set.items {
        match answers.items.get(&item.ref_id).map(|answer| &answer.given) {
            Some(Given::Level(level)) if (1..=5).contains(level) => {
                items.push(ScoredItem { item: item.ref_id.clone(), level: *level, not_applicable: false });
            }
            Some(Given::Level(level)) => {
                let field = format!("answers.{}", item.ref_id);
                faults.push(Fault::new(&field, &level.to_string(), Message::new("answers-level")));
            }
            Some(Given::NotApplicable { .. }) => {
                if let Some(level) = area_estimate(set, answers, &item.area) {
                    items.push(ScoredItem { item: item.ref_id.clone(), level, not_applicable: true });
                } else {
                    let field = format!("answers.{}", item.ref_id);
                    faults.push(Fault::new(&field, "", Message::new("answers-whole-area").with("area", &item.area)));
                }
            }
            None => {}
        }
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let total = items.iter().map(|item| u32::from(item.level)).sum();
    let for_population = items.iter().filter(|item| item.not_applicable).count() <= MOST_NOT_APPLICABLE;
    Ok(Score { total, items, for_population })
}

/// Mean level of the area's answered items, rounded half up; none where there is none.
fn area_estimate(set: &ItemSet, answers: &Answers, area: &str) -> Option<u8> {
    let levels = set.items_of(area).filter_map(|item| match answers.items.get(&item.ref_id)?.given {
        Given::Level(level) => Some(u32::from(level)),
        Given::NotApplicable { .. } => None,
    });
    let (sum, n) = levels.fold((0, 0), |(sum, n), level| (sum + level, n + 1));
    (n > 0).then(|| u8::try_from((2 * sum + n) / (2 * n)).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::answers::{ItemAnswer, answers_at};
    use super::*;
    use crate::catalog::builtin;

    fn set() -> &'static ItemSet {
        builtin().item_set("benchmark-25").unwrap()
    }

    fn exclude(answers: &mut Answers, item: &str) {
        let given = Given::NotApplicable { reason: "none here".to_owned(), approved_by: "CISO".to_owned() };
        answers.items.insert(item.to_owned(), ItemAnswer { given, note: String::new() });
    }

    #[test]
    fn a_total_is_the_sum_of_the_levels() {
        assert_eq!(score(builtin(), set(), &answers_at("benchmark-25", 3)).unwrap().total, 75);
        let late = builtin().item_set("benchmark-27").unwrap();
        assert_eq!(score(builtin(), late, &answers_at("benchmark-27", 5)).unwrap().total, 135);
    }

    #[test]
    fn an_item_that_does_not_apply_takes_its_areas_mean_rounded_half_up() {
        let mut answers = answers_at("benchmark-25", 1);
        for (item, level) in [("5-1", 2), ("5-2", 3)] {
            answers.items.insert(item.to_owned(), ItemAnswer::level(level));
        }
        exclude(&mut answers, "5-3");
        let score = score(builtin(), set(), &answers).unwrap();
        let last = score.items.last().unwrap();
        assert_eq!((last.level, last.not_applicable, score.total), (3, true, 30));
        assert!(score.for_population);
    }

    #[test]
    fn more_than_two_exclusions_keep_answers_out_of_populations() {
        let mut answers = answers_at("benchmark-25", 4);
        for item in ["1-1", "2-1", "3-1"] {
            assert!(score(builtin(), set(), &answers).unwrap().for_population);
            exclude(&mut answers, item);
        }
        assert!(!score(builtin(), set(), &answers).unwrap().for_population);
    }

    #[test]
    fn a_whole_area_without_answers_and_unanswered_items_are_faults() {
        let mut answers = answers_at("benchmark-25", 4);
        for item in ["5-1", "5-2", "5-3"] {
            exclude(&mut answers, item);
        }
        answers.items.remove("1-4");
        answers.profile.remove("staff");
        let Err(Error::Invalid(faults)) = score(builtin(), set(), &answers) else { panic!("accepted") };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["profile.staff", "answers.1-4", "answers.5-1", "answers.5-2", "answers.5-3"]);
    }

    proptest! {
        #[test]
        fn raising_a_level_never_lowers_the_total(
            levels in proptest::collection::vec(1_u8..=5, 25), raised in 0_usize..25, excluded in 0_usize..25,
        ) {
            let mut answers = answers_at("benchmark-25", 3);
            for (item, level) in set().items.iter().zip(&levels) {
                answers.items.insert(item.ref_id.clone(), ItemAnswer::level(*level));
            }
            if excluded != raised {
                exclude(&mut answers, &set().items[excluded].ref_id);
            }
            let before = score(builtin(), set(), &answers).unwrap();
            let level = (levels[raised] + 1).min(5);
            answers.items.insert(set().items[raised].ref_id.clone(), ItemAnswer::level(level));
            let after = score(builtin(), set(), &answers).unwrap();
            prop_assert!(after.total >= before.total);
            prop_assert!((25..=125).contains(&after.total));
        }
    }
}
