//! From answers and a release to a diagnosis.

use std::collections::BTreeMap;

use platform::{Error, Fault, Message, Result};

use super::model::{
    AreaResult, Diagnosis, FORMAT, Group, GroupFigures, Groups, HistogramBar, Isms, IsmsItem, ItemGap, ItemResult,
    LevelFigures, ProfileChoice, ProfileComputation, Recommendation, Reference, Step,
};
use crate::assessment::answers::{Answers, Given, ItemAnswer};
use crate::assessment::score::{Score, ScoredItem, score};
use crate::catalog::{Action, Bilingual, Catalog, Item, ItemSet, Profile, Size};
use crate::population::synthesise::size_of;
use crate::population::{Figures, Release, Tier, compute};

/// Points that a bar of the histogram spans.
const BAR_POINTS: u32 = 5;
/// The floor that every tier should reach in time.
const FLOOR: u8 = 3;
/// About what an ISMS certificate stands for.
const CERTIFICATE: u8 = 4;

/// The figures one is compared with.
struct Compared<'a> {
    tier: Tier,
    of_tier: &'a Figures,
    of_all: &'a Figures,
    size: Size,
    of_size: Option<&'a Figures>,
    industry: &'a str,
    of_industry: Option<&'a Figures>,
}

/// Diagnoses complete answers against a release of the same item set. Fails with everything that is missing or wrong
/// in the answers, and with a conflict where the release cannot serve.
pub fn diagnose(catalog: &Catalog, set: &ItemSet, release: &Release, answers: &Answers) -> Result<Diagnosis> {
    if answers.item_set != set.id {
        let message = Message::new("answers-item-set").with("allowed", &set.id);
        return Err(Error::field("item_set", &answers.item_set, message));
    }
    if release.head().item_set != set.id {
        return Err(Error::conflict("diagnosis-other-item-set"));
    }
    let profile = catalog.profile(&set.profile).ok_or(Error::NotFound)?;
    let model = catalog.index_model(&set.index_model).ok_or(Error::NotFound)?;
    let score = score(catalog, set, answers)?;
    let indices = compute(model, &answers.profile).map_err(|questions| unknown_options(&questions, answers))?;
    let industry = answers.profile.get("industry").map_or("", String::as_str);
    let size = size_of(profile, &answers.profile);
    let shown = |figures: &&Figures| figures.may_be_shown();
    let compared = Compared {
        tier: indices.tier,
        of_tier: release.tier(indices.tier).ok_or_else(|| Error::conflict("diagnosis-empty-tier"))?,
        of_all: release.all().ok_or_else(|| Error::conflict("diagnosis-empty-tier"))?,
        size,
        of_size: release.size(size).filter(shown),
        industry,
        of_industry: release.industry(industry).filter(shown),
    };
    let desired = top_third(set, compared.of_tier);
    let tier_mean = mean(set, compared.of_tier);
    let items = item_results(set, answers, &score, &compared);
    let gaps = rank_gaps(&items);
    let below_mean = f64::from(score.total) < tier_mean.total;
    Ok(Diagnosis {
        format: FORMAT.to_owned(),
        data_label: release.head().synthetic.then(|| Bilingual::new("合成データ", "Synthetic data")),
        organisation: answers.organisation.clone(),
        period: answers.period.clone(),
        item_set: set.id.clone(),
        item_set_title: set.title.clone(),
        item_set_hash: set.hash.clone(),
        total: score.total,
        min: set.lowest_total(),
        max: set.highest_total(),
        maturity_mean: f64::from(score.total) / set.items.len() as f64,
        for_population: score.for_population,
        tier: indices.tier,
        vulnerability_index: indices.vulnerability,
        influence_index: indices.influence,
        risk_index: indices.risk,
        percentile: compared.of_tier.percentile(score.total),
        deviation_value: compared.of_tier.deviation_value(score.total),
        percentile_all: compared.of_all.percentile(score.total),
        deviation_value_all: compared.of_all.deviation_value(score.total),
        provisional: below_mean.then(|| tier_mean.clone()),
        total_gap: gaps.iter().map(|gap| gap.gap).sum(),
        areas: area_results(set, &items),
        actions: recommend(catalog, set, &gaps, &score),
        isms: isms(catalog, set, &score),
        comparisons: groups(profile, &compared, score.total),
        histogram: histogram(&compared, score.total),
        scatter: release.scatter().collect(),
        profile: choices(profile, &answers.profile),
        profile_computation: ProfileComputation {
            model: model.id.clone(),
            notice: model.notice.clone(),
            indices: indices.sums,
            terms: indices.terms,
        },
        release: release.head().clone(),
        desired,
        tier_mean,
        gaps,
        items,
    })
}

