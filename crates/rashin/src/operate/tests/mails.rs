//! Mail by a small server on loopback, and what happens when there is none.

use std::sync::{Arc, Mutex};

use axum::http::Method;
use clap::Parser;
use platform::Language;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::face::commands::Desk;
use crate::identity::cli::{Command, run};
use crate::operate::doctor::{State, look_at_mail};
use crate::operate::mail::{Mail, MailArgs};
use crate::testing::{HANAKO, JIRO, TARO, TestApp, faults, on_both};

/// A command as it is typed.
#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

pub(crate) type Letters = Arc<Mutex<Vec<String>>>;

/// Takes mails as RFC 5321 says, or refuses every recipient.
pub(crate) async fn mail_server(refuses: bool) -> (String, Letters) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("smtp://{}", listener.local_addr().unwrap());
    let letters = Letters::default();
    let box_ = Arc::clone(&letters);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let letters = Arc::clone(&box_);
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                let mut letter: Option<String> = None;
                write.write_all(b"220 stub\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await {
                    if let Some(text) = letter.as_mut() {
                        if line == "." {
                            letters.lock().unwrap().push(letter.take().unwrap());
                            write.write_all(b"250 taken\r\n").await.unwrap();
                        } else {
                            text.push_str(&line);
                            text.push('\n');
                        }
                        continue;
                    }
                    let word = line.get(..4).unwrap_or("").to_ascii_uppercase();
                    let answer = match word.as_str() {
                        "RCPT" if refuses => "550 no such person",
                        "DATA" => {
                            letter = Some(String::new());
                            "354 go on"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    };
                    if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, letters)
}

pub(crate) fn mail(smtp: &str) -> Mail {
    let mail_from = Some("羅針 <rashin@example.jp>".to_owned());
    Mail::of(&MailArgs { smtp: Some(smtp.to_owned()), mail_from, ..MailArgs::default() }).unwrap()
}

/// The text of a mail whose body is quoted-printable or base64.
pub(crate) fn read(letter: &str) -> String {
    use base64::Engine;
    let (head, body) = letter.split_once("\n\n").unwrap();
    if head.to_ascii_lowercase().contains("base64") {
        let packed: String = body.split_whitespace().collect();
        return String::from_utf8(base64::engine::general_purpose::STANDARD.decode(packed).unwrap()).unwrap();
    }
    body.replace("=\n", "").replace("=3D", "=")
}

async fn invited(app: &TestApp, email: &str) -> (String, String) {
    let form = [("email", email), ("role", "staff"), ("unit", app.company.as_str())];
    let page = app.post("/accounts", HANAKO, &form).await.is(200).text();
    let link = page.split("value=\"http://localhost:8650/invitations/").nth(1).unwrap().split('"').next().unwrap();
    (format!("http://localhost:8650/invitations/{link}"), page)
}

