//! The fictional companies of the demo. 合成データ: none of them exists.
//!
//! One tenant: a group of twelve companies, three of which follow the fictional companies of the report model (METI
//! 2007, table 3): a net shop, an appliance maker, a parts maker. Everything is entered through the same actions that
//! people use, so every page and the log are alive.

use std::collections::BTreeMap;

use platform::{Actor, Ctx, Error, Result};

use crate::access::{self, Terms};
use crate::assessment::answers::{Answers, Given};
use crate::assessment::answers_file::read_toml;
use crate::assessment::{self, ItemChange};
use crate::face::App;
use crate::federation::{self, NewToken};
use crate::identity::{self, Newcomer, SetUp};
use crate::organisation::{self, Unit, UnitKind, roles};
use crate::population::builtin_releases;
use crate::{catalog, population};

/// Address of the sample's first person.
pub const EMAIL: &str = "hanako@example.jp";
/// Password of the sample's people; only ever on sample data.
pub const PASSWORD: &str = "rashin-demo-compass";

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The others: address, name, role, unit (by place in `COMPANIES`; none is the whole group).
const PEOPLE: [(&str, &str, &str, Option<usize>); 8] = [
    ("ichiro@example.jp", "鈴木 一郎", roles::EXECUTIVE, None),
    ("ken@example.jp", "佐藤 健", roles::MANAGER, Some(0)),
    ("yui@example.jp", "高橋 結衣", roles::STAFF, Some(0)),
    ("minoru@example.jp", "伊藤 実", roles::AUDITOR, None),
    ("aoi@example.jp", "渡辺 葵", roles::ADMINISTRATOR, None),
    ("makoto@example.jp", "山本 誠", roles::INTERNAL_AUDITOR, Some(1)),
    ("sakura@example.jp", "中村 さくら", roles::DISCLOSURE_OFFICER, None),
    ("riku@example.jp", "小林 陸", roles::INCIDENT_COMMANDER, Some(1)),
];

/// A role the group made for itself, and what it holds.
const OWN_ROLE: (&str, [&str; 2]) = ("自己診断の窓口", ["assessment.read", "assessment.create"]);
/// A party outside the group, and who answers for it.
const SUPPLIER: (&str, &str, &str) = ("なぎさ運送株式会社（架空）", "nagisa@supplier.example.jp", "渚 航");
/// The company that somebody asks to close.
const LEAVING: &str = "いぶき化学株式会社（架空）";

const NET_SHOP: [&str; 2] =
    [include_str!("../../../examples/net-shop-2025.toml"), include_str!("../../../examples/net-shop.toml")];
const APPLIANCE_MAKER: [&str; 2] = [
    include_str!("../../../examples/appliance-maker-2025.toml"),
    include_str!("../../../examples/appliance-maker.toml"),
];
const PARTS_MAKER: [&str; 2] =
    [include_str!("../../../examples/parts-maker-2025.toml"), include_str!("../../../examples/parts-maker.toml")];

/// Where a sample self-check stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Half,
    Submitted,
    Approved,
}

/// The nine companies without a file of their own, with the member of the synthetic population whose answers they get.
const OTHERS: [(&str, usize, Until); 9] = [
    ("みなも物流株式会社（架空）", 12, Until::Approved),
    ("あおば印刷株式会社（架空）", 95, Until::Approved),
    ("ひかり食品株式会社（架空）", 178, Until::Approved),
    ("かなで情報サービス株式会社（架空）", 261, Until::Approved),
    ("はるか建設株式会社（架空）", 344, Until::Submitted),
    ("さざなみ商事株式会社（架空）", 427, Until::Approved),
    ("つばめ通信株式会社（架空）", 510, Until::Half),
    ("みのり保険代理店株式会社（架空）", 593, Until::Approved),
    ("いぶき化学株式会社（架空）", 676, Until::Approved),
];

