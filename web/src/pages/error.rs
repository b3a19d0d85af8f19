//! The page that says why there is no page.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use super::Chrome;
use crate::error::PageError;

/// The error page.
#[derive(Debug, Template)]
#[template(path = "error.html", whitespace = "minimize")]
pub(crate) struct ErrorPage {
    chrome: Chrome,
    title: String,
    sentence: String,
    /// A query that works; empty when that is not the trouble.
    example: String,
    /// The number in the log; empty when the log has nothing to add.
    request_id: String,
}

/// Writes the error page. Should even that fail, two words in plain text.
pub(crate) fn page(cause: &PageError, request_id: &str) -> Response {
    let status = cause.status();
    let page = ErrorPage {
        chrome: Chrome::new("", cause.title()),
        title: cause.title(),
        sentence: cause.sentence(),
        example: cause.example().to_owned(),
        request_id: if cause.is_internal() { request_id.to_owned() } else { String::new() },
    };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, "page failed").into_response(),
    }
}
