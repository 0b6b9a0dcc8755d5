//! SCIM 2.0 under `/scim/v2`: bodies and answers as RFC 7643 and RFC 7644 have them.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use platform::{Actor, Ctx, Error, Language, Via};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::face::{App, Asker};
use crate::federation::scim::{self, Asked, Listed, MOST_PER_PAGE, OF_GROUPS, OF_PEOPLE};
use crate::federation::scim_change::{GroupChange, PersonChange};
use crate::federation::store::{Group, Person};
use crate::federation::{Purpose, find_machine, scim_filter};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Why somebody stays inactive: an administrator of Rashin suspended them, and only one can end that.
const SUSPENSION: &str = "urn:ietf:params:scim:schemas:extension:rashin:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The routes.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/scim/v2/ServiceProviderConfig", get(show_config))
        .route("/scim/v2/ResourceTypes", get(list_types))
        .route("/scim/v2/Schemas", get(list_schemas))
        .route("/scim/v2/Users", get(list_people).post(add_person))
        .route("/scim/v2/Users/{id}", get(show_person).put(replace_person).patch(patch_person).delete(remove_person))
        .route("/scim/v2/Groups", get(list_groups).post(add_group))
        .route("/scim/v2/Groups/{id}", get(show_group).put(replace_group).patch(patch_group).delete(remove_group))
        .method_not_allowed_fallback(refuse_method)
        .route("/scim/v2/{*rest}", any(show_nothing))
}

/// An answer with its status.
struct Said(StatusCode, Value);

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        (self.0, [(header::CONTENT_TYPE, "application/scim+json")], self.1.to_string()).into_response()
    }
}

/// A failure as SCIM tells it.
fn failure(status: StatusCode, kind: &str, detail: &str) -> Said {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.as_u16().to_string(), "detail": detail,
    });
    if !kind.is_empty() {
        body["scimType"] = json!(kind);
    }
    Said(status, body)
}

fn unreadable(kind: &'static str) -> Said {
    failure(StatusCode::BAD_REQUEST, kind, "The request was not understood.")
}

/// What the other side can do nothing about.
fn failed(error: &Error) -> Said {
    tracing::error!(%error, "provisioning failed");
    failure(StatusCode::INTERNAL_SERVER_ERROR, "", "Something failed on our side.")
}

type Reply = Result<Said, Said>;

/// The machine that asks.
struct Provisioner {
    ctx: Ctx,
    app: App,
}

impl FromRequestParts<App> for Provisioner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let secret = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let secret = secret.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
        let anonymous = app.ctx(Actor::Anonymous { source: String::new() }, Via::Api);
        let machine = match find_machine(&anonymous, secret, Purpose::Scim).await {
            Ok(Some(machine)) => machine,
            Ok(None) => {
                let Ok(asker) = Asker::from_request_parts(parts, app).await;
                app.refusals.count(&asker.door.source, anonymous.now_ms());
                let refused = failure(StatusCode::UNAUTHORIZED, "", "A machine token for provisioning is needed.");
                return Err(([(header::WWW_AUTHENTICATE, "Bearer")], refused).into_response());
            }
            Err(error) => return Err(failed(&error).into_response()),
        };
        let actor = Actor::Account { id: machine.account_id, tenant_id: machine.tenant_id, name: machine.name };
        Ok(Self { ctx: anonymous.as_actor(actor).within(machine.limit), app: app.clone() })
    }
}

impl Provisioner {
    fn told(&self, error: Error) -> Said {
        let show = |message| self.app.texts.show(Language::En, message);
        match error {
            Error::NotFound => failure(StatusCode::NOT_FOUND, "", "There is no such resource."),
            Error::Forbidden(message) => failure(StatusCode::FORBIDDEN, "", &show(&message)),
            Error::Invalid(faults) => {
                let all: Vec<String> =
                    faults.iter().map(|fault| format!("{}: {}", fault.field, show(&fault.message))).collect();
                failure(StatusCode::BAD_REQUEST, "invalidValue", &all.join(" "))
            }
            Error::Conflict(message) => failure(StatusCode::CONFLICT, "uniqueness", &show(&message)),
            Error::TooMany(message) => failure(StatusCode::TOO_MANY_REQUESTS, "", &show(&message)),
            Error::Busy(message) => failure(StatusCode::SERVICE_UNAVAILABLE, "", &show(&message)),
            error @ Error::Internal(_) => failed(&error),
        }
    }

    fn address(&self, kind: &str, id: &str) -> String {
        format!("{}/scim/v2/{kind}/{id}", self.app.public_url)
    }

    fn meta(&self, kind: &str, list: &str, id: &str, made_at_ms: i64, changed_at_ms: i64) -> Value {
        let moment =
            |at_ms| jiff::Timestamp::from_millisecond(at_ms).map(|moment| moment.to_string()).unwrap_or_default();
        json!({
            "resourceType": kind, "created": moment(made_at_ms), "lastModified": moment(changed_at_ms),
            "location": self.address(list, id),
        })
    }

