//! What stands before a deed: roles, limits, fresh proofs, a second person; and what an act and an asker are.

use platform::act::Open;
use platform::limit::Limit;

use super::*;

const READ: Act = Act::by("notes.read", &["writer", "reader"]);
const FRESH: Act = Act::by("notes.burn", &["writer"]).with_fresh_proof();
const BY_TWO: Act = Act::by_two("notes.publish", &["writer"]);
const OPEN: Act = Act::anyone("notes.knock");
const TRACE: Act = Act::by("notes.trace", &["writer"]);

/// As [`OnlyWriter`]; what it says of a refusal tells whether the trace could be left, and of whom.
struct Tracing;

impl Gate for Tracing {
    fn allows<'a>(
        &'a self,
        reader: &'a mut dyn Reader,
        account_id: &'a str,
        act: &'static Act,
        object: &'a Object,
        now_ms: i64,
    ) -> BoxFuture<'a, Result<bool>> {
        OnlyWriter.allows(reader, account_id, act, object, now_ms)
    }

    fn agreed<'a>(
        &'a self,
        deed: &'a mut Deed,
        ctx: &'a Ctx,
        act: &'static Act,
        object: &'a Object,
        content: &'a serde_json::Value,
    ) -> BoxFuture<'a, Result<bool>> {
        OnlyWriter.agreed(deed, ctx, act, object, content)
    }

    fn ask<'a>(
        &'a self,
        ctx: &'a Ctx,
        act: &'static Act,
        object: &'a Object,
        content: &'a serde_json::Value,
        reason: &'a str,
    ) -> BoxFuture<'a, Error> {
        OnlyWriter.ask(ctx, act, object, content, reason)
    }

    fn refused<'a>(&'a self, ctx: &'a Ctx, _: &'static Act, object: &'a Object) -> BoxFuture<'a, Error> {
        Box::pin(async move {
            // Asked first: who may not leave it is refused, and would be asked for ever.
            if !ctx.may(&TRACE, object).await.unwrap() {
                return Error::conflict("error-no-trace");
            }
            ctx.begin(&TRACE, object.clone()).await.unwrap().commit("").await.unwrap();
            Error::Forbidden(Message::new("error-traced"))
        })
    }
}

/// A clock that goes on, and an asker at its moment.
fn asking(db: &Db, via: Via) -> (Arc<ManualClock>, Ctx) {
    let clock = Arc::new(ManualClock::at(10_000_000));
    let entropy = Arc::clone(ENTROPY.get_or_init(|| Arc::new(SeededEntropy::new(1))));
    let ground = Ground { db: db.clone(), clock: Arc::<ManualClock>::clone(&clock), entropy, gate: Arc::new(Tracing) };
    let actor = Actor::Account { id: "writer".into(), tenant_id: "tenant".into(), name: "書く人".into() };
    (clock, Ctx::new(ground, actor, via))
}

fn key<T>(outcome: Result<T>) -> &'static str {
    match outcome {
        Err(Error::Forbidden(message) | Error::Conflict(message)) => message.key,
        Err(Error::Internal(_)) => "internal",
        Err(other) => panic!("{other:?}"),
        Ok(_) => "done",
    }
}

