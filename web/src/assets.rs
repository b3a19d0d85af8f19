//! The static files, compiled in and named by their content, so that browsers keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::error::PageError;

/// A static file.
#[derive(Debug)]
struct Asset {
    /// `page-0123456789ab.css`.
    name: String,
    media_type: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, content: &'static str) -> Self {
        let digest = hex::encode(Sha256::digest(content.as_bytes()));
        let digest: String = digest.chars().take(12).collect();
        Self { name: format!("{stem}-{digest}.{extension}"), media_type, content }
    }

    fn href(&self) -> String {
        format!("/static/{}", self.name)
    }
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("page", "css", "text/css; charset=utf-8", include_str!("../static/page.css")));
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("page", "js", "text/javascript; charset=utf-8", include_str!("../static/page.js")));
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("../static/icon.svg")));

/// Where the style sheet is.
pub(crate) fn style() -> String {
    STYLE.href()
}

/// Where the script is.
pub(crate) fn script() -> String {
    SCRIPT.href()
}

/// Where the icon is.
pub(crate) fn icon() -> String {
    ICON.href()
}

/// `GET /static/{name}`.
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let Some(asset) = [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name) else {
        return PageError::NotFound("There is no such file").into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.content).into_response()
}
