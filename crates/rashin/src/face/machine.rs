//! Requests that come with a machine token: in the API only, and never for more than the token's scope.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use platform::{Ctx, Error, Message};

use super::Failure;
use super::asker::Found;
use crate::federation::{self, Machine, Purpose};
use crate::identity::{Demand, Session};

/// The act that reading below a path needs of a token that is limited to acts; none needs none, since what is read there
/// is the same for everybody.
fn reading_act(path: &str) -> Option<&'static str> {
    Some(match area(path) {
        "item-sets" | "profiles" | "index-models" | "frameworks" | "releases" | "sessions" => return None,
        "units" | "parties" => "organisation.read",
        "access" | "roles" => "access.explain",
        "accounts" | "factor-demand" => "identity.read",
        "audit-log" => "audit-log.read",
        "assessments" => "assessment.read",
        // Whatever is not named here is refused.
        _ => "federation.read",
    })
}

/// The first word of an address of the API.
fn area(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or("")
}

fn session_of(machine: &Machine) -> Session {
    Session {
        token_hash: String::new(),
        account_id: machine.account_id.clone(),
        tenant_id: machine.tenant_id.clone(),
        name: machine.name.clone(),
        email: String::new(),
        rotated_at_ms: 0,
        proved_at_ms: 0,
        unmet: Demand::Nobody,
    }
}

/// Answers a request that came with a machine token. `ctx` is that of somebody not signed in.
pub(super) async fn answer(ctx: &Ctx, token: &str, mut request: Request, next: Next) -> Response {
    let machine = match federation::find_machine(ctx, token, Purpose::Api).await {
        Ok(Some(machine)) => machine,
        Ok(None) => return next.run(request).await,
        Err(error) => return Failure(error).into_response(),
    };
    let asked = format!("{} {}", request.method(), area(request.uri().path()));
    let reading = [Method::GET, Method::HEAD].contains(request.method());
    let outside = reading && reading_act(request.uri().path()).is_some_and(|act| !machine.limit.names(act));
    if outside {
        // Nothing of the product is asked, so nothing else leaves a trace; other refusals leave their own.
        return match federation::note_refusal(ctx, &machine, &asked).await {
            Ok(()) => Failure(Error::Forbidden(Message::new("error-token-scope"))).into_response(),
            Err(error) => Failure(error).into_response(),
        };
    }
    let limit = Some(machine.limit.clone());
    let session = session_of(&machine);
    let found = Found { session, token: String::new(), limit, powers: Vec::new(), held: false };
    request.extensions_mut().insert(found);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_needs_the_act_of_its_domain_and_unknown_things_are_refused() {
        assert_eq!(reading_act("/api/v1/assessments/1"), Some("assessment.read"));
        assert_eq!(reading_act("/api/v1/units"), Some("organisation.read"));
        assert_eq!(reading_act("/api/v1/parties"), Some("organisation.read"));
        assert_eq!(reading_act("/api/v1/access/explanation"), Some("access.explain"));
        assert_eq!(reading_act("/api/v1/item-sets"), None);
        assert_eq!(reading_act("/api/v1/anything-new"), Some("federation.read"));
    }
}
