//! A witness signs what continues, and nothing else.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use platform::Error;
use platform::clock::{ManualClock, SeededEntropy};
use tlog::{Checkpoint, Frontier, Hash, Note, Range, Signature, Signer, Verifier, leaf_hash};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

use crate::audit_log::hasty::Hasty;
use crate::audit_log::witness::{self, Refusal, Witness, WitnessArgs};
use crate::testing::START_MS;

const ORIGIN: &str = "example.jp/all";

fn log() -> Signer {
    Signer::log(ORIGIN, &[3; 32]).unwrap()
}

fn args(folder: &std::path::Path) -> WitnessArgs {
    WitnessArgs {
        folder: folder.to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        name: "witness.example.jp".into(),
        trust: vec![log().verifier().to_string()],
    }
}

fn open(folder: &std::path::Path) -> Witness {
    Witness::open(&args(folder), Arc::new(ManualClock::at(START_MS)), &SeededEntropy::new(1)).unwrap()
}

fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

fn leaves(size: u64, seed: &str) -> Vec<Hash> {
    (0..size).map(|index| leaf_hash(format!("{seed}{index}").as_bytes())).collect()
}

/// What a log with these leaves sends to somebody who saw it at `old`.
fn request(old: u64, leaves: &[Hash], by: &Signer) -> String {
    let size = leaves.len() as u64;
    let at = |place: u64| usize::try_from(place).unwrap();
    let hash = |range: Range| root(&leaves[at(range.start)..at(range.end)]);
    let proof: Vec<Hash> = tlog::consistency_ranges(old, size).unwrap_or_default().into_iter().map(hash).collect();
    let checkpoint = Checkpoint { origin: by.name().to_owned(), size, root: root(leaves) };
    format!("old {old}\n{}\n{}", tlog::write_proof(&proof), checkpoint.sign(by))
}

#[test]
fn a_log_that_grows_is_signed_with_the_moment() {
    let folder = tempfile::tempdir().unwrap();
    let witness = open(folder.path());
    let key = Verifier::parse(&witness.key()).unwrap();
    for (old, size) in [(0, 3), (3, 3), (3, 8), (8, 9), (9, 100)] {
        let request = request(old, &leaves(size, "x"), &log());
        let line = witness.add_checkpoint(&request).unwrap();
        let mut note = Note::parse(request.split_once("\n\n").unwrap().1).unwrap();
        note.signatures.push(Signature::parse(line.trim_end()).unwrap());
        assert_eq!(key.verify(&note), Ok(START_MS.cast_unsigned() / 1000));
    }
    // It remembers, also after a restart.
    assert_eq!(
        open(folder.path()).add_checkpoint(&request(0, &leaves(100, "x"), &log())),
        Err(Refusal::Elsewhere(100))
    );
    assert_eq!(open(folder.path()).key(), witness.key());
}

#[test]
fn a_log_that_was_rewritten_or_is_older_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let witness = open(folder.path());
    witness.add_checkpoint(&request(0, &leaves(10, "x"), &log())).unwrap();
    assert_eq!(witness.add_checkpoint(&request(10, &leaves(20, "y"), &log())), Err(Refusal::Inconsistent));
    assert_eq!(witness.add_checkpoint(&request(10, &leaves(10, "y"), &log())), Err(Refusal::Elsewhere(10)));
    assert_eq!(witness.add_checkpoint(&request(5, &leaves(8, "x"), &log())), Err(Refusal::Elsewhere(10)));
    assert_eq!(witness.add_checkpoint(&request(10, &leaves(8, "x"), &log())), Err(Refusal::Malformed));
    let stranger = Signer::log("example.jp/other", &[3; 32]).unwrap();
    assert_eq!(witness.add_checkpoint(&request(0, &leaves(5, "x"), &stranger)), Err(Refusal::Unknown));
    let forger = Signer::log(ORIGIN, &[4; 32]).unwrap();
    assert_eq!(witness.add_checkpoint(&request(10, &leaves(20, "x"), &forger)), Err(Refusal::NotSigned));
    for bad in ["", "old x\n\n", "old 01\n\nx", "old 10\n!\n\na\n1\n", "old 10\n\nnothing"] {
        assert_eq!(witness.add_checkpoint(bad), Err(Refusal::Malformed), "{bad}");
    }
    witness.add_checkpoint(&request(10, &leaves(20, "x"), &log())).unwrap();
}