on_both! {
    async fn an_invitation_is_mailed_and_shown(app: TestApp) {
        let (address, letters) = mail_server(false).await;
        let app = app.with(|inner| inner.mail = mail(&address));
        let (link, page) = invited(&app, "new@example.jp").await;
        assert!(page.contains("メールでも送りました"));
        let letters = letters.lock().unwrap().clone();
        assert_eq!(letters.len(), 1);
        assert!(letters[0].contains("To: new@example.jp") && letters[0].contains("rashin@example.jp"), "{}", letters[0]);
        let text = read(&letters[0]);
        assert_eq!(text.matches(&link).count(), 2, "{text}");
        assert!(text.contains("招待") && text.contains("You are invited"), "{text}");
        let body = json!({ "email": "next@example.jp", "role": "staff", "unit_id": app.company });
        let told = app.api(Method::POST, "/invitations", HANAKO, body).await.is(201).json();
        assert_eq!(told["mailed"], true);
    }

    async fn a_link_for_a_new_password_is_mailed_and_shown(app: TestApp) {
        let (address, letters) = mail_server(false).await;
        let app = app.with(|inner| inner.mail = mail(&address));
        let path = format!("/accounts/{}/password-reset", app.account(TARO));
        let page = app.post(&path, HANAKO, &[]).await.is(200).text();
        let link = page.split("value=\"http://localhost:8650/password-resets/").nth(1).unwrap().split('"').next().unwrap();
        assert!(page.contains("メールでも送りました"));
        let letter = letters.lock().unwrap().remove(0);
        assert!(letter.contains(&format!("To: {}", TARO.email)), "{letter}");
        let text = read(&letter);
        assert_eq!(text.matches(link).count(), 2, "{text}");
        assert!(text.contains("パスワード再設定リンク") && text.contains("new password of Rashin"), "{text}");
        let told = app.api(Method::POST, &path, HANAKO, json!(null)).await.is(201).json();
        assert_eq!(told["mailed"], true);
        let without = app.with(|inner| inner.mail = Mail::default());
        let page = without.post(&path, HANAKO, &[]).await.is(200).text();
        assert!(page.contains("/password-resets/") && !page.contains("メールでも"));
    }

    async fn who_lost_the_second_factors_is_told_by_mail(app: TestApp) {
        let (address, letters) = mail_server(false).await;
        let app = app.with(|inner| inner.mail = mail(&address));
        let sql = "INSERT INTO passkeys (id, account_id, name, content, made_at_ms, used_at_ms) VALUES ('key', $1, 'PC', '{}', 1, NULL)";
        app.damage(sql, &[app.account(TARO).into()]).await;
        let path = format!("/accounts/{}/factors/removal", app.account(TARO));
        app.post(&path, HANAKO, &[("reason", "紛失")]).await.leads_to("/accounts?done=lost-taken-mailed");
        let letter = letters.lock().unwrap().remove(0);
        let text = read(&letter);
        assert!(letter.contains(&format!("To: {}", TARO.email)) && !text.contains("紛失"), "{letter}");
        assert!(text.contains("パスワードだけ") && text.contains("took away") && text.contains("http://localhost:8650"), "{text}");
    }

    async fn links_made_by_command_are_mailed_where_mail_and_address_are_known(app: TestApp) {
        let (address, letters) = mail_server(false).await;
        let desk = Desk { app: app.app.clone(), ctx: app.ctx(HANAKO), json: false, language: Language::Ja };
        let way = ["--public-url", "https://rashin.example.jp/", "--smtp", &address, "--mail-from", "rashin@example.jp"];
        let invite = ["account", "invite", "c@example.jp", "--role", "staff", "--unit", &app.company];
        let reset = ["account", "reset", app.account(TARO)];
        for (command, to, link) in [
            (invite.as_slice(), "c@example.jp", "https://rashin.example.jp/invitations/"),
            (&reset, TARO.email, "https://rashin.example.jp/password-resets/"),
        ] {
            run(Line::parse_from(command.iter().chain(&way)).command, &desk).await.unwrap();
            let letter = letters.lock().unwrap().remove(0);
            assert!(letter.contains(&format!("To: {to}")) && read(&letter).matches(link).count() == 2, "{letter}");
        }
        // Without an address of the installation the path is printed, and nobody is sent half a link.
        run(Line::parse_from(["account", "reset", app.account(JIRO), "--smtp", &address, "--mail-from", "a@example.jp"]).command, &desk)
            .await
            .unwrap();
        assert!(letters.lock().unwrap().is_empty());
    }

    async fn an_address_adds_neither_header_nor_reader(app: TestApp) {
        let (address, letters) = mail_server(false).await;
        let app = app.with(|inner| inner.mail = mail(&address));
        let strange = [
            "a@example.jp\r\nBcc: evil@example.com",
            "a@example.jp\nSubject: evil",
            "a@example.jp%0d%0aBcc: evil@example.com",
            "a@example.jp, evil@example.com",
            "a@example.jp;evil@example.com",
            "\"a\" <evil@example.com>, b@example.jp",
            "<a@example.jp>\u{2028}Bcc:evil@example.com",
            "a@example.jp\u{0}",
        ];
        for email in strange {
            let body = json!({ "email": email, "role": "staff", "unit_id": app.company });
            let reply = app.api(Method::POST, "/invitations", HANAKO, body).await;
            assert!([201, 422].contains(&reply.status.as_u16()), "{email}: {}", reply.status);
            // What passes as an address, mail refuses.
            assert!(reply.status == 422 || reply.json()["mailed"] == false, "{email}");
        }
        assert!(letters.lock().unwrap().is_empty(), "{:?}", letters.lock().unwrap());
    }

    async fn a_failing_mail_server_never_loses_the_link(app: TestApp) {
        let (refusing, letters) = mail_server(true).await;
        for (number, smtp) in [refusing.as_str(), "smtp://127.0.0.1:9"].into_iter().enumerate() {
            let app = app.with(|inner| inner.mail = mail(smtp));
            let (link, page) = invited(&app, &format!("new{number}@example.jp")).await;
            assert!(page.contains("メールは送れませんでした"));
            app.get(link.strip_prefix("http://localhost:8650").unwrap(), crate::testing::NOBODY).await.leads_to("/invitation");
        }
        assert!(letters.lock().unwrap().is_empty());
    }

    async fn without_mail_the_link_is_shown_to_hand_over(app: TestApp) {
        let (_, page) = invited(&app, "new@example.jp").await;
        assert!(!page.contains("メールでも") && !page.contains("メールは送れません"));
    }

    async fn a_mail_server_that_answers_is_well(_app: TestApp) {
        let (address, _) = mail_server(false).await;
        assert_eq!(look_at_mail(Some(mail(&address))).await.state, State::Ok);
    }
}