on_both! {
    from Migrated;

    async fn a_limit_refuses_what_the_roles_allow_and_leaves_its_trace(db: Db, _address: String) {
        let (_, writer) = asking(&db, Via::Api);
        let limited = writer.clone().within(Limit::to(vec![READ.id.to_owned()]));
        assert!(limited.may(&READ, &object(1)).await.unwrap());
        assert!(!limited.may(&WRITE, &object(1)).await.unwrap());
        assert!(writer.may(&WRITE, &object(1)).await.unwrap());
        assert_eq!(key(limited.require(&READ, &object(1)).await), "done");
        // The trace is beyond the limit, or the refusal would leave none.
        assert_eq!(key(limited.require(&WRITE, &object(1)).await), "error-traced");
        assert_eq!(key(limited.begin(&WRITE, object(1)).await), "error-traced");
        let other = limited.as_actor(writer.actor().clone());
        assert_eq!(key(other.begin(&WRITE, object(1)).await), "error-traced");
        assert_eq!(key(limited.begin(&READ, object(1)).await), "done");
        assert_eq!(count(&db, &ENTRIES).await, 3);
        // Who may do nothing leaves no trace either, here.
        let nobody = writer.as_actor(Actor::Anonymous { source: "192.0.2.1".into() });
        assert_eq!(key(nobody.require(&WRITE, &object(1)).await), "error-no-trace");
        assert_eq!(key(nobody.begin(&OPEN, object(1)).await), "done");
        assert!(nobody.may(&OPEN, &object(1)).await.unwrap());
    }

    async fn a_sensitive_act_wants_a_proof_of_the_last_five_minutes(db: Db, _address: String) {
        for via in [Via::Page, Via::Api] {
            let (clock, asker) = asking(&db, via);
            assert!(!asker.is_fresh());
            assert_eq!(key(asker.begin(&FRESH, object(1)).await), "error-proof-needed");
            assert_eq!(key(asker.begin(&WRITE, object(1)).await), "done");
            let proved = asker.proved_at(10_000_000);
            assert_eq!(key(proved.begin(&FRESH, object(1)).await), "done");
            clock.advance(300_000);
            assert_eq!((proved.is_fresh(), key(proved.begin(&FRESH, object(1)).await)), (true, "done"));
            clock.advance(1);
            assert_eq!((proved.is_fresh(), key(proved.begin(&FRESH, object(1)).await)), (false, "error-proof-needed"));
            // A proof from the future is none.
            clock.advance(-300_002);
            assert!(!proved.is_fresh());
        }
        // Each of the four refusals left its trace.
        assert_eq!(count(&db, &ENTRIES).await, 4);
        // Commands, jobs, the installation and people not known are asked for none.
        let (_, asker) = asking(&db, Via::Command);
        assert!(asker.is_fresh() && asking(&db, Via::Job).1.is_fresh());
        assert_eq!(key(asker.begin(&FRESH, object(1)).await), "done");
        let (_, page) = asking(&db, Via::Page);
        assert!(page.as_actor(Actor::System).is_fresh());
        assert!(page.as_actor(Actor::Anonymous { source: String::new() }).is_fresh());
    }

    async fn an_act_of_two_people_is_begun_only_as_agreed(db: Db, _address: String) {
        let (_, writer) = asking(&db, Via::Page);
        assert_eq!(key(writer.begin(&BY_TWO, object(1)).await), "internal");
        let asked = writer.begin_as_agreed(&BY_TWO, object(1), &"other".into(), "").await;
        assert_eq!(key(asked), "error-needs-consent");
        let deed = writer.begin_as_agreed(&BY_TWO, object(1), &"agreed".into(), "").await.unwrap();
        deed.commit("").await.unwrap();
        let system = writer.as_actor(Actor::System);
        system.begin_as_agreed(&BY_TWO, object(1), &"other".into(), "").await.unwrap().commit("").await.unwrap();
        let nobody = writer.as_actor(Actor::Anonymous { source: String::new() });
        assert_eq!(key(nobody.begin_as_agreed(&BY_TWO, object(1), &"agreed".into(), "").await), "error-no-trace");
        assert_eq!(count(&db, &ENTRIES).await, 2);
    }

    async fn a_context_says_who_when_and_through_what(db: Db, _address: String) {
        let (clock, writer) = asking(&db, Via::Api);
        assert_eq!((writer.via(), writer.now_ms(), writer.account().unwrap()), (Via::Api, 10_000_000, ("writer", "tenant")));
        assert_eq!(writer.actor().account_id(), Some("writer"));
        clock.advance(5);
        assert_eq!(writer.now_ms(), 10_000_005);
        let (mut one, mut other) = ([0; 16], [0; 16]);
        writer.fill_random(&mut one).unwrap();
        writer.fill_random(&mut other).unwrap();
        assert!(one != other && one != [0; 16]);
        for actor in [Actor::System, Actor::Anonymous { source: String::new() }] {
            assert_eq!(key(writer.as_actor(actor).account()), "error-sign-in-first");
        }
        assert!(writer.row(&NOTES, &[]).await.unwrap().is_none());
        write(&ctx(&db, "writer"), 3, "x").await.unwrap();
        assert_eq!(writer.row(&NOTES, &[]).await.unwrap().unwrap().int("id").unwrap(), 3);
        assert_eq!(writer.rows(&NOTES, &[]).await.unwrap().len(), 1);
        assert_eq!(writer.reader().rows(&NOTES, &[]).await.unwrap().len(), 1);
        assert!(format!("{writer:?}").contains("Ground"));
    }

    async fn a_deed_reads_what_it_wrote_and_says_how_much(db: Db, _address: String) {
        let (clock, writer) = asking(&db, Via::Job);
        let mut deed = writer.begin(&WRITE, object(1)).await.unwrap();
        assert!(format!("{deed:?}").contains("notes.write"));
        clock.advance(1000);
        assert_eq!(deed.now_ms(), 10_000_000);
        assert!(deed.row(&NOTES, &[]).await.unwrap().is_none());
        for id in [1, 2] {
            assert_eq!(deed.write(&ADD, &[id.into(), "x".into()]).await.unwrap(), 1);
        }
        let all = Statement { name: "ALL", sql: "UPDATE notes SET body = $1" };
        assert_eq!(deed.write(&all, &["y".into()]).await.unwrap(), 2);
        let none = Statement { name: "NONE", sql: "UPDATE notes SET body = $1 WHERE id = 9" };
        assert_eq!(deed.write(&none, &["y".into()]).await.unwrap(), 0);
        assert_eq!(deed.row(&NOTES, &[]).await.unwrap().unwrap().text("body").unwrap(), "y");
        deed.commit("").await.unwrap();
        // Nothing noted, nothing beside the log.
        let values = Statement { name: "VALUES", sql: "SELECT entry_id FROM audit_values" };
        assert_eq!((count(&db, &values).await, count(&db, &ENTRIES).await), (0, 1));
        let entries = db.rows(&ENTRIES, &[]).await.unwrap();
        assert_eq!((entries[0].text("via").unwrap(), entries[0].text("facts").unwrap()), ("job".into(), "{}".into()));
    }

    async fn the_log_names_whoever_acts(db: Db, _address: String) {
        let (_, writer) = asking(&db, Via::Page);
        for actor in [Actor::System, Actor::Anonymous { source: "192.0.2.9".into() }] {
            writer.as_actor(actor).begin(&OPEN, Object::free("door", "")).await.unwrap().commit("").await.unwrap();
        }
        let entries = db.rows(&ENTRIES, &[]).await.unwrap();
        let mut found: Vec<_> = entries.iter().map(|row| (row.text("actor_name").unwrap(), row.text("tenant_id").unwrap())).collect();
        found.sort();
        assert_eq!(found, [("192.0.2.9".into(), String::new()), ("system".into(), String::new())]);
        assert!(entries.iter().all(|row| row.opt_text("unit_id").unwrap().is_none() && row.text("via").unwrap() == "page"));
    }
}