#[test]
fn a_log_without_entries_has_the_root_of_none() {
    let folder = tempfile::tempdir().unwrap();
    let witness = open(folder.path());
    let checkpoint = |root: Hash| Checkpoint { origin: ORIGIN.to_owned(), size: 0, root }.sign(&log());
    let made_up = format!("old 0\n\n{}", checkpoint(leaf_hash(b"x")));
    assert_eq!(witness.add_checkpoint(&made_up), Err(Refusal::Inconsistent));
    witness.add_checkpoint(&format!("old 0\n\n{}", checkpoint(root(&[])))).unwrap();
    witness.add_checkpoint(&request(0, &leaves(5, "x"), &log())).unwrap();
}

#[tokio::test]
async fn two_witnesses_do_not_remember_in_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (said, heard) = tokio::sync::mpsc::unbounded_channel();
    let mut heard = heard;
    let first = witness::run(args(folder.path()), async { stopped.await.unwrap_or(()) }, move |key| {
        said.send(key.to_owned()).unwrap();
    });
    let first = tokio::spawn(first);
    let key = heard.recv().await.unwrap();
    let Err(Error::Internal(why)) = witness::run(args(folder.path()), async {}, |_| ()).await else {
        panic!("runs twice")
    };
    assert!(why.contains("another witness"), "{why}");
    stop.send(()).unwrap();
    first.await.unwrap().unwrap();
    // The place is free again.
    witness::run(args(folder.path()), async {}, |again| assert_eq!(again, key)).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let routes = open(folder.path()).routes();
    let patience = std::time::Duration::from_millis(200);
    let serving = tokio::spawn(async move { axum::serve(Hasty::new(listener, patience), routes).await });
    let mut silent = tokio::net::TcpStream::connect(address).await.unwrap();
    silent.write_all(b"POST /add-checkpoint HTTP/1.1\r\n").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), silent.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "still open");
    serving.abort();
}

#[tokio::test]
async fn answers_have_the_statuses_of_the_specification() {
    let folder = tempfile::tempdir().unwrap();
    let routes = open(folder.path()).routes();
    let ask = async |body: String| {
        let request = Request::post("/add-checkpoint").body(Body::from(body)).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, kind.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
    };
    let (status, _, line) = ask(request(0, &leaves(5, "x"), &log())).await;
    assert!(status == 200 && line.starts_with("— witness.example.jp "), "{line}");
    let elsewhere = ask(request(0, &leaves(6, "x"), &log())).await;
    assert_eq!(elsewhere, (409, "text/x.tlog.size".to_owned(), "5\n".to_owned()));
    assert_eq!(ask(request(5, &leaves(9, "y"), &log())).await.0, 422);
    assert_eq!(ask(request(0, &leaves(9, "x"), &Signer::log("z", &[1; 32]).unwrap())).await.0, 404);
    assert_eq!(ask(request(5, &leaves(9, "x"), &Signer::log(ORIGIN, &[1; 32]).unwrap())).await.0, 403);
    assert_eq!(ask("x".into()).await.0, 400);
    assert_eq!(ask("x".repeat(100_000)).await.0, 413);
}

#[test]
fn a_memory_that_cannot_be_read_is_not_taken_for_an_empty_one() {
    for broken in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seen.json");
        if broken {
            std::fs::write(&file, "x").unwrap();
        } else {
            std::fs::create_dir(&file).unwrap();
        }
        let args = WitnessArgs {
            folder: folder.path().to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            name: "witness.example.jp".into(),
            trust: vec![log().verifier().to_string()],
        };
        assert!(Witness::open(&args, Arc::new(ManualClock::at(START_MS)), &SeededEntropy::new(1)).is_err());
    }
}

#[test]
fn a_witness_shows_its_name_and_not_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let shown = format!("{:?}", open(folder.path()));
    let secret = std::fs::read_to_string(folder.path().join("witness-key")).unwrap();
    assert!(shown.contains("witness.example.jp"), "{shown}");
    assert!(!shown.contains(secret.trim().rsplit('+').next().unwrap()), "{shown}");
}

#[tokio::test]
async fn a_witness_takes_requests_of_sixty_thousand_letters() {
    let folder = tempfile::tempdir().unwrap();
    let request = Request::post("/add-checkpoint").body(Body::from("x".repeat(65_536))).unwrap();
    assert_eq!(open(folder.path()).routes().oneshot(request).await.unwrap().status().as_u16(), 400);
}
