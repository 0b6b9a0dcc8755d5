//! Decides, in one SQL statement, whether a person may do an act to an object, and leaves a trace of every no.

use std::sync::Arc;

use platform::act::BoxFuture;
use platform::db::Reader;
use platform::{Act, Actor, Ctx, Deed, Error, Gate, Message, Object, Result};

use super::consents;
use super::refusals::{self, Refusals};
use super::store;

/// The gate of the product: a grant that carries one of the act's powers, on the object's unit or one above it.
#[derive(Debug, Default)]
pub struct Grants {
    refusals: Arc<Refusals>,
}

impl Grants {
    /// A gate that gathers the refusals of unknown people here.
    #[must_use]
    pub fn gathering(refusals: Arc<Refusals>) -> Self {
        Self { refusals }
    }
}

impl Gate for Grants {
    fn allows<'a>(
        &'a self,
        reader: &'a mut dyn Reader,
        account_id: &'a str,
        act: &'static Act,
        object: &'a Object,
        now_ms: i64,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let Some(unit_id) = &object.unit_id else { return Ok(false) };
            let values = [account_id.into(), unit_id.as_str().into(), act.powers().into(), now_ms.into()];
            Ok(!reader.fetch(&store::ALLOWED, &values).await?.is_empty())
        })
    }

    fn agreed<'a>(
        &'a self,
        deed: &'a mut Deed,
        ctx: &'a Ctx,
        act: &'static Act,
        object: &'a Object,
        content: &'a serde_json::Value,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(consents::use_up(deed, ctx, act, object, content))
    }

    fn ask<'a>(
        &'a self,
        ctx: &'a Ctx,
        act: &'static Act,
        object: &'a Object,
        content: &'a serde_json::Value,
        reason: &'a str,
    ) -> BoxFuture<'a, Error> {
        Box::pin(async move {
            match consents::ask(ctx, act, object, content, reason).await {
                Ok(true) => Error::conflict("error-needs-consent"),
                Ok(false) => Error::conflict("error-alone-too-soon"),
                Err(error) => error,
            }
        })
    }

    fn refused<'a>(&'a self, ctx: &'a Ctx, act: &'static Act, object: &'a Object) -> BoxFuture<'a, Error> {
        Box::pin(async move {
            if let Actor::Anonymous { source } = ctx.actor() {
                self.refusals.count(source, ctx.now_ms());
                return Error::Forbidden(Message::new("error-sign-in-first"));
            }
            match refusals::refuse(ctx, act, object).await {
                Ok(message) => Error::Forbidden(message),
                Err(error) => error,
            }
        })
    }
}
