//! What the diagnosis page says: each figure with its meaning in one sentence and the inputs it is computed from.

use std::collections::BTreeMap;

use stats::Distribution;

use super::actions::Found;
use super::model::{GroupFigures, Recommendation};
use crate::catalog::{self, Bilingual, Effort, Item};
use crate::face::Page;

/// A figure as a card.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// What it is.
    pub title: String,
    /// Its value, rounded as shown.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// What it means, one sentence.
    pub meaning: String,
    /// A second value beside it.
    pub beside: String,
    /// How it is computed, in words.
    pub how: String,
    /// The same with the real inputs.
    pub formulas: Vec<String>,
    /// Whether it leads.
    pub lead: bool,
}

/// The page's view of a diagnosis.
#[derive(Debug)]
pub struct View<'a> {
    found: &'a Found,
    page: &'a Page,
}

/// A number with one decimal.
fn one(value: f64) -> String {
    format!("{value:.1}")
}

/// A number with its sign and two decimals.
fn signed(value: f64) -> String {
    format!("{value:+.2}").replace('-', "−")
}

fn below_and_equal(totals: &Distribution, total: u32) -> (u64, u64) {
    totals.counts().fold((0, 0), |(below, equal), (value, members)| match value.cmp(&total) {
        std::cmp::Ordering::Less => (below + members, equal),
        std::cmp::Ordering::Equal => (below, equal + members),
        std::cmp::Ordering::Greater => (below, equal),
    })
}

impl<'a> View<'a> {
    /// A view in the page's language.
    #[must_use]
    pub fn new(found: &'a Found, page: &'a Page) -> Self {
        Self { found, page }
    }

    fn t(&self, key: &str) -> String {
        self.page.t(key)
    }

    /// A text in the page's language.
    #[must_use]
    pub fn word(&self, text: &'a Bilingual) -> &'a str {
        text.get(self.page.language)
    }

    /// The short name of an item.
    #[must_use]
    pub fn short(&self, item: &str) -> String {
        self.item(item).map(|item| self.word(&item.short).to_owned()).unwrap_or_default()
    }

    /// An item.
    #[must_use]
    pub fn item(&self, item: &str) -> Option<&'static Item> {
        self.found.set.item(item)
    }

    /// What an effort is called.
    #[must_use]
    pub fn effort(&self, effort: &Effort) -> String {
        self.t(match effort {
            Effort::Small => "advice-effort-small",
            Effort::Medium => "advice-effort-medium",
            Effort::Large => "advice-effort-large",
        })
    }

    /// The headline: how far to the next aim.
    #[must_use]
    pub fn headline(&self) -> String {
        let diagnosis = &self.found.diagnosis;
        let total = f64::from(diagnosis.total);
        match &diagnosis.provisional {
            Some(aim) => self.page.t2(
                "diagnosis-headline-mean",
                "tier",
                diagnosis.tier.as_str(),
                "points",
                one(aim.total - total),
            ),
            None if total < diagnosis.desired.total => self.page.t2(
                "diagnosis-headline-desired",
                "tier",
                diagnosis.tier.as_str(),
                "points",
                one(diagnosis.desired.total - total),
            ),
            None => self.page.t1("diagnosis-headline-reached", "tier", diagnosis.tier.as_str()),
        }
    }

