//! Throw-away databases for tests, empty or copied from a template that is filled once. The product's tests use it too.
//!
//! A template belongs to one build of one test program; its name is made of the program's path, size and moment of
//! change, so a new build fills a new one. Tests run in many processes at once: the SQLite template is put in place by a
//! rename, the PostgreSQL one is made under an advisory lock.

use std::path::{Path, PathBuf};
use std::pin::Pin;

use platform::clock::{Entropy, SystemEntropy};
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};

/// Environment variable with the address of a PostgreSQL server on which tests may make databases.
const SERVER: &str = "RASHIN_TEST_POSTGRES";
/// Key of the advisory lock under which the template is made.
const LOCK: i64 = 0x7261_7368_696e;
/// Role the databases belong to and are used as. The wall between tenants binds it, as it binds no superuser.
const ROLE: &str = "rashin_test";

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Fills the empty database at an address; everything it opens is closed when it returns.
pub(crate) type Fill = fn(String) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// A database that is gone after [`Scratch::remove`].
#[derive(Debug)]
pub(crate) struct Scratch {
    address: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File(tempfile::TempDir),
    Server(Box<PgConnectOptions>, String),
}

impl Scratch {
    /// An empty database.
    pub(crate) async fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::file(None),
            Kind::Postgres => Self::database("template0").await,
        }
    }

    /// A copy of the template `name` of this test program, which `fill` fills when it is not there yet.
    pub(crate) async fn copy(kind: Kind, name: &str, fill: Fill) -> Self {
        let name = format!("rashin_template_{}", template_id(name));
        match kind {
            Kind::Sqlite => Self::file(Some(&sqlite_template(&name, fill).await)),
            Kind::Postgres => {
                make_postgres_template(&name, fill).await;
                Self::database(&name).await
            }
        }
    }

    fn file(template: Option<&Path>) -> Self {
        let folder = scratch_folder();
        let path = folder.path().join("rashin.sqlite");
        if let Some(template) = template {
            std::fs::copy(template, &path).unwrap();
        }
        Self { address: path.display().to_string(), place: Place::File(folder) }
    }

    async fn database(template: &str) -> Self {
        let (address, server) = server();
        let name = format!("rashin_test_{}", random_name());
        let mut connection = server.connect().await.unwrap();
        make_role(&mut connection, &server_password(&address)).await;
        run(&mut connection, format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}")).await;
        connection.close().await.unwrap();
        Self { address: with_database(&address, &name), place: Place::Server(Box::new(server), name) }
    }

    /// What `Db::open` takes.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Takes the database away, whoever is still connected.
    pub(crate) async fn remove(self) {
        match self.place {
            Place::File(folder) => folder.close().unwrap(),
            Place::Server(server, name) => {
                let mut connection = server.connect().await.unwrap();
                run(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                connection.close().await.unwrap();
            }
        }
    }
}

async fn run(connection: &mut PgConnection, sql: String) {
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

fn server() -> (String, PgConnectOptions) {
    let Ok(address) = std::env::var(SERVER) else {
        panic!("{SERVER} is not set: run script/test, which starts a throw-away PostgreSQL server");
    };
    let options: PgConnectOptions = address.parse().unwrap();
    (address, options.disable_statement_logging())
}

/// The server's address with another database, in the name of [`ROLE`].
fn with_database(address: &str, name: &str) -> String {
    let (base, query) = address.split_at(address.find('?').unwrap_or(address.len()));
    let host = base.find("://").map_or(0, |at| at + 3);
    let end = base[host..].find('/').map_or(base.len(), |at| host + at);
    let server = base[host..end].rsplit('@').next().unwrap_or_default();
    let password = server_password(address);
    let password = if password.is_empty() { password } else { format!(":{password}") };
    format!("{}{ROLE}{password}@{server}/{name}{query}", &base[..host])
}

/// The password in the server's address, which the role gets too; empty where there is none.
fn server_password(address: &str) -> String {
    let server = address.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    let user = server.rsplit_once('@').map_or("", |(user, _)| user);
    user.split_once(':').map_or("", |(_, password)| password).to_owned()
}

/// Makes the role if it is not there yet.
async fn make_role(connection: &mut PgConnection, password: &str) {
    let with = if password.is_empty() { String::new() } else { format!("PASSWORD '{password}'") };
    let sql = format!(
        "DO $$ BEGIN PERFORM pg_advisory_xact_lock({LOCK} + 1); \
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN \
        CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS {with}; END IF; END $$"
    );
    run(connection, sql).await;
}

fn random_name() -> String {
    let mut bytes = [0_u8; 8];
    SystemEntropy.fill(&mut bytes).unwrap();
    hex::encode(bytes)
}

/// Tests need not outlive a power failure, so their files lie in memory where they can.
pub(crate) fn scratch_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Names the template of this build of this test program.
fn template_id(name: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let facts = program.metadata().unwrap();
    let text = format!("{name} {} {} {:?}", program.display(), facts.len(), facts.modified().unwrap());
    hex::encode(&Sha256::digest(text.as_bytes())[..8])
}

async fn sqlite_template(name: &str, fill: Fill) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let place = program.with_file_name(format!("{name}.sqlite"));
    if !place.exists() {
        let made = Scratch::file(None);
        fill(made.address.clone()).await;
        let aside = place.with_extension(random_name());
        std::fs::copy(&made.address, &aside).unwrap();
        std::fs::rename(&aside, &place).unwrap();
    }
    place
}

async fn make_postgres_template(name: &str, fill: Fill) {
    let (address, options) = server();
    let mut connection = options.connect().await.unwrap();
    run(&mut connection, format!("SELECT pg_advisory_lock({LOCK})")).await;
    // One that was not finished is not marked as a template.
    let found = sqlx::query("SELECT datistemplate FROM pg_database WHERE datname = $1").bind(name.to_owned());
    let found = found.fetch_optional(&mut connection).await.unwrap();
    if !found.is_some_and(|row| row.get::<bool, _>(0)) {
        run(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        make_role(&mut connection, &server_password(&address)).await;
        run(&mut connection, format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0")).await;
        fill(with_database(&address, name)).await;
        run(&mut connection, format!("ALTER DATABASE {name} WITH IS_TEMPLATE true")).await;
    }
    // Closing lets go of the lock.
    connection.close().await.unwrap();
}