fn unknown_options(questions: &[String], answers: &Answers) -> Error {
    let fault = |question: &String| {
        let value = answers.profile.get(question).map_or("", String::as_str);
        Fault::new(&format!("profile.{question}"), value, Message::new("answers-unknown-option"))
    };
    Error::Invalid(questions.iter().map(fault).collect())
}

fn by_item(set: &ItemSet, levels: &[f64]) -> BTreeMap<String, f64> {
    set.items.iter().map(|item| item.ref_id.clone()).zip(levels.iter().copied()).collect()
}

fn top_third(set: &ItemSet, figures: &Figures) -> LevelFigures {
    LevelFigures { total: figures.top_third, items: by_item(set, &figures.item_top_third) }
}

fn mean(set: &ItemSet, figures: &Figures) -> LevelFigures {
    LevelFigures { total: figures.mean, items: by_item(set, &figures.item_means) }
}

fn item_results(set: &ItemSet, answers: &Answers, score: &Score, compared: &Compared<'_>) -> Vec<ItemResult> {
    let at = |levels: &[f64], place: usize| levels.get(place).copied();
    let known = |figures: Option<&Figures>, place: usize| figures.and_then(|figures| at(&figures.item_means, place));
    let known_top =
        |figures: Option<&Figures>, place: usize| figures.and_then(|figures| at(&figures.item_top_third, place));
    let result = |(place, (item, scored)): (usize, (&Item, &ScoredItem))| {
        let answer = answers.items.get(&item.ref_id);
        let desired = at(&compared.of_tier.item_top_third, place).unwrap_or(0.0);
        let (reason, approved_by) = exclusion(answer);
        ItemResult {
            item: item.ref_id.clone(),
            area: item.area.clone(),
            short: item.short.clone(),
            question: item.question.clone(),
            own: scored.level,
            own_text: text_of(item, scored.level),
            not_applicable: scored.not_applicable,
            estimated: scored.not_applicable,
            not_applicable_reason: reason,
            approved_by,
            note: answer.map(|answer| answer.note.clone()).unwrap_or_default(),
            weight: item.weight,
            desired,
            gap: (desired - f64::from(scored.level)).max(0.0),
            tier_mean: at(&compared.of_tier.item_means, place).unwrap_or(0.0),
            all_mean: at(&compared.of_all.item_means, place).unwrap_or(0.0),
            size_mean: known(compared.of_size, place),
            size_desired: known_top(compared.of_size, place),
            industry_mean: known(compared.of_industry, place),
            industry_desired: known_top(compared.of_industry, place),
        }
    };
    set.items.iter().zip(&score.items).enumerate().map(result).collect()
}

fn exclusion(answer: Option<&ItemAnswer>) -> (Option<String>, Option<String>) {
    match answer.map(|answer| &answer.given) {
        Some(Given::NotApplicable { reason, approved_by }) => (Some(reason.clone()), Some(approved_by.clone())),
        _ => (None, None),
    }
}

fn text_of(item: &Item, level: u8) -> Bilingual {
    item.levels.iter().find(|text| text.level == level).map(|level| level.text.clone()).unwrap_or_default()
}

/// All items, the largest gap × weight first, equal ones by ref id.
fn rank_gaps(items: &[ItemResult]) -> Vec<ItemGap> {
    let gap = |item: &ItemResult| ItemGap {
        rank: 0,
        item: item.item.clone(),
        own: item.own,
        desired: item.desired,
        gap: item.gap,
        weight: item.weight,
        priority: item.gap * item.weight,
    };
    let mut gaps: Vec<ItemGap> = items.iter().map(gap).collect();
    gaps.sort_by(|a, b| b.priority.total_cmp(&a.priority).then_with(|| a.item.cmp(&b.item)));
    for (rank, gap) in (1..).zip(&mut gaps) {
        gap.rank = rank;
    }
    gaps
}

fn area_results(set: &ItemSet, items: &[ItemResult]) -> Vec<AreaResult> {
    let result = |area: &crate::catalog::Area| {
        let own: Vec<&ItemResult> = items.iter().filter(|item| item.area == area.ref_id).collect();
        let mean =
            |value: &dyn Fn(&ItemResult) -> f64| own.iter().map(|item| value(item)).sum::<f64>() / own.len() as f64;
        AreaResult {
            area: area.ref_id.clone(),
            title: area.title.clone(),
            short: area.short.clone(),
            items: u32::try_from(own.len()).unwrap_or(u32::MAX),
            own: mean(&|item| f64::from(item.own)),
            tier_mean: mean(&|item| item.tier_mean),
            desired: mean(&|item| item.desired),
            gap: own.iter().map(|item| item.gap).sum(),
        }
    };
    let inhabited = |area: &&crate::catalog::Area| items.iter().any(|item| item.area == area.ref_id);
    set.areas.iter().filter(inhabited).map(result).collect()
}

