//! The fictional companies of the demo. 合成データ: none of them exists.

use platform::{Error, Result};

use crate::face::App;
use crate::identity::{self, Newcomer, SetUp};

/// Address of the sample's person.
pub const EMAIL: &str = "hanako@example.jp";
/// Password of the sample's person; only ever on sample data.
pub const PASSWORD: &str = "rashin-demo";

/// Loads the sample if there is nobody yet.
pub async fn load(app: &App) -> Result<()> {
    let ctx = app.system();
    let person = Newcomer { name: "羅針 花子".to_owned(), email: EMAIL.to_owned(), password: PASSWORD.to_owned() };
    let input = SetUp { organisation: "羅針サンプルグループ（架空）".to_owned(), kind: "group".to_owned(), person };
    match identity::actor_by_email(&ctx, EMAIL).await {
        Ok(_) => Ok(()),
        Err(Error::NotFound) => identity::seed_tenant(&ctx, &input, &[]).await.map(|_| ()),
        Err(error) => Err(error),
    }
}

/// What to tell at the start of the demo.
#[must_use]
pub fn how_to_sign_in(public_url: &str) -> String {
    format!("Sample data / 合成データ: sign in at {public_url}/sign-in\n  {EMAIL}\n  {PASSWORD}")
}
