//! Sending checkpoints to witnesses over loopback: honest, elsewhere, forgetful, lying and slow ones.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use platform::clock::SeededEntropy;
use serde_json::json;
use tlog::{Checkpoint, Hash, Note, Signer, Verifier, leaf_hash};

use super::add_units;
use super::proving::second_verifier;
use crate::audit_log::witness::{self, Witness, WitnessArgs};
use crate::audit_log::witnesses::{Asker, Known, Standing, Witnesses, keep_asking};
use crate::audit_log::{LogKey, export, sign_due, standings};
use crate::federation::fetch::Reach;
use crate::operate::{Site, archive, backup, doctor, restore};
use crate::testing::scratch::{Scratch, scratch_folder};
use crate::testing::{AUDITOR, HANAKO, Kind, MINUTE_MS, OUTSIDER, SECOND_MS, Stage, TARO, TestApp, on_both, play};

async fn serve(routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

fn open(app: &TestApp, folder: &Path) -> Witness {
    let args = WitnessArgs {
        folder: folder.to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        name: "example.jp/witness".into(),
        trust: vec![app.app.log_key.verifier("*").unwrap().to_string()],
    };
    let clock = Arc::<platform::clock::ManualClock>::clone(&app.clock);
    Witness::open(&args, clock, &SeededEntropy::new(5)).unwrap()
}

fn asker(known: &[String]) -> Asker {
    let known = known.iter().map(|text| text.parse().unwrap()).collect();
    Asker::new(Witnesses { known, reach: Reach::Loopback }).unwrap()
}

/// A witness of our own that is asked over loopback.
async fn honest(app: &TestApp, folder: &Path) -> String {
    let witness = open(app, folder);
    let key = witness.key();
    format!("{key}@http://{}", serve(witness.routes()).await)
}

/// Something that answers every question alike.
async fn answering(key: &Signer, answer: impl Fn(String) -> Response + Clone + Send + Sync + 'static) -> String {
    let routes = Router::new().route("/add-checkpoint", post(async move |body: String| answer(body)));
    format!("{}@http://{}", key.verifier(), serve(routes).await)
}

async fn ask(app: &TestApp, asker: &mut Asker) -> usize {
    asker.ask_all(&app.app.system(), &app.app.log_key, &app.app.data).await.unwrap()
}

async fn sign(app: &TestApp) {
    add_units(app, HANAKO, 1).await;
    assert!(sign_due(&app.app.system(), &app.app.log_key).await.unwrap() > 0);
}

fn trouble(standing: &Standing) -> &str {
    standing.trouble.as_ref().map_or("", |trouble| trouble.what.as_str())
}

async fn doctor_says(site: &Site) -> Vec<&'static str> {
    let found = doctor::look(site).await;
    found.into_iter().filter(|one| one.about == "witness").map(|one| one.message.key).collect()
}