    /// The sentence below the headline.
    #[must_use]
    pub fn lead(&self) -> String {
        let diagnosis = &self.found.diagnosis;
        let args = [
            ("max", diagnosis.max.to_string()),
            ("total", diagnosis.total.to_string()),
            ("tier", diagnosis.tier.as_str().to_owned()),
            ("mean", one(diagnosis.tier_mean.total)),
            ("desired", one(diagnosis.desired.total)),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let first = self.page.texts().get(self.page.language, "diagnosis-lead", &args);
        let tier = self.t(&format!("tier-meaning-{}", diagnosis.tier.as_str().to_lowercase()));
        format!("{first} {tier}")
    }

    /// The change since the self-check before, if totals can be compared.
    #[must_use]
    pub fn change(&self) -> Option<(String, i64)> {
        let last = self.found.earlier.iter().rev().find(|earlier| earlier.same_set)?;
        let change = i64::from(self.found.diagnosis.total) - i64::from(last.total);
        Some((self.page.t2("diagnosis-change", "period", self.page.period(&last.period), "total", last.total), change))
    }

    /// The figures in order.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        let mut figures = vec![self.total(), self.maturity(), self.tier(), self.percentile()];
        figures.push(self.deviation());
        figures.push(self.desired());
        figures.push(self.provisional());
        figures
    }

    fn figure(&self, key: &str, value: String, unit: &str) -> Figure {
        Figure {
            title: self.t(&format!("figure-{key}")),
            value,
            unit: if unit.is_empty() { String::new() } else { self.t(unit) },
            meaning: self.t(&format!("figure-{key}-meaning")),
            how: self.t(&format!("figure-{key}-how")),
            ..Figure::default()
        }
    }

    fn total(&self) -> Figure {
        let diagnosis = &self.found.diagnosis;
        let sums: Vec<String> = self
            .found
            .set
            .areas
            .iter()
            .map(|area| {
                let sum: u32 = diagnosis
                    .items
                    .iter()
                    .filter(|item| self.found.set.item(&item.item).is_some_and(|known| known.area == area.ref_id))
                    .map(|item| u32::from(item.own))
                    .sum();
                format!("{} {sum}", self.word(&area.short))
            })
            .collect();
        let mut formulas = vec![format!("{} = {}", sums.join(" + "), diagnosis.total)];
        let estimated: Vec<&str> =
            diagnosis.items.iter().filter(|item| item.estimated).map(|item| item.item.as_str()).collect();
        if !estimated.is_empty() {
            formulas.push(self.page.t1("figure-total-estimated", "items", estimated.join(", ")));
        }
        let unit = format!("/ {}", diagnosis.max);
        Figure { unit, formulas, lead: true, ..self.figure("total", diagnosis.total.to_string(), "") }
    }

    fn maturity(&self) -> Figure {
        let diagnosis = &self.found.diagnosis;
        let count = self.found.set.items.len();
        let formulas = vec![format!("{} ÷ {count} = {:.2}", diagnosis.total, diagnosis.maturity_mean)];
        Figure { unit: "/ 5".to_owned(), formulas, ..self.figure("maturity", one(diagnosis.maturity_mean), "") }
    }

    fn tier(&self) -> Figure {
        let diagnosis = &self.found.diagnosis;
        let side = |value: f64| self.t(if value > 0.0 { "index-high" } else { "index-low" });
        let (weak, strong) = (diagnosis.vulnerability_index, diagnosis.influence_index);
        let formulas = vec![
            format!("{} {} → {}", self.t("diagnosis-vulnerability"), signed(weak), side(weak)),
            format!("{} {} → {}", self.t("diagnosis-influence"), signed(strong), side(strong)),
            format!(
                "{} {} + {} = {}",
                self.t("diagnosis-risk-index"),
                signed(weak),
                signed(strong),
                signed(diagnosis.risk_index)
            ),
        ];
        let beside = self.page.t1("figure-tier-beside", "risk", signed(diagnosis.risk_index));
        let key = format!("tier-meaning-{}", diagnosis.tier.as_str().to_lowercase());
        Figure {
            formulas,
            beside,
            meaning: self.t(&key),
            ..self.figure("tier", diagnosis.tier.as_str().to_owned(), "")
        }
    }

