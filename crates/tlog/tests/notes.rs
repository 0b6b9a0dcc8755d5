//! Keys, notes and cosignatures, and canonical JSON, against the published examples and by hand.
#![cfg(test)]

use serde_json::{Value, json};
use tlog::{Checkpoint, Error, Note, Signature, Signer, Verifier, canonical, leaf_hash};

/// The example of the Go package sumdb/note, which the specification is written after.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn the_published_example_opens_and_is_signed_alike() {
    let key = Verifier::parse(GO_KEY).unwrap();
    let note = Note::parse(GO_NOTE).unwrap();
    assert_eq!(key.verify(&note), Ok(0));
    let signer = Signer::parse(GO_SECRET).unwrap();
    assert_eq!((signer.verifier().to_string(), signer.secret_text()), (GO_KEY.to_owned(), GO_SECRET.to_owned()));
    assert_eq!(Note::signed(&note.text, &signer).to_string(), GO_NOTE);
}

#[test]
fn malformed_keys_and_notes_are_refused() {
    for bad in [
        "",
        "a+b",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10==",
        "PeterNeumann+c74f20a3+AhpC2Q==",
    ] {
        assert!(Verifier::parse(bad).is_err(), "{bad}");
        assert!(Signer::parse(&format!("PRIVATE+KEY+{bad}")).is_err(), "{bad}");
    }
    let cut = GO_NOTE.trim_end();
    let bell = GO_NOTE.replace("you", "y\u{7}ou");
    for bad in [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n— a\n",
        "text\n\n— a AAAA\n",
        "text\n\n- a AAAAAAA=\n",
        cut,
        &bell,
    ] {
        assert!(Note::parse(bad).is_err(), "{bad:?}");
    }
    let many = format!("text\n\n{}", "— a AAAAAAA=\n".repeat(101));
    assert!(Note::parse(&many).is_err());
}

#[test]
fn one_wrong_signature_by_a_known_key_spoils_the_note() {
    let signer = Signer::log("a", &[1; 32]).unwrap();
    let mut note = Note::signed("text\n", &signer);
    let strange = Signer::log("b", &[2; 32]).unwrap().sign("text\n", 0);
    note.signatures.push(strange);
    assert_eq!(signer.verifier().verify(&note), Ok(0));
    let mut wrong = signer.sign("text\n", 0);
    wrong.bytes[5] ^= 1;
    note.signatures.push(wrong);
    assert_eq!(signer.verifier().verify(&note), Err(Error::BadSignature("a".into())));
}

#[test]
fn a_witness_signs_the_moment_too() {
    let log = Signer::log("example.com/log", &[1; 32]).unwrap();
    let witness = Signer::witness("example.com/witness", &[2; 32]).unwrap();
    let checkpoint = Checkpoint { origin: "example.com/log".into(), size: 1, root: leaf_hash(b"") };
    let mut note = checkpoint.sign(&log);
    let line = witness.sign(&note.text, 1_795_132_800).to_string();
    note.signatures.push(Signature::parse(line.trim_end()).unwrap());
    let key = Verifier::parse(&witness.verifier().to_string()).unwrap();
    assert_eq!(key.verify(&note), Ok(1_795_132_800));
    assert_eq!(Checkpoint::open(&note, &log.verifier()), Ok(checkpoint));
    assert!(Checkpoint::open(&note, &log.verifier().named("example.com/other").unwrap()).is_err());
    note.signatures[1].bytes[7] ^= 1;
    assert!(key.verify(&note).is_err());
    assert_eq!(format!("{witness:?}"), "Signer { name: \"example.com/witness\", .. }");
}

#[test]
fn a_key_signs_for_the_log_of_its_own_name_only() {
    let log = Signer::log("one", &[1; 32]).unwrap();
    let note = Checkpoint { origin: "two".into(), size: 1, root: leaf_hash(b"") }.sign(&log);
    assert_eq!(Checkpoint::open(&note, &log.verifier()), Err(Error::Malformed("origin")));
}

#[test]
fn keys_of_objects_stand_in_the_order_of_their_utf_16_units() {
    // The example of RFC 8785 §3.2.3.
    let value = json!({
        "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
    });
    let text = canonical(&value).unwrap();
    let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"].map(|word| text.find(word).unwrap());
    assert!(order.is_sorted(), "{text}");
}

#[test]
fn texts_are_escaped_as_little_as_possible() {
    let value = json!(["\u{20ac}$\u{f}\nA'B\"\\\"/", "\u{8}\t\u{c}\r\u{1f}\u{7f}\u{2028}", "羅針"]);
    let expected = "[\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\"/\",\"\\b\\t\\f\\r\\u001f\u{7f}\u{2028}\",\"羅針\"]";
    assert_eq!(canonical(&value).unwrap(), expected);
}

#[test]
fn whole_numbers_only() {
    let value = json!({ "b": [1, -2, 0, null, true, false, {}, []], "a": 9_007_199_254_740_991_i64 });
    assert_eq!(canonical(&value).unwrap(), r#"{"a":9007199254740991,"b":[1,-2,0,null,true,false,{},[]]}"#);
    for bad in [json!(0.5), json!(1.0), json!(9_007_199_254_740_992_i64), json!(u64::MAX), json!(i64::MIN), json!(-0.0)]
    {
        assert!(matches!(canonical(&json!([bad])), Err(Error::Number(_))));
    }
    let back: Value = serde_json::from_str(&canonical(&value).unwrap()).unwrap();
    assert_eq!(back, value);
}
