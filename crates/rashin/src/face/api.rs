//! The API under `/api/v1`, its OpenAPI document and its page, which works offline.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use super::App;
use crate::{
    access, assessment, audit_log, benchmark, catalog, federation, identity, operate, organisation, population,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rashin",
        description = "Information security governance. Sign in with POST /sessions and send the token as `Authorization: Bearer …`. \
            Errors are problems with `kind`, `message` and every fault. Numbers are unrounded.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/api/v1")),
    security(("token" = [])),
    components(schemas(super::failure::Problem)),
    modifiers(&BearerToken)
)]
struct Document;

struct BearerToken;

impl utoipa::Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// Routes and document of all domains.
pub fn routes_and_document() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (routes, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(catalog::api::routes())
        .merge(organisation::api::routes())
        .merge(access::api::routes())
        .merge(identity::api::routes())
        .merge(federation::api::routes())
        .merge(audit_log::api::routes())
        .merge(assessment::api::routes())
        .merge(population::api::routes())
        .merge(benchmark::api::routes())
        .merge(operate::api::routes())
        .split_for_parts();
    tell_of_problems(&mut document);
    (routes, document)
}

/// Every operation may answer with a problem of any kind: not signed in, not allowed, too large, too often, our fault.
fn tell_of_problems(document: &mut utoipa::openapi::OpenApi) {
    let problem = || {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        ResponseBuilder::new().description("Problem").content("application/json", content).build()
    };
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.entry("default".to_owned()).or_insert_with(|| problem().into());
        }
    }
}

/// Everything under `/api/v1`.
pub fn router() -> Router<App> {
    let (routes, document) = routes_and_document();
    let page: Router<App> = SwaggerUi::new("/api/v1/docs").url("/api/v1/openapi.json", document).into();
    Router::new().nest("/api/v1", routes).merge(page.layer(middleware::from_fn(page_policy)))
}

/// The API page sets styles from its script, so its policy allows inline styles; scripts stay our own files.
async fn page_policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
        connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
