//! The nouns of the catalogue. Pure data; every text in both languages.

use platform::Language;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// A text in Japanese and English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bilingual {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// From the two texts.
    #[must_use]
    pub fn new(ja: &str, en: &str) -> Self {
        Self { ja: ja.to_owned(), en: en.to_owned() }
    }

    /// The text in a language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }
}

/// Everything that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    /// Item sets, in order of id.
    pub item_sets: Vec<ItemSet>,
    /// Sets of profile questions, in order of id.
    pub profiles: Vec<Profile>,
    /// Index models, in order of id.
    pub index_models: Vec<IndexModel>,
    /// Frameworks that items refer to, in order of id.
    pub frameworks: Vec<Framework>,
}

impl Catalog {
    /// The catalogue that ships with the program.
    #[must_use]
    pub fn builtin() -> &'static Self {
        super::builtin()
    }

    /// The item set with this id.
    #[must_use]
    pub fn item_set(&self, id: &str) -> Option<&ItemSet> {
        self.item_sets.iter().find(|set| set.id == id)
    }

    /// The profile with this id.
    #[must_use]
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The index model with this id.
    #[must_use]
    pub fn index_model(&self, id: &str) -> Option<&IndexModel> {
        self.index_models.iter().find(|model| model.id == id)
    }

    /// The framework with this id.
    #[must_use]
    pub fn framework(&self, id: &str) -> Option<&Framework> {
        self.frameworks.iter().find(|framework| framework.id == id)
    }
}

/// A versioned set of control items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ItemSet {
    /// Identity, such as `benchmark-25`.
    pub id: String,
    /// Version, as written.
    pub version: String,
    /// The set whose items it takes over unchanged.
    pub extends: Option<String>,
    /// Id of its profile.
    pub profile: String,
    /// Id of its index model.
    pub index_model: String,
    /// Title.
    pub title: Bilingual,
    /// Which document it follows and whose words it is in.
    pub source: Bilingual,
    /// Areas, in order; those of the extended set where it has none of its own.
    pub areas: Vec<Area>,
    /// The five maturity levels in general.
    pub maturity: Vec<Maturity>,
    /// All items, by area and number, the extended set's included.
    pub items: Vec<Item>,
    /// SHA-256 of all of the above, hexadecimal: of the JSON with fields in the order of this declaration and an
    /// empty hash.
    pub hash: String,
}

impl ItemSet {
    /// The item with this ref id.
    #[must_use]
    pub fn item(&self, ref_id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.ref_id == ref_id)
    }

    /// Where the item stands among all, from 0.
    #[must_use]
    pub fn position(&self, ref_id: &str) -> Option<usize> {
        self.items.iter().position(|item| item.ref_id == ref_id)
    }

    /// The area with this ref id.
    #[must_use]
    pub fn area(&self, ref_id: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.ref_id == ref_id)
    }

    /// The items of an area, in order.
    pub fn items_of<'a>(&'a self, area: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.area == area)
    }

    /// The lowest total: one point an item.
    #[must_use]
    pub fn lowest_total(&self) -> u32 {
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// The highest total: five points an item.
    #[must_use]
    pub fn highest_total(&self) -> u32 {
        self.lowest_total().saturating_mul(5)
    }

    /// The hash as declared at [`Self::hash`], computed anew.
    #[must_use]
    pub fn computed_hash(&self) -> String {
        let bare = Self { hash: String::new(), ..self.clone() };
        let text = serde_json::to_string(&bare).unwrap_or_default();
        hex::encode(Sha256::digest(text.as_bytes()))
    }
}

/// A group of items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Area {
    /// Identity, such as `1`.
    pub ref_id: String,
    /// Title.
    pub title: Bilingual,
    /// Label on charts.
    pub short: Bilingual,
    /// What it looks at.
    pub help: Bilingual,
}

/// A maturity level in general.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Maturity {
    /// 1 to 5.
    pub level: u8,
    /// Short name.
    pub name: Bilingual,
    /// What it means.
    pub text: Bilingual,
}

/// One control item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Item {
    /// Identity, such as `1-1`: area and number.
    pub ref_id: String,
    /// Ref id of its area.
    pub area: String,
    /// Importance in the ranking of actions, 0.5 to 2.0.
    pub weight: f64,
    /// Ids of ISO/IEC 27001:2022, such as `A.5.1` or `cl.6.1.2`.
    pub iso27001: Vec<String>,
    /// Ids of NIST CSF 2.0 subcategories, such as `GV.PO-01`.
    pub csf: Vec<String>,
    /// Label on charts.
    pub short: Bilingual,
    /// The question.
    pub question: Bilingual,
    /// What is meant.
    pub help: Bilingual,
    /// The five levels in this item's own terms.
    pub levels: Vec<Level>,
    /// What one could show.
    pub evidence: Vec<Bilingual>,
    /// The four steps up.
    pub actions: Vec<Action>,
}