#[test]
fn an_act_is_held_by_its_roles_and_by_itself() {
    assert_eq!(READ.powers(), "|writer|reader|notes.read|");
    assert_eq!(OWN.powers(), "|notes.own|");
    for (power, held) in [("writer", true), ("reader", true), ("notes.read", true), ("notes.write", false), ("", false)]
    {
        assert_eq!(READ.is_held_by(power), held, "{power}");
        assert_eq!(READ.powers().contains(&format!("|{power}|")), held, "{power}");
    }
    assert_eq!((READ.open, OWN.open, OPEN.open), (Open::Nobody, Open::SignedIn, Open::Anyone));
    assert_eq!([READ, FRESH, BY_TWO, OWN, OPEN].map(|act| act.fresh), [false, true, false, false, false]);
    assert_eq!([READ, FRESH, BY_TWO, OWN, OPEN].map(|act| act.two_persons), [false, false, true, false, false]);
    assert_eq!((BY_TWO.id, BY_TWO.roles, FRESH.id), ("notes.publish", &["writer"][..], "notes.burn"));
}

#[test]
fn an_actor_has_an_account_and_a_tenant_or_neither() {
    let account = Actor::Account { id: "a".into(), tenant_id: "t".into(), name: "n".into() };
    let nobody = Actor::Anonymous { source: "s".into() };
    let found = [&account, &nobody, &Actor::System].map(|actor| (actor.account_id(), actor.tenant_id()));
    assert_eq!(found, [(Some("a"), "t"), (None, ""), (None, "")]);
    assert_eq!([Via::Page, Via::Api, Via::Command, Via::Job].map(Via::as_str), ["page", "api", "command", "job"]);
    let (one, other) = (Object::of_unit("k", "i", "u"), Object::free("k", "i"));
    assert_eq!((one.kind, one.id.as_str(), one.unit_id.as_deref()), ("k", "i", Some("u")));
    assert_eq!((other.kind, other.id.as_str(), other.unit_id.as_deref()), ("k", "i", None));
}