/// Loads the sample if there is nobody yet.
pub async fn load(app: &App) -> Result<()> {
    let system = app.system();
    match identity::actor_by_email(&system, EMAIL).await {
        Err(Error::NotFound) => {}
        other => return other.map(|_| ()),
    }
    let person = Newcomer { name: "羅針 花子".to_owned(), email: EMAIL.to_owned(), password: PASSWORD.to_owned() };
    let input = SetUp {
        organisation: "羅針サンプルグループ（架空）".to_owned(), kind: "group".to_owned(), person
    };
    let (root, _) = identity::seed_tenant(&system, &input, &[]).await?;
    let hanako = as_person(&system, EMAIL).await?;
    let files = [NET_SHOP, APPLIANCE_MAKER, PARTS_MAKER];
    let mut companies = Vec::new();
    for [_, now] in files {
        let answers = read_toml(catalog::builtin(), now)?;
        companies.push(organisation::add_unit(&hanako, &root, UnitKind::Company, &answers.organisation).await?);
    }
    for name in ["受注センター", "情報システム部"] {
        organisation::add_unit(&hanako, &companies[0].id, UnitKind::Department, name).await?;
    }
    for (email, name, role, unit) in PEOPLE {
        let unit_id = unit.map_or(&root, |place| &companies[place].id);
        let token = identity::invite(&hanako, email, role, unit_id).await?;
        identity::accept_invitation(&system, &token, name, PASSWORD).await?;
    }
    let ichiro = as_person(&system, "ichiro@example.jp").await?;
    for (company, [before, now]) in companies.iter().zip(files) {
        enter(&hanako, &ichiro, company, &read_toml(catalog::builtin(), before)?, Until::Approved).await?;
        enter(&hanako, &ichiro, company, &read_toml(catalog::builtin(), now)?, Until::Approved).await?;
    }
    for (name, member, until) in OTHERS {
        let company = organisation::add_unit(&hanako, &root, UnitKind::Company, name).await?;
        let answers = answers_of_member(member)?;
        enter(&hanako, &ichiro, &company, &answers, until).await?;
    }
    begin_next(&hanako, &system, &companies[0]).await?;
    give_rights(&hanako, &system, &root, &companies[0]).await?;
    ask_to_close(&system).await
}

/// A role of the group's own, a supplier with its respondent, a token for a machine, and what a group of another system means.
async fn give_rights(hanako: &Ctx, system: &Ctx, root: &str, net_shop: &Unit) -> Result<()> {
    let (name, acts) = OWN_ROLE;
    let role = access::make_role(hanako, name, &acts.map(str::to_owned)).await?;
    let yui = identity::actor_by_email(system, "yui@example.jp").await?;
    let reason = "年次の自己診断のとりまとめ";
    let until_ms = Some(hanako.now_ms() + 90 * DAY_MS);
    let terms = Terms { role: &role.id, unit_id: &net_shop.id, reason, until_ms };
    access::grant(hanako, yui.account_id().unwrap_or_default(), &terms).await?;

    let (company, email, person) = SUPPLIER;
    let supplier = organisation::add_unit(hanako, root, UnitKind::Company, company).await?;
    access::enter_party(hanako, &supplier.id, "supplier").await?;
    let token = identity::invite(hanako, email, roles::RESPONDENT, &supplier.id).await?;
    identity::accept_invitation(system, &token, person, PASSWORD).await?;

    let machine = NewToken {
        name: "月次の集計（表計算）".to_owned(),
        purpose: "api".to_owned(),
        role: roles::AUDITOR.to_owned(),
        unit_id: root.to_owned(),
        acts: vec!["assessment.read".to_owned(), "organisation.read".to_owned()],
        days: 180,
    };
    federation::make_token(hanako, &machine).await?;
    federation::map_group(hanako, "security-audit", roles::AUDITOR, root).await.map(|_| ())
}

/// The other administrator asks to close a company, which takes a second person.
async fn ask_to_close(system: &Ctx) -> Result<()> {
    let aoi = as_person(system, "aoi@example.jp").await?;
    let units = organisation::list_units(&aoi).await?;
    let Some(company) = units.iter().find(|unit| unit.name == LEAVING) else { return Err(Error::NotFound) };
    match organisation::close_unit(&aoi, &company.id, true, "株式を譲渡したため").await {
        Err(Error::Conflict(message)) if message.key == "error-needs-consent" => Ok(()),
        other => other,
    }
}

