//! The pages: one file each (parameters, page struct, handler), one template each. What all of them share is here.

pub(crate) mod error;
pub(crate) mod health;
pub(crate) mod hotspots;
pub(crate) mod overview;
pub(crate) mod probes;
pub(crate) mod record;
pub(crate) mod search;
pub(crate) mod seen;
pub(crate) mod session;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use barograph_query::questions::overview::newest;

use crate::error::PageError;
use crate::period::end;
use crate::{Site, assets};

/// What stands around every page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chrome {
    /// Title of the document, without the product's name.
    pub(crate) title: String,
    /// Which entry of the navigation we are at: `overview`, `search`, `hotspots`, `seen` or nothing.
    pub(crate) here: &'static str,
    /// Style sheet.
    pub(crate) style: String,
    /// Script.
    pub(crate) script: String,
    /// Icon.
    pub(crate) icon: String,
}

impl Chrome {
    pub(crate) fn new(here: &'static str, title: impl Into<String>) -> Self {
        Self { title: title.into(), here, style: assets::style(), script: assets::script(), icon: assets::icon() }
    }
}

/// How to connect an agent, on pages that have nothing to show yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connect {
    /// Where to send OTLP over gRPC.
    pub(crate) grpc: String,
    /// Where to send OTLP over HTTP.
    pub(crate) http: String,
}

impl Connect {
    pub(crate) fn new(site: &Site) -> Self {
        Self { grpc: site.otlp_grpc_endpoint.clone(), http: site.otlp_http_endpoint.clone() }
    }
}

/// Writes a page.
pub(crate) fn write(status: StatusCode, page: &impl Template) -> Result<Response, PageError> {
    Ok((status, Html(page.render()?)).into_response())
}

/// Where the time of a page ends that is given none.
pub(crate) async fn end_of_time(site: &Site) -> Result<i64, PageError> {
    Ok(end(site.clock.now(), newest(&site.archive).await?))
}