#[test]
fn wrong_settings_are_told_without_the_password() {
    let of = |smtp: &str, from: &str| {
        Mail::of(&MailArgs { smtp: Some(smtp.into()), mail_from: Some(from.into()), ..MailArgs::default() })
    };
    assert_eq!(faults(of("http://user:secret@host", "a@example.jp")), [("--smtp".to_owned(), "error-smtp")]);
    assert_eq!(faults(of("smtps://user:secret@host", "nobody")), [("--mail-from".to_owned(), "error-mail-from")]);
    let Err(error) = of("http://user:secret@host", "a@example.jp") else { panic!("taken") };
    assert!(!format!("{error:?}").contains("secret"));
    assert!(!Mail::of(&MailArgs::default()).unwrap().is_set_up());
}

#[test]
fn nothing_is_sent_in_the_clear_unless_one_says_so() {
    let of = |smtp: &str, smtp_without_tls: bool| {
        let (smtp, mail_from) = (Some(smtp.to_owned()), Some("rashin@example.jp".to_owned()));
        Mail::of(&MailArgs { smtp, smtp_without_tls, mail_from })
    };
    for readable in [
        "smtp://mail.example.jp",
        "smtp://user:secret@mail.example.jp:587",
        "smtp://user:localhost@mail.example.jp",
        "smtp://mail.example.jp?tls=opportunistic",
        "smtp://mail.example.jp/localhost",
        "smtp://192.0.2.7:25",
        "smtp://localhost.example.jp",
    ] {
        assert_eq!(faults(of(readable, false)), [("--smtp".to_owned(), "error-smtp-without-tls")], "{readable}");
        assert!(of(readable, true).unwrap().is_set_up(), "{readable}");
    }
    for kept in [
        "smtps://user:secret@mail.example.jp",
        "smtp://mail.example.jp?tls=required",
        "smtp://localhost:2525",
        "smtp://127.0.0.1:9",
        "smtp://[::1]:25",
        "smtp://[::1]",
    ] {
        assert!(of(kept, false).unwrap().is_set_up(), "{kept}");
    }
}