async fn as_person(system: &Ctx, email: &str) -> Result<Ctx> {
    let actor: Actor = identity::actor_by_email(system, email).await?;
    Ok(system.as_actor(actor))
}

/// The answers of a member of the synthetic population, for the year 2026.
fn answers_of_member(member: usize) -> Result<Answers> {
    let release = builtin_releases().first().ok_or(Error::NotFound)?;
    let set_id = release.head().item_set.as_str();
    let set = catalog::builtin().item_set(set_id).ok_or(Error::NotFound)?;
    let members = population::synthesise(catalog::builtin(), set_id, release.head().seed.unwrap_or_default());
    let member = members.get(member).ok_or(Error::NotFound)?;
    let level =
        |(item, level): (&catalog::Item, &u8)| (item.ref_id.clone(), assessment::answers::ItemAnswer::level(*level));
    Ok(Answers {
        organisation: String::new(),
        item_set: set_id.to_owned(),
        period: "2026".to_owned(),
        profile: member.profile.clone(),
        items: set.items.iter().zip(&member.levels).map(level).collect(),
    })
}

/// A self-check with all its answers, through the actions that people use.
async fn enter(by: &Ctx, approver: &Ctx, unit: &Unit, answers: &Answers, until: Until) -> Result<()> {
    let id = assessment::create(by, &unit.id, &answers.item_set, &answers.period).await?;
    let profile: BTreeMap<String, (String, i64)> =
        answers.profile.iter().map(|(question, option)| (question.clone(), (option.clone(), 0))).collect();
    assessment::answer_profile(by, &id, &profile).await?;
    let mut changes: Vec<ItemChange> = answers
        .items
        .iter()
        .map(|(item, answer)| {
            let (level, reason) = match &answer.given {
                Given::Level(level) => (Some(*level), None),
                Given::NotApplicable { reason, .. } => (None, Some(reason.clone())),
            };
            ItemChange {
                item_id: item.clone(),
                level,
                not_applicable_reason: reason,
                note: answer.note.clone(),
                version: 0,
            }
        })
        .collect();
    if until == Until::Half {
        changes.truncate(changes.len() / 2);
    }
    assessment::answer_items(by, &id, &changes).await?;
    for change in changes.iter().filter(|change| change.not_applicable_reason.is_some()) {
        assessment::approve_exclusion(by, &id, &change.item_id, None).await?;
    }
    if until != Until::Half {
        assessment::submit(by, &id).await?;
    }
    if until == Until::Approved {
        assessment::approve(approver, &id, "内容を確かめました。").await?;
    }
    Ok(())
}

/// The net shop's next self-check, with 27 items, just begun and shared out.
async fn begin_next(hanako: &Ctx, system: &Ctx, net_shop: &Unit) -> Result<()> {
    let id = assessment::create(hanako, &net_shop.id, "benchmark-27", "2026").await?;
    let people = identity::list_accounts(hanako).await?;
    for (area, email) in [("1", "ken@example.jp"), ("3", "yui@example.jp")] {
        if let Some(person) = people.iter().find(|person| person.email == email) {
            assessment::assign(hanako, &id, area, Some(&person.id)).await?;
        }
    }
    let ken = as_person(system, "ken@example.jp").await?;
    let first = |item: &str, level: u8| ItemChange {
        item_id: item.to_owned(),
        level: Some(level),
        not_applicable_reason: None,
        note: String::new(),
        version: 0,
    };
    assessment::answer_items(&ken, &id, &[first("1-1", 3), first("1-2", 3), first("1-3", 2)]).await.map(|_| ())
}

/// What to tell at the start of the demo.
#[must_use]
pub fn how_to_sign_in(public_url: &str) -> String {
    format!("Sample data / 合成データ: sign in at {public_url}/sign-in\n  {EMAIL}\n  {PASSWORD}")
}