    fn person(&self, person: &Person) -> Value {
        let mut shown = json!({
            "schemas": [USER], "id": person.id, "externalId": person.external_id, "userName": person.email,
            "displayName": person.name, "name": { "formatted": person.name }, "active": !person.suspended,
            "emails": [{ "value": person.email, "type": "work", "primary": true }],
            "meta": self.meta("User", "Users", &person.id, person.made_at_ms, person.changed_at_ms),
        });
        if person.by_hand {
            shown["schemas"] = json!([USER, SUSPENSION]);
            shown[SUSPENSION] = json!({ "suspendedBy": "administrator" });
        }
        shown
    }

    fn group(&self, group: &Group) -> Value {
        let member =
            |(id, name): &(String, String)| json!({ "value": id, "display": name, "$ref": self.address("Users", id) });
        json!({
            "schemas": [GROUP], "id": group.id, "externalId": group.external_id, "displayName": group.name,
            "members": group.members.iter().map(member).collect::<Vec<_>>(),
            "meta": self.meta("Group", "Groups", &group.id, group.made_at_ms, group.changed_at_ms),
        })
    }
}

/// A body of JSON.
struct Sent(Value);

impl FromRequest<App> for Sent {
    type Rejection = Said;

    async fn from_request(request: Request, app: &App) -> Result<Self, Said> {
        let bytes = Bytes::from_request(request, app).await;
        let bytes =
            bytes.map_err(|refused| failure(refused.into_response().status(), "", "The body was not taken."))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| unreadable("invalidSyntax"))
    }
}

/// Query of a list, as text, so that what is no number is told in the form of SCIM.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    start_index: Option<String>,
    count: Option<String>,
    filter: Option<String>,
}

impl FromRequestParts<App> for Page {
    type Rejection = Said;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Said> {
        let read = Query::<Self>::from_request_parts(parts, app).await;
        read.map(|Query(page)| page).map_err(|_| unreadable("invalidValue"))
    }
}

impl Page {
    fn asked(self, attributes: &[&str]) -> Result<Asked, Said> {
        let number = |text: Option<String>, otherwise| {
            text.map_or(Ok(otherwise), |text| text.trim().parse::<i64>().map_err(|_| unreadable("invalidValue")))
        };
        let terms = match self.filter.filter(|filter| !filter.trim().is_empty()) {
            None => Vec::new(),
            Some(filter) => scim_filter::filter(&filter).ok_or_else(|| unreadable("invalidFilter"))?,
        };
        if terms.iter().any(|(attribute, _)| !attributes.contains(&attribute.as_str())) {
            return Err(unreadable("invalidFilter"));
        }
        Ok(Asked { start: number(self.start_index, 1)?, count: number(self.count, MOST_PER_PAGE)?, terms })
    }
}

fn list<T>(listed: &Listed<T>, shown: impl Fn(&T) -> Value) -> Said {
    let items: Vec<Value> = listed.items.iter().map(shown).collect();
    Said(
        StatusCode::OK,
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": listed.total,
            "startIndex": listed.start, "itemsPerPage": items.len(), "Resources": items,
        }),
    )
}

async fn show_config(_: Provisioner) -> Said {
    let no = json!({ "supported": false });
    Said(
        StatusCode::OK,
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": { "supported": true }, "filter": { "supported": true, "maxResults": MOST_PER_PAGE },
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "changePassword": no, "sort": no, "etag": no,
            "authenticationSchemes": [{ "type": "oauthbearertoken", "name": "Machine token", "description": "Authorization: Bearer" }],
        }),
    )
}

async fn list_types(_: Provisioner) -> Said {
    let kind = |name: &str, endpoint: &str, schema: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": name, "name": name,
            "endpoint": endpoint, "schema": schema,
        })
    };
    let mut items = vec![kind("User", "/Users", USER), kind("Group", "/Groups", GROUP)];
    items[0]["schemaExtensions"] = json!([{ "schema": SUSPENSION, "required": false }]);
    list(&Listed { total: 2, start: 1, items }, Value::clone)
}

