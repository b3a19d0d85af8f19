//! Which address answers with what. One function for the server and for tests.

use axum::Router;
use axum::routing::get;

use crate::error::PageError;
use crate::{Site, assets, layers, pages};

/// All of the dashboard.
pub fn router(site: Site) -> Router {
    let clock = std::sync::Arc::clone(&site.clock);
    let routes = Router::new()
        .route("/", get(pages::overview::get))
        .route("/search", get(pages::search::get))
        .route("/sessions/{session_id}", get(pages::session::get))
        .route("/hotspots", get(pages::hotspots::get))
        .route("/seen", get(pages::seen::get).post(pages::seen::post).layer(pages::seen::limit()))
        .route("/events/{event_id}", get(pages::record::get))
        .route("/health", get(pages::health::get))
        .route("/healthz", get(pages::probes::alive))
        .route("/readyz", get(pages::probes::ready))
        .route("/metrics", get(pages::probes::metrics))
        .route("/static/{name}", get(assets::serve))
        .method_not_allowed_fallback(async || PageError::NotAllowed)
        .fallback(async || PageError::NotFound("There is no such page"))
        .with_state(site);
    layers::around(routes, clock)
}
