//! Compared with an earlier self-check of the same unit.

use askama::Template;
use axum::extract::{Path, Query};
use serde::Deserialize;

use super::frame::Frame;
use crate::assessment::compare::{Pair, pairs, previous};
use crate::assessment::{Approved, actions};
use crate::face::{Answer, Html, Page, SignedIn};

#[derive(Template)]
#[template(path = "assessment/pages/history.html")]
pub(super) struct HistoryPage {
    page: Page,
    frame: Frame,
    others: Vec<Approved>,
    /// The one compared with, and whether it asked the same items.
    chosen: Option<(Frame, bool)>,
    pairs: Vec<Pair>,
}

impl HistoryPage {
    fn count(&self, change: impl Fn(i8) -> bool) -> usize {
        self.pairs.iter().filter_map(Pair::change).filter(|by| change(*by)).count()
    }

    fn risen(&self) -> usize {
        self.count(|by| by > 0)
    }

    fn fallen(&self) -> usize {
        self.count(|by| by < 0)
    }

    fn same(&self) -> usize {
        self.count(|by| by == 0)
    }

    /// Sums over the items that have a level in both, and how many they are.
    fn sums(&self) -> (u32, u32, usize) {
        let both = |pair: &Pair| Some((u32::from(pair.earlier?), u32::from(pair.now?)));
        let levels: Vec<(u32, u32)> = self.pairs.iter().filter_map(both).collect();
        (levels.iter().map(|(earlier, _)| earlier).sum(), levels.iter().map(|(_, now)| now).sum(), levels.len())
    }

    fn set_of(&self, other: &Approved) -> String {
        let set = crate::catalog::builtin().item_set(&other.item_set_id);
        set.map(|set| self.page.t1("assessment-set", "count", set.items.len())).unwrap_or_default()
    }

    fn is_chosen(&self, other: &Approved) -> bool {
        self.chosen.as_ref().is_some_and(|(frame, _)| frame.assessment.id == other.id)
    }
}

#[derive(Deserialize)]
pub(super) struct With {
    #[serde(default)]
    with: String,
}

/// `GET /assessments/{id}/history?with=…`.
pub(super) async fn show_history(
    SignedIn(asker): SignedIn,
    Path(id): Path<String>,
    Query(query): Query<With>,
) -> Answer<Html<HistoryPage>> {
    let frame = Frame::open(&asker, &id).await?;
    let others = actions::earlier(&asker.ctx, &frame.assessment).await?;
    let wanted = others.iter().find(|other| other.id == query.with);
    let wanted = wanted.or_else(|| previous(&frame.assessment.period, &others)).or(others.first());
    let chosen = match wanted {
        Some(other) => Some(Frame::open(&asker, &other.id).await?),
        None => None,
    };
    let pairs =
        chosen.as_ref().map(|then| pairs(frame.set, &frame.assessment, then.set, &then.assessment)).unwrap_or_default();
    let chosen = chosen.map(|then| (then.set.id == frame.set.id, then)).map(|(same, then)| (then, same));
    Ok(Html(HistoryPage { page: asker.page, frame, others, chosen, pairs }))
}