    fn percentile(&self) -> Figure {
        let diagnosis = &self.found.diagnosis;
        let Some(totals) = self.found.release.tier(diagnosis.tier).map(|figures| &figures.totals) else {
            return self.figure("percentile", "–".to_owned(), "");
        };
        let (below, equal) = below_and_equal(totals, diagnosis.total);
        let percentile = diagnosis.percentile;
        let formulas = vec![format!("({below} + {equal} ÷ 2) ÷ {} = {percentile:.1} %", totals.members())];
        let beside = self.page.t1("figure-beside-all", "value", format!("{:.1} %", diagnosis.percentile_all));
        Figure { unit: "%".to_owned(), formulas, beside, ..self.figure("percentile", one(percentile), "") }
    }

    fn deviation(&self) -> Figure {
        let diagnosis = &self.found.diagnosis;
        let tier = &diagnosis.comparisons.tier;
        let Some(value) = diagnosis.deviation_value else {
            return Figure {
                meaning: self.t("figure-deviation-none"), ..self.figure("deviation", "–".to_owned(), "")
            };
        };
        let formulas =
            vec![format!("10 × ({} − {:.2}) ÷ {:.2} + 50 = {value:.1}", diagnosis.total, tier.mean, tier.sd)];
        let beside = diagnosis.deviation_value_all.map(|all| self.page.t1("figure-beside-all", "value", one(all)));
        Figure { formulas, beside: beside.unwrap_or_default(), ..self.figure("deviation", one(value), "") }
    }

    fn desired(&self) -> Figure {
        let diagnosis = &self.found.diagnosis;
        let totals = self.found.release.tier(diagnosis.tier).map(|figures| &figures.totals);
        let desired = diagnosis.desired.total;
        let mut formulas = Vec::new();
        if let Some((totals, cut)) = totals.and_then(|totals| Some((totals, totals.top_third()?))) {
            let args = [
                ("n", totals.members().to_string()),
                ("third", format!("{:.2}", totals.members() as f64 / 3.0)),
                ("above", cut.above.to_string()),
                ("value", cut.value.to_string()),
                ("equal", cut.equal.to_string()),
                ("weight", format!("{:.3}", cut.weight())),
                ("mean", format!("{desired:.2}")),
            ];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            formulas.push(self.page.texts().get(self.page.language, "figure-desired-formula", &args));
        }
        let left = desired - f64::from(diagnosis.total);
        let beside =
            if left > 0.0 { self.page.t1("figure-to-go", "points", one(left)) } else { self.t("figure-reached") };
        Figure { beside, formulas, ..self.figure("desired", one(desired), "points") }
    }

    fn provisional(&self) -> Figure {
        let diagnosis = &self.found.diagnosis;
        let total = f64::from(diagnosis.total);
        match &diagnosis.provisional {
            Some(aim) => {
                let formulas = vec![format!("{:.2} − {} = {:.2}", aim.total, diagnosis.total, aim.total - total)];
                let beside = self.page.t1("figure-to-go", "points", one(aim.total - total));
                Figure { beside, formulas, ..self.figure("provisional", one(aim.total), "points") }
            }
            None => Figure {
                meaning: self.t("figure-provisional-none"),
                ..self.figure("provisional", "–".to_owned(), "")
            },
        }
    }

