//! What asking for a right costs: one question to the gate, and a list of 10,000 self-checks for somebody who holds one
//! grant on everything and for somebody who holds 1,000 grants, one for each company.
//!
//! `cargo run --release -p benches --bin access`

use std::error::Error;

use benches::wall_time;

use platform::{Act, Actor, Ctx, Object, Statement, Value, Via};
use rashin::assessment::{self, acts};
use rashin::face::serve::{self, Place};

const COMPANIES: i64 = 1_000;
const CHECKS: i64 = 10;
const ROUNDS: u32 = 2_000;
const LISTS: u32 = 21;
/// Questions under way at once.
const AT_ONCE: u32 = 8;

const STAGE: Act = Act::by("bench.stage", &[]);
const UNIT: Statement = Statement {
    name: "UNIT",
    sql: "INSERT INTO units (id, tenant_id, parent_id, kind, name, path, created_at_ms, version) \
        VALUES ($1, 'root', $2, $3, $1, $4, 0, 1)",
};
const ACCOUNT: Statement = Statement {
    name: "ACCOUNT",
    sql: "INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version) \
        VALUES ($1, 'root', $1, $1, '', 0, 1)",
};
const GRANT: Statement = Statement {
    name: "GRANT",
    sql: "INSERT INTO grants (id, tenant_id, account_id, role, unit_id, granted_by, granted_at_ms, reason) \
        VALUES ($1, 'root', $2, 'manager', $3, '', 0, '')",
};
const CHECK: Statement = Statement {
    name: "CHECK",
    sql: "INSERT INTO assessments (id, tenant_id, unit_id, item_set_id, item_set_hash, period, created_by, created_at_ms, changes) \
        VALUES ($1, 'root', $2, 'benchmark-25', '', $3, 'whole', 0, 0)",
};

async fn fill(system: &Ctx) -> platform::Result<()> {
    let mut deed = system.begin(&STAGE, Object::free("stage", "")).await?;
    let text = |text: String| Value::from(text);
    deed.write(&UNIT, &["root".into(), Value::Text(None), "group".into(), "/root/".into()]).await?;
    for person in ["whole", "parts"] {
        deed.write(&ACCOUNT, &[person.into()]).await?;
    }
    deed.write(&GRANT, &["all".into(), "whole".into(), "root".into()]).await?;
    for company in 0..COMPANIES {
        let id = format!("c{company}");
        let path = format!("/root/{id}/");
        deed.write(&UNIT, &[text(id.clone()), "root".into(), "company".into(), text(path)]).await?;
        deed.write(&GRANT, &[text(format!("g{company}")), "parts".into(), text(id.clone())]).await?;
        for check in 0..CHECKS {
            let values = [text(format!("{id}-{check}")), text(id.clone()), text(format!("{}", 2000 + check))];
            deed.write(&CHECK, &values).await?;
        }
    }
    deed.commit("").await
}

/// The middle of so many runs, in microseconds.
async fn middle<F: AsyncFnMut() -> platform::Result<()>>(runs: u32, mut run: F) -> platform::Result<u128> {
    let mut taken = Vec::new();
    for _ in 0..runs {
        let begun = wall_time();
        run().await?;
        taken.push(wall_time().saturating_sub(begun).as_micros());
    }
    taken.sort_unstable();
    Ok(taken[taken.len() / 2])
}

/// Microseconds a question takes of the time on the wall where several ask at once, so that no core falls asleep between.
async fn at_once(ctx: &Ctx, object: &Object) -> Result<f64, Box<dyn Error>> {
    let begun = wall_time();
    let ask = |ctx: Ctx, object: Object| async move {
        for _ in 0..ROUNDS {
            ctx.may(&acts::READ, &object).await?;
        }
        Ok::<_, platform::Error>(())
    };
    let tasks: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(ask(ctx.clone(), object.clone()))).collect();
    for task in tasks {
        task.await??;
    }
    let taken = wall_time().saturating_sub(begun);
    Ok(taken.as_secs_f64() * 1e6 / f64::from(ROUNDS * AT_ONCE))
}

async fn measure(place: &Place) -> Result<(), Box<dyn Error>> {
    let app = serve::open(place).await?;
    fill(&app.system()).await?;
    let object = Object::of_unit("assessment", "c500-1", "c500");
    let people = ["whole", "parts"].map(|person| {
        let actor = Actor::Account { id: person.into(), tenant_id: "root".into(), name: person.into() };
        (person, app.ctx(actor, Via::Page))
    });
    for (person, ctx) in &people {
        let check = middle(ROUNDS, async || ctx.may(&acts::READ, &object).await.map(|_| ())).await?;
        println!("{person}: access check {check} µs");
    }
    for (person, ctx) in &people {
        let busy = at_once(ctx, &object).await?;
        println!("{person}: access check, {AT_ONCE} at once: {busy:.0} µs each");
    }
    let mut lists = Vec::new();
    for (person, ctx) in &people {
        let list = middle(LISTS, async || assessment::list(ctx).await.map(|_| ())).await?;
        println!("{person}: list of {} self-checks {list} µs", COMPANIES * CHECKS);
        lists.push(list);
    }
    println!("the list of 1,000 scopes costs {:.2} times that of one", lists[1] as f64 / lists[0] as f64);
    app.ground.db.close().await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let place = Place { data: folder.path().to_owned(), database: None, public_url: "http://localhost".to_owned() };
    tokio::runtime::Runtime::new()?.block_on(measure(&place))
}