async fn list_schemas(_: Provisioner) -> Said {
    let attribute = |name: &str, kind: &str, required: bool, many: bool| {
        json!({
            "name": name, "type": kind, "required": required, "multiValued": many, "caseExact": false,
            "mutability": "readWrite", "returned": "default", "uniqueness": if required { "server" } else { "none" },
        })
    };
    let schema = |id: &str, name: &str, attributes: Vec<Value>| json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": id, "name": name, "attributes": attributes });
    let person = ["displayName", "externalId"].map(|name| attribute(name, "string", false, false));
    let mut person = Vec::from(person);
    person.push(attribute("userName", "string", true, false));
    person.push(attribute("active", "boolean", false, false));
    person.push(attribute("name", "complex", false, false));
    person.push(attribute("emails", "complex", false, true));
    let group = vec![attribute("displayName", "string", true, false), attribute("members", "complex", false, true)];
    let mut suspended_by = attribute("suspendedBy", "string", false, false);
    suspended_by["mutability"] = json!("readOnly");
    let suspension = schema(SUSPENSION, "Suspension", vec![suspended_by]);
    let items = vec![schema(USER, "User", person), schema(GROUP, "Group", group), suspension];
    list(&Listed { total: 3, start: 1, items }, Value::clone)
}

async fn show_nothing(_: Provisioner) -> Said {
    failure(StatusCode::NOT_FOUND, "", "There is no such resource.")
}

async fn refuse_method(_: Provisioner) -> Said {
    failure(StatusCode::METHOD_NOT_ALLOWED, "", "This cannot be done to that resource.")
}

async fn list_people(asker: Provisioner, page: Page) -> Reply {
    let listed = scim::list_people(&asker.ctx, &page.asked(OF_PEOPLE)?).await.map_err(|error| asker.told(error))?;
    Ok(list(&listed, |one| asker.person(one)))
}

async fn show_person(asker: Provisioner, Path(id): Path<String>) -> Reply {
    let found = scim::person(&asker.ctx, &id).await.map_err(|error| asker.told(error))?;
    Ok(Said(StatusCode::OK, asker.person(&found)))
}

async fn add_person(asker: Provisioner, Sent(body): Sent) -> Reply {
    let change = PersonChange::of_resource(&body).map_err(unreadable)?;
    let made = scim::add_person(&asker.ctx, &change).await.map_err(|error| asker.told(error))?;
    Ok(Said(StatusCode::CREATED, asker.person(&made)))
}

async fn changed_person(asker: &Provisioner, id: &str, change: &PersonChange) -> Reply {
    let now = scim::change_person(&asker.ctx, id, change).await.map_err(|error| asker.told(error))?;
    Ok(Said(StatusCode::OK, asker.person(&now)))
}

async fn replace_person(asker: Provisioner, Path(id): Path<String>, Sent(body): Sent) -> Reply {
    changed_person(&asker, &id, &PersonChange::of_resource(&body).map_err(unreadable)?).await
}

async fn patch_person(asker: Provisioner, Path(id): Path<String>, Sent(body): Sent) -> Reply {
    changed_person(&asker, &id, &PersonChange::of_patch(&body).map_err(unreadable)?).await
}

/// A person who is removed there is suspended here: what they did stays told in their name.
async fn remove_person(asker: Provisioner, Path(id): Path<String>) -> Reply {
    let change = PersonChange { active: Some(false), ..PersonChange::default() };
    changed_person(&asker, &id, &change).await.map(|_| Said(StatusCode::NO_CONTENT, Value::Null))
}

async fn list_groups(asker: Provisioner, page: Page) -> Reply {
    let listed = scim::list_groups(&asker.ctx, &page.asked(OF_GROUPS)?).await.map_err(|error| asker.told(error))?;
    Ok(list(&listed, |one| asker.group(one)))
}

async fn show_group(asker: Provisioner, Path(id): Path<String>) -> Reply {
    let found = scim::group(&asker.ctx, &id).await.map_err(|error| asker.told(error))?;
    Ok(Said(StatusCode::OK, asker.group(&found)))
}

async fn add_group(asker: Provisioner, Sent(body): Sent) -> Reply {
    let change = GroupChange::of_resource(&body).map_err(unreadable)?;
    let made = scim::add_group(&asker.ctx, &change).await.map_err(|error| asker.told(error))?;
    Ok(Said(StatusCode::CREATED, asker.group(&made)))
}

async fn changed_group(asker: &Provisioner, id: &str, change: &GroupChange) -> Reply {
    let now = scim::change_group(&asker.ctx, id, change).await.map_err(|error| asker.told(error))?;
    Ok(Said(StatusCode::OK, asker.group(&now)))
}

async fn replace_group(asker: Provisioner, Path(id): Path<String>, Sent(body): Sent) -> Reply {
    changed_group(&asker, &id, &GroupChange::of_resource(&body).map_err(unreadable)?).await
}

async fn patch_group(asker: Provisioner, Path(id): Path<String>, Sent(body): Sent) -> Reply {
    changed_group(&asker, &id, &GroupChange::of_patch(&body).map_err(unreadable)?).await
}

async fn remove_group(asker: Provisioner, Path(id): Path<String>) -> Reply {
    scim::remove_group(&asker.ctx, &id).await.map_err(|error| asker.told(error))?;
    Ok(Said(StatusCode::NO_CONTENT, Value::Null))
}