    /// The three actions to begin with.
    #[must_use]
    pub fn first_actions(&self) -> &'a [Recommendation] {
        let actions = &self.found.diagnosis.actions;
        &actions[..actions.len().min(3)]
    }

    /// The actions after those.
    #[must_use]
    pub fn more_actions(&self) -> &'a [Recommendation] {
        let actions = &self.found.diagnosis.actions;
        &actions[actions.len().min(3)..]
    }

    /// Gap × weight of an item, with its result.
    #[must_use]
    pub fn reckoning(&self, item: &str) -> String {
        let gaps = &self.found.diagnosis.gaps;
        let Some(gap) = gaps.iter().find(|gap| gap.item == item) else { return String::new() };
        let args =
            [("gap", one(gap.gap)), ("weight", gap.weight.to_string()), ("priority", format!("{:.2}", gap.priority))];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.page.texts().get(self.page.language, "advice-reckoning", &args)
    }

    /// The groups compared with, each with its name.
    #[must_use]
    pub fn comparisons(&self) -> Vec<(String, &'a GroupFigures)> {
        let groups = &self.found.diagnosis.comparisons;
        let mut rows = vec![
            (self.t("basis-all"), &groups.all),
            (self.page.t1("basis-tier-group", "tier", &groups.tier.key), &groups.tier),
        ];
        rows.extend(groups.size.iter().map(|group| (self.t(&format!("basis-size-{}", group.key)), group)));
        let industry = |group: &'a GroupFigures| {
            let label = group.label.as_ref().map_or(group.key.as_str(), |label| self.word(label));
            (label.to_owned(), group)
        };
        rows.extend(groups.industry.iter().map(industry));
        rows
    }

    /// The tier's mean of an item, as shown.
    #[must_use]
    pub fn tier_mean(&self, item: &str) -> String {
        self.found.diagnosis.tier_mean.items.get(item).map_or_else(String::new, |mean| one(*mean))
    }

    /// Whose formula the indices are.
    #[must_use]
    pub fn model_notice(&self) -> &'a str {
        self.word(&self.found.diagnosis.profile_computation.notice)
    }

    /// The terms of both indices, as shown.
    #[must_use]
    pub fn indices(&self) -> Vec<IndexView> {
        let profile = catalog::builtin().profile(&self.found.set.profile);
        let computation = &self.found.diagnosis.profile_computation;
        computation
            .indices
            .iter()
            .map(|index| IndexView {
                title: self.t(&format!("diagnosis-{}", index.index)),
                result: format!("{} → {}", format_args!("{:+.4}", index.unrounded), signed(index.value)),
                terms: computation
                    .terms
                    .iter()
                    .filter(|term| term.index == index.index)
                    .map(|term| {
                        let question = profile.and_then(|profile| profile.question(&term.question));
                        let option = question.and_then(|question| question.option(&term.option));
                        TermView {
                            question: question
                                .map_or(&*term.question, |question| self.word(&question.short))
                                .to_owned(),
                            option: option.map_or(&*term.option, |option| self.word(&option.label)).to_owned(),
                            points: term.points.to_string(),
                            spread: format!("{:.2} / {:.2}", term.mean, term.sd),
                            z: signed(term.z),
                            weight: term.weight.to_string(),
                            contribution: signed(term.contribution),
                        }
                    })
                    .collect(),
            })
            .collect()
    }

    /// The sliders, the largest priority first.
    #[must_use]
    pub fn sliders(&self, tried: &BTreeMap<String, u8>) -> Vec<Slider> {
        let slider = |gap: &super::model::ItemGap| Slider {
            item: gap.item.clone(),
            now: gap.own,
            tried: tried.get(&gap.item).copied().unwrap_or(gap.own),
        };
        let items = &self.found.diagnosis.items;
        let applies =
            |gap: &&super::model::ItemGap| !items.iter().any(|one| one.item == gap.item && one.not_applicable);
        self.found.diagnosis.gaps.iter().filter(applies).map(slider).collect()
    }
}

/// One index with its terms, as shown.
#[derive(Debug, Clone)]
pub struct IndexView {
    /// Name.
    pub title: String,
    /// Before and after rounding.
    pub result: String,
    /// Terms.
    pub terms: Vec<TermView>,
}

/// One term, as shown.
#[derive(Debug, Clone)]
pub struct TermView {
    /// Question.
    pub question: String,
    /// Chosen option.
    pub option: String,
    /// Points.
    pub points: String,
    /// Mean and standard deviation of the points.
    pub spread: String,
    /// Standardised.
    pub z: String,
    /// Weight.
    pub weight: String,
    /// What it adds.
    pub contribution: String,
}

/// A slider of the what-if form.
#[derive(Debug, Clone)]
pub struct Slider {
    /// Item.
    pub item: String,
    /// Level as answered.
    pub now: u8,
    /// Level tried.
    pub tried: u8,
}