impl Item {
    /// The step up from a level; none from 5.
    #[must_use]
    pub fn action_from(&self, level: u8) -> Option<&Action> {
        self.actions.iter().find(|action| action.from == level)
    }
}

/// One level of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Level {
    /// 1 to 5.
    pub level: u8,
    /// What is the case at this level.
    pub text: Bilingual,
}

/// Advice for one step up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Action {
    /// From this level, 1 to 4.
    pub from: u8,
    /// To this one, one higher.
    pub to: u8,
    /// How much it takes.
    pub effort: Effort,
    /// What to do first, and after that.
    pub first: Bilingual,
    /// Who does it and who decides.
    pub who: Bilingual,
    /// What proves that the step is reached.
    pub proof: Bilingual,
}

/// How much a step takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Within a month, without a budget.
    Small,
    /// About a quarter, some budget.
    Medium,
    /// Half a year or more, a budget to be decided.
    Large,
}

/// The questions about the company itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Profile {
    /// Identity, such as `profile-15`.
    pub id: String,
    /// Version, as written.
    pub version: String,
    /// Title.
    pub title: Bilingual,
    /// Questions, in order of number.
    pub questions: Vec<Question>,
}

impl Profile {
    /// The question with this ref id.
    #[must_use]
    pub fn question(&self, ref_id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.ref_id == ref_id)
    }

    /// The options of the question that tells industries apart.
    #[must_use]
    pub fn industries(&self) -> &[QuestionOption] {
        self.question("industry").map_or(&[], |question| &question.options)
    }
}

/// One profile question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Question {
    /// Identity, such as `industry`.
    pub ref_id: String,
    /// From 1.
    pub number: u8,
    /// The index it feeds.
    pub index: QuestionIndex,
    /// Short name.
    pub short: Bilingual,
    /// The question.
    pub question: Bilingual,
    /// How to choose.
    pub help: Bilingual,
    /// Why it is asked.
    pub why: Bilingual,
    /// Options, in order.
    pub options: Vec<QuestionOption>,
}

impl Question {
    /// The option with this ref id.
    #[must_use]
    pub fn option(&self, ref_id: &str) -> Option<&QuestionOption> {
        self.options.iter().find(|option| option.ref_id == ref_id)
    }
}

/// Which index a question feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionIndex {
    /// Business-structure vulnerability.
    Vulnerability,
    /// Social influence.
    Influence,
    /// Neither; for comparison only.
    None,
}

/// One answer one may choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionOption {
    /// Identity within the question.
    pub ref_id: String,
    /// Label.
    pub label: Bilingual,
    /// The size of company it stands for, where the question is about size.
    pub size: Option<Size>,
}

/// Size of a company by people at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// Up to 300.
    Small,
    /// More than 300.
    Large,
}

impl Size {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Small, Self::Large];

    /// `small` or `large`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }
}

/// A formula from profile to indices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct IndexModel {
    /// Identity, such as `index-model-1`.
    pub id: String,
    /// Id of the profile it reads.
    pub profile: String,
    /// Title.
    pub title: Bilingual,
    /// Whose formula it is and how it is computed; must be shown.
    pub notice: Bilingual,
    /// The two indices, vulnerability and influence.
    pub indices: Vec<Index>,
}

/// One index of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Index {
    /// `vulnerability` or `influence`.
    pub ref_id: String,
    /// Factor of the weighted sum.
    pub scale: f64,
    /// Title.
    pub title: Bilingual,
    /// What it tells.
    pub meaning: Bilingual,
    /// What it is summed from.
    pub terms: Vec<Term>,
}

/// The part that one question has in an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Term {
    /// Ref id of the question.
    pub question: String,
    /// Weight, above 0.
    pub weight: f64,
    /// Points and assumed share of each option.
    pub options: Vec<TermOption>,
}

/// What an option counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct TermOption {
    /// Ref id of the option.
    pub ref_id: String,
    /// 0 to 4.
    pub points: f64,
    /// Assumed share of companies that choose it, 0 to 1; all shares of a term sum to 1.
    pub share: f64,
}

/// A framework that items refer to. Labels are short descriptions, not the standard's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Framework {
    /// Identity, such as `iso-27001-2022`.
    pub id: String,
    /// Title.
    pub title: Bilingual,
    /// Requirements, in order.
    pub requirements: Vec<Requirement>,
}

impl Framework {
    /// The requirement with this ref id.
    #[must_use]
    pub fn requirement(&self, ref_id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.ref_id == ref_id)
    }
}

/// One requirement of a framework.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Requirement {
    /// Identity, such as `A.5.1`.
    pub ref_id: String,
    /// Short description.
    pub label: Bilingual,
}