/// What to do for each gap, the largest first. What does not apply needs no advice: its level is only estimated.
fn recommend(catalog: &Catalog, set: &ItemSet, gaps: &[ItemGap], score: &Score) -> Vec<Recommendation> {
    let applies = |gap: &&ItemGap| score.items.iter().any(|one| one.item == gap.item && !one.not_applicable);
    let recommendation = |(gap, rank): (&ItemGap, u32)| {
        let item = set.item(&gap.item)?;
        let later = (gap.own + 1..5).take_while(|level| f64::from(*level) < gap.desired);
        Some(Recommendation {
            rank,
            item: gap.item.clone(),
            short: item.short.clone(),
            gap: gap.gap,
            next: step(item.action_from(gap.own)?),
            later: later.filter_map(|level| item.action_from(level)).map(step).collect(),
            iso27001: references(catalog, "iso-27001-2022", &item.iso27001),
            csf: references(catalog, "nist-csf-2.0", &item.csf),
        })
    };
    gaps.iter().filter(|gap| gap.gap > 0.0).filter(applies).zip(1..).filter_map(recommendation).collect()
}

fn step(action: &Action) -> Step {
    Step {
        from: action.from,
        to: action.to,
        effort: action.effort,
        first: action.first.clone(),
        who: action.who.clone(),
        proof: action.proof.clone(),
    }
}

fn references(catalog: &Catalog, framework: &str, ids: &[String]) -> Vec<Reference> {
    let framework = catalog.framework(framework);
    let label = |id: &str| Some(framework?.requirement(id)?.label.clone());
    ids.iter().map(|id| Reference { id: id.clone(), label: label(id).unwrap_or_default() }).collect()
}

/// Items below the marks; those that do not apply need no control.
fn isms(catalog: &Catalog, set: &ItemSet, score: &Score) -> Isms {
    let below = |mark: u8| {
        let weak = score.items.iter().filter(|scored| scored.level < mark && !scored.not_applicable);
        let entry = |scored: &ScoredItem| {
            let item = set.item(&scored.item)?;
            Some(IsmsItem {
                item: item.ref_id.clone(),
                short: item.short.clone(),
                own: scored.level,
                iso27001: references(catalog, "iso-27001-2022", &item.iso27001),
            })
        };
        weak.filter_map(entry).collect()
    };
    Isms { below_3: below(FLOOR), below_4: below(CERTIFICATE) }
}

fn groups(profile: &Profile, compared: &Compared<'_>, total: u32) -> Groups {
    let figures = |group: Group, key: &str, label: Option<Bilingual>, figures: &Figures| GroupFigures {
        group,
        key: key.to_owned(),
        label,
        n: figures.n,
        mean: figures.mean,
        top_third: figures.top_third,
        sd: figures.sd,
        percentile: figures.percentile(total),
        deviation_value: figures.deviation_value(total),
    };
    let industry = profile.industries().iter().find(|option| option.ref_id == compared.industry);
    let label = industry.map(|option| option.label.clone());
    Groups {
        all: figures(Group::All, "all", None, compared.of_all),
        tier: figures(Group::Tier, compared.tier.as_str(), None, compared.of_tier),
        size: compared.of_size.map(|found| figures(Group::Size, compared.size.as_str(), None, found)),
        industry: compared.of_industry.map(|found| figures(Group::Industry, compared.industry, label, found)),
    }
}

/// Bars that begin at multiples of five.
fn histogram(compared: &Compared<'_>, total: u32) -> Vec<HistogramBar> {
    let mut bars: BTreeMap<u32, HistogramBar> = BTreeMap::new();
    let mut add = |distribution: &stats::Distribution, is_tier: bool| {
        for (value, members) in distribution.counts() {
            let from = value / BAR_POINTS * BAR_POINTS;
            let to = from + BAR_POINTS - 1;
            let bar = bars.entry(from).or_insert_with(|| HistogramBar {
                from: from.max(distribution.lowest()),
                to: to.min(distribution.highest()),
                tier: 0,
                all: 0,
                own: (from..=to).contains(&total),
            });
            *(if is_tier { &mut bar.tier } else { &mut bar.all }) += members;
        }
    };
    add(&compared.of_tier.totals, true);
    add(&compared.of_all.totals, false);
    bars.into_values().collect()
}

fn choices(profile: &Profile, answers: &BTreeMap<String, String>) -> Vec<ProfileChoice> {
    let choice = |question: &crate::catalog::Question| {
        let option = question.option(answers.get(&question.ref_id)?)?;
        Some(ProfileChoice {
            question: question.ref_id.clone(),
            short: question.short.clone(),
            option: option.ref_id.clone(),
            label: option.label.clone(),
        })
    };
    profile.questions.iter().filter_map(choice).collect()
}