on_both! {
    async fn what_a_witness_signs_is_kept_shown_and_exported(app: TestApp) {
        let folder = scratch_folder();
        let known = honest(&app, folder.path()).await;
        let mut asker = asker(&[known]);
        assert_eq!(ask(&app, &mut asker).await, 0);
        assert_eq!(doctor_says(&Site::of(&app.app)).await, ["doctor-witness-ok"]);
        for _ in 0..3 {
            sign(&app).await;
            assert_eq!(ask(&app, &mut asker).await, 1);
            assert_eq!(ask(&app, &mut asker).await, 0);
        }
        let kept = standings(&app.app.data).unwrap().remove(0);
        let note = Note::parse(&kept.cosigned.as_ref().unwrap().note).unwrap();
        let key = Verifier::parse(&kept.key).unwrap();
        assert_eq!(key.verify(&note), Ok(app.app.system().now_ms().cast_unsigned() / 1000));
        let all = Checkpoint::open(&note, &app.app.log_key.verifier("*").unwrap()).unwrap();
        assert_eq!((note.signatures.len(), Some(all.size)), (2, kept.cosigned.map(|cosigned| cosigned.size)));
        // From there to the organisation's own checkpoint, without the program.
        let shown = app.api(Method::GET, "/audit-log/witnesses", AUDITOR, json!(null)).await.is(200).json();
        let own = &shown[0]["own"];
        let leaf = leaf_hash(own["checkpoint"].as_str().unwrap().as_bytes());
        let proof: Vec<Hash> =
            own["proof"].as_array().unwrap().iter().map(|hash| Hash::from_hex(hash.as_str().unwrap()).unwrap()).collect();
        tlog::verify_inclusion(own["number"].as_u64().unwrap() - 1, all.size, &leaf, &proof, &all.root).unwrap();
        let told = Note::parse(own["checkpoint"].as_str().unwrap()).unwrap();
        let told = Checkpoint::open(&told, &app.app.log_key.verifier(&app.group).unwrap()).unwrap();
        assert_eq!(told.size, own["size"].as_u64().unwrap());
        let page = app.get("/audit-log/check", AUDITOR).await.is(200).text();
        assert!(page.contains("example.jp/witness") && page.contains("最後の署名は"), "{page}");
        app.api(Method::GET, "/audit-log/witnesses", TARO, json!(null)).await.is(403);
        let theirs = app.api(Method::GET, "/audit-log/witnesses", OUTSIDER, json!(null)).await.is(200).text();
        assert!(!theirs.contains(&app.group));
        let folder = tempfile::tempdir().unwrap();
        export::export(&app.app.system(), &app.app.log_key, &app.app.data, folder.path()).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path().join("all/cosigned")).unwrap().collect();
        let file = files[0].as_ref().unwrap().path();
        assert!(files.len() == 1 && file.file_name().unwrap().to_str().unwrap().starts_with("example.jp-witness-"));
        assert_eq!(key.verify(&Note::parse(&std::fs::read_to_string(file).unwrap()).unwrap()), key.verify(&note));
        assert!(second_verifier(folder.path()).0);
    }

    async fn a_witness_that_is_elsewhere_or_forgot_is_told_from_there(app: TestApp) {
        let folder = scratch_folder();
        let known = honest(&app, folder.path()).await;
        sign(&app).await;
        assert_eq!(ask(&app, &mut asker(std::slice::from_ref(&known))).await, 1);
        sign(&app).await;
        // We forgot: it says where it is. Nobody is accused.
        std::fs::remove_file(app.app.data.join("witnesses.json")).unwrap();
        assert_eq!(ask(&app, &mut asker(&[known])).await, 1);
        assert_eq!(standings(&app.app.data).unwrap()[0].forgot_at_ms, None);
        // It forgot: it is told all, and that is remembered.
        std::fs::remove_file(folder.path().join("seen.json")).unwrap();
        let known = honest(&app, folder.path()).await;
        sign(&app).await;
        assert_eq!(ask(&app, &mut asker(&[known])).await, 1);
        let kept = standings(&app.app.data).unwrap();
        assert!(kept[0].forgot_at_ms.is_some() && kept[0].trouble.is_none());
        assert_eq!(doctor_says(&Site::of(&app.app)).await, ["doctor-witness-forgot"]);
        assert_eq!(ask(&app, &mut asker(&[])).await, 0);
        assert_eq!(standings(&app.app.data).unwrap(), []);
    }

    async fn an_old_backup_put_back_is_refused_by_the_witness(app: TestApp) {
        let (folder, backups) = (scratch_folder(), scratch_folder());
        let known = [honest(&app, folder.path()).await];
        sign(&app).await;
        let file = backup::make(&Site::of(&app.app), &backups.path().join("old.tar")).await.unwrap().file;
        for _ in 0..4 {
            sign(&app).await;
        }
        assert_eq!(ask(&app, &mut asker(&known)).await, 1);
        // The old state in another place, with the same key, and without the file that remembers.
        let (scratch, data) = (Scratch::empty(Kind::Sqlite).await, scratch_folder());
        let db = platform::Db::open(scratch.address()).await.unwrap();
        let evidence = crate::assessment::evidence::EvidenceFolder::below(data.path());
        let site = Site { ground: platform::Ground { db, ..app.app.ground.clone() }, data: data.path().to_owned(), evidence };
        restore::restore(&site, &mut archive::check(&file).unwrap(), &file, None).await.unwrap();
        let key = &app.app.log_key;
        assert!(sign_due(&site.system(), key).await.unwrap() > 0);
        let mut asker = asker(&known);
        assert_eq!(asker.ask_all(&site.system(), key, data.path()).await.unwrap(), 0);
        let kept = standings(data.path()).unwrap();
        assert_eq!((trouble(&kept[0]), kept[0].accuses()), ("log-put-back", true));
        assert_eq!(doctor_says(&site).await, ["doctor-witness-fail"]);
        // Grown beyond what was signed, it still is another log.
        for number in 0..8 {
            let act = &crate::operate::acts::FORGET;
            let deed = site.system().begin(act, platform::Object::free("x", number.to_string())).await.unwrap();
            deed.commit("").await.unwrap();
            sign_due(&site.system(), key).await.unwrap();
        }
        app.clock.advance(MINUTE_MS);
        assert_eq!(asker.ask_all(&site.system(), key, data.path()).await.unwrap(), 0);
        assert_eq!(trouble(&standings(data.path()).unwrap()[0]), "log-rewritten");
        // Where the file remembers, nobody has to be asked.
        let remembered = app.app.data.join("witnesses.json");
        let mut forged = standings(&app.app.data).unwrap();
        forged[0].cosigned.as_mut().unwrap().size = 10_000;
        std::fs::write(&remembered, serde_json::to_vec(&forged).unwrap()).unwrap();
        sign(&app).await;
        app.clock.advance(MINUTE_MS);
        assert_eq!(ask(&app, &mut asker).await, 0);
        assert_eq!(trouble(&standings(&app.app.data).unwrap()[0]), "log-put-back");
        site.close().await.unwrap();
        scratch.remove().await;
    }

    async fn witnesses_are_asked_while_the_program_runs(app: TestApp) {
        let folder = scratch_folder();
        let known: Known = honest(&app, folder.path()).await.parse().unwrap();
        sign(&app).await;
        let (system, key, data) = (app.app.system(), app.app.log_key.clone(), app.app.data.to_path_buf());
        let keep = |witnesses: Witnesses| keep_asking(system.clone(), key.clone(), data.clone(), witnesses);
        let soon = Duration::from_mins(1);
        // Nobody to ask, and nobody who was asked before.
        tokio::time::timeout(soon, keep(Witnesses::default())).await.unwrap();
        assert!(!data.join("witnesses.json").exists());
        let asking = tokio::spawn(keep(Witnesses { known: vec![known], reach: Reach::Loopback }));
        let signed = async {
            while standings(&data).unwrap().iter().all(|standing| standing.cosigned.is_none()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(soon, signed).await.unwrap();
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        // Who is not asked any more is forgotten.
        let asking = tokio::spawn(keep(Witnesses::default()));
        let forgotten = async {
            while !standings(&data).unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(soon, forgotten).await.unwrap();
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
    }

    async fn the_witness_of_the_command_says_its_key_and_signs_with_it(app: TestApp) {
        sign(&app).await;
        let folder = scratch_folder();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let args = WitnessArgs {
            folder: folder.path().to_owned(),
            listen: free,
            name: "example.jp/witness".into(),
            trust: vec![app.app.log_key.verifier("*").unwrap().to_string()],
        };
        let (say, mut said) = tokio::sync::mpsc::unbounded_channel();
        let serving = tokio::spawn(witness::run(args, std::future::pending(), move |line| say.send(line.to_owned()).unwrap()));
        let key = said.recv().await.unwrap();
        assert_eq!(ask(&app, &mut asker(&[format!("{key}@http://{free}")])).await, 1);
        serving.abort();
        assert!(serving.await.unwrap_err().is_cancelled());
    }

    async fn of_what_a_witness_sends_only_its_own_signature_is_kept(app: TestApp) {
        sign(&app).await;
        let key = Signer::witness("example.jp/witness", &[1; 32]).unwrap();
        let other = Signer::witness("example.jp/witness", &[2; 32]).unwrap();
        let (mine, theirs) = (key.clone(), other.clone());
        let known = answering(&key, move |body| {
            let text = Note::parse(body.split_once("\n\n").unwrap().1).unwrap().text;
            format!("{}{}", theirs.sign(&text, 1), mine.sign(&text, 1)).into_response()
        }).await;
        assert_eq!(ask(&app, &mut asker(&[known])).await, 1);
        let kept = standings(&app.app.data).unwrap().remove(0).cosigned.unwrap();
        assert_eq!(Note::parse(&kept.note).unwrap().signatures.len(), 2);
    }

    async fn a_witness_that_moved_is_asked_where_it_is_now(app: TestApp) {
        let folder = scratch_folder();
        let known = honest(&app, folder.path()).await;
        sign(&app).await;
        assert_eq!(ask(&app, &mut asker(std::slice::from_ref(&known))).await, 1);
        let signed = standings(&app.app.data).unwrap().remove(0);
        let moved = known.replace("http://", "http://localhost.") + "/";
        assert_eq!(ask(&app, &mut asker(std::slice::from_ref(&moved))).await, 0);
        let now = standings(&app.app.data).unwrap().remove(0);
        assert_eq!(format!("{}@{}/", now.key, now.address), moved);
        assert_eq!(now.cosigned, signed.cosigned);
    }

    async fn what_is_kept_of_witnesses_is_not_read_as_nothing(app: TestApp) {
        assert_eq!(standings(&app.app.data).unwrap(), []);
        std::fs::create_dir(app.app.data.join("witnesses.json")).unwrap();
        assert!(standings(&app.app.data).is_err());
    }

    async fn a_lie_is_not_kept(app: TestApp) {
        sign(&app).await;
        let key = Signer::witness("example.jp/liar", &[1; 32]).unwrap();
        let other = Signer::witness("example.jp/liar", &[2; 32]).unwrap();
        let signed = |by: &Signer, text: String| by.sign(&text, 1).to_string();
        let text = |body: String| Note::parse(body.split_once("\n\n").unwrap().1).unwrap().text;
        let (mine, theirs) = (key.clone(), other.clone());
        let elsewhere = Arc::new(AtomicUsize::new(0));
        let known = [
            // Another text, another key, none, nonsense.
            answering(&key, move |_| signed(&mine, "other\n".into()).into_response()).await,
            answering(&key, move |body| signed(&theirs, text(body)).into_response()).await,
            answering(&key, |_| "".into_response()).await,
            answering(&key, |_| "nonsense\n".into_response()).await,
            answering(&key, |_| "x".repeat(300_000).into_response()).await,
            answering(&key, |_| (StatusCode::CONFLICT, "x").into_response()).await,
            answering(&key, |_| (StatusCode::CONFLICT, "0\n").into_response()).await,
            answering(&key, |_| (StatusCode::CONFLICT, "99999\n").into_response()).await,
            // It signed this size already, it says, with another root.
            answering(&key, move |body| {
                let size = text(body).lines().nth(1).unwrap().to_owned();
                (StatusCode::CONFLICT, size).into_response()
            }).await,
            answering(&key, move |_| {
                let told = elsewhere.fetch_add(1, Ordering::Relaxed) % 2 + 1;
                (StatusCode::CONFLICT, format!("{told}\n")).into_response()
            }).await,
            answering(&key, |_| StatusCode::UNPROCESSABLE_ENTITY.into_response()).await,
            answering(&key, |_| StatusCode::NOT_FOUND.into_response()).await,
            answering(&key, |_| StatusCode::FORBIDDEN.into_response()).await,
            answering(&key, |_| StatusCode::INTERNAL_SERVER_ERROR.into_response()).await,
            answering(&key, |_| axum::response::Redirect::to("http://127.0.0.1:1/").into_response()).await,
            format!("{}@http://127.0.0.1:1", key.verifier()),
            format!("{}@http://10.0.0.1", key.verifier()),
        ];
        let wanted = [
            "signature-wrong", "signature-wrong", "signature-wrong", "answer-malformed", "too-large", "answer-malformed",
            "undecided", "log-put-back", "log-rewritten", "undecided", "log-rewritten", "log-unknown", "key-unknown", "answered-with-error",
            "answered-with-error", "unreachable", "address-not-https",
        ];
        for (known, wanted) in known.into_iter().zip(wanted) {
            assert_eq!(ask(&app, &mut asker(&[known])).await, 0, "{wanted}");
            let kept = standings(&app.app.data).unwrap().remove(0);
            assert_eq!((trouble(&kept), &kept.cosigned), (wanted, &None));
            std::fs::remove_file(app.app.data.join("witnesses.json")).unwrap();
        }
    }

    async fn what_fails_with_one_witness_is_told_of_that_one(app: TestApp) {
        let folders = [scratch_folder(), scratch_folder()];
        let known = [honest(&app, folders[0].path()).await, honest(&app, folders[1].path()).await];
        sign(&app).await;
        assert_eq!(ask(&app, &mut asker(&known[..1])).await, 1);
        let mut kept = standings(&app.app.data).unwrap();
        kept[0].cosigned.as_mut().unwrap().note = "no note".into();
        std::fs::write(app.app.data.join("witnesses.json"), serde_json::to_vec(&kept).unwrap()).unwrap();
        sign(&app).await;
        assert_eq!(ask(&app, &mut asker(&known)).await, 1);
        let kept = standings(&app.app.data).unwrap();
        assert_eq!((trouble(&kept[0]), trouble(&kept[1])), ("not-asked", ""));
        assert!(kept[1].cosigned.is_some());
    }

    async fn a_log_that_lacks_what_was_signed_is_accused_and_shown(app: TestApp) {
        let folder = scratch_folder();
        let known = [honest(&app, folder.path()).await];
        sign(&app).await;
        assert_eq!(ask(&app, &mut asker(&known)).await, 1);
        sign(&app).await;
        app.damage("DELETE FROM audit_checkpoints WHERE number = 1", &[]).await;
        assert_eq!(ask(&app, &mut asker(&known)).await, 0);
        let kept = standings(&app.app.data).unwrap();
        assert_eq!((trouble(&kept[0]), kept[0].accuses()), ("log-rewritten", true));
        // The page is there for those who have to look.
        let page = app.get("/audit-log/check", HANAKO).await.is(200).text();
        assert!(page.contains("署名されたものと合いません"), "{page}");
        let shown = app.api(Method::GET, "/audit-log/witnesses", HANAKO, json!(null)).await.is(200).json();
        assert_eq!((&shown[0]["holds"], &shown[0]["own"]), (&json!(false), &json!(null)));
    }

    async fn another_server_that_was_faster_is_no_old_backup(app: TestApp) {
        sign(&app).await;
        let key = Signer::witness("example.jp/witness", &[1; 32]).unwrap();
        let other = app.clone();
        let known = answering(&key, move |_| {
            // The other server signs and asks while this one is on its way.
            let size = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(async {
                sign(&other).await;
                other.count("SELECT MAX(size) AS n FROM audit_checkpoints WHERE tenant_id = '*'", &[]).await
            }));
            (StatusCode::CONFLICT, format!("{size}\n")).into_response()
        }).await;
        assert_eq!(ask(&app, &mut asker(&[known])).await, 0);
        let kept = standings(&app.app.data).unwrap();
        assert_eq!((trouble(&kept[0]), kept[0].accuses()), ("undecided", false));
    }

    async fn a_clock_that_goes_back_makes_nobody_wait(app: TestApp) {
        let count = Arc::new(AtomicUsize::new(0));
        let key = Signer::witness("example.jp/witness", &[1; 32]).unwrap();
        let counted = Arc::clone(&count);
        let known = answering(&key, move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }).await;
        let mut asker = asker(&[known]);
        sign(&app).await;
        ask(&app, &mut asker).await;
        app.clock.advance(SECOND_MS);
        ask(&app, &mut asker).await;
        assert_eq!(count.load(Ordering::Relaxed), 1);
        app.clock.advance(-300 * MINUTE_MS);
        ask(&app, &mut asker).await;
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    async fn after_a_failure_the_wait_grows_and_a_success_ends_it(app: TestApp) {
        let count = Arc::new(AtomicUsize::new(0));
        let key = Signer::witness("example.jp/witness", &[1; 32]).unwrap();
        let (counted, mine) = (Arc::clone(&count), key.clone());
        let known = answering(&key, move |body| {
            if counted.fetch_add(1, Ordering::Relaxed) < 3 {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            mine.sign(&Note::parse(body.split_once("\n\n").unwrap().1).unwrap().text, 1).to_string().into_response()
        }).await;
        let mut asker = asker(&[known]);
        sign(&app).await;
        let mut counts = Vec::new();
        for _ in 0..12 {
            ask(&app, &mut asker).await;
            counts.push(count.load(Ordering::Relaxed));
            app.clock.advance(30 * SECOND_MS);
        }
        // At 0, 30, 90 and 210 seconds.
        assert_eq!(counts, [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4]);
        assert!(standings(&app.app.data).unwrap()[0].cosigned.is_some());
        sign(&app).await;
        assert_eq!(ask(&app, &mut asker).await, 1);
    }
}

/// A slow witness holds up neither the log nor the others.
async fn slow(app: TestApp) {
    let folder = scratch_folder();
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let key = Signer::witness("example.jp/slow", &[1; 32]).unwrap();
    let known =
        [format!("{}@http://{}", key.verifier(), silent.local_addr().unwrap()), honest(&app, folder.path()).await];
    sign(&app).await;
    let mut asker = asker(&known);
    let (system, log_key, data) = (app.app.system(), app.app.log_key.clone(), Arc::clone(&app.app.data));
    let asking = tokio::spawn(async move { asker.ask_all(&system, &log_key, &data).await.unwrap() });
    let _held = silent.accept().await.unwrap();
    sign(&app).await;
    assert!(!asking.is_finished());
    assert_eq!(asking.await.unwrap(), 1);
    let kept = standings(&app.app.data).unwrap();
    assert_eq!((trouble(&kept[0]), trouble(&kept[1])), ("too-slow", ""));
    assert!(kept[1].cosigned.is_some());
    assert_eq!(doctor_says(&Site::of(&app.app)).await, ["doctor-witness-ok", "doctor-witness-ok"]);
    app.clock.advance(61 * MINUTE_MS);
    assert_eq!(doctor_says(&Site::of(&app.app)).await, ["doctor-witness-warn", "doctor-witness-ok"]);
}

#[test]
fn a_slow_witness_holds_up_nobody() {
    play(Kind::Sqlite, Stage::People, slow);
}

#[test]
fn a_witness_is_named_by_its_key_and_an_address() {
    let key = Signer::witness("example.jp/witness", &[1; 32]).unwrap().verifier();
    for good in ["https://witness.example.jp", "https://witness.example.jp/", "http://127.0.0.1:8651"] {
        format!("{key}@{good}").parse::<Known>().unwrap();
    }
    let log = LogKey::open(tempfile::tempdir().unwrap().path(), &SeededEntropy::new(1)).unwrap().verifier("*").unwrap();
    for bad in [
        String::new(),
        key.to_string(),
        format!("{key}@ftp://x"),
        format!("x{key}@https://x"),
        format!("{log}@https://x"),
    ] {
        assert!(bad.parse::<Known>().is_err(), "{bad}");
    }
}
