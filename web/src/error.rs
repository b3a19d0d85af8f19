//! What a page answers when it cannot answer. The one place where failures become status codes and sentences.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use barograph_query::archive::AskError;

use crate::params::BadParameter;

/// Why there is no page. Travels in the response's extensions to [`crate::layers`], which logs it and writes the page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// A parameter does not parse.
    #[error("a parameter does not parse")]
    BadParameter(#[from] BadParameter),
    /// The address is longer than we read.
    #[error("the address is too long")]
    TooLong,
    /// There is no such page, session or record.
    #[error("not found")]
    NotFound(&'static str),
    /// A form was posted that is not ours.
    #[error("a form was sent from another site")]
    SentFromElsewhere,
    /// Pages are only read.
    #[error("method not allowed")]
    NotAllowed,
    /// The archive gave no answer.
    #[error("the archive gave no answer")]
    Ask(#[from] AskError),
    /// The page took longer than pages may.
    #[error("the page took too long")]
    TimedOut,
    /// The template failed.
    #[error("the page could not be written")]
    Render(#[from] askama::Error),
    /// The handler panicked: a fault of ours.
    #[error("the handler panicked")]
    Panicked,
}

impl PageError {
    /// The status code.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadParameter(_) | Self::Ask(AskError::Refused { .. }) => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::URI_TOO_LONG,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::SentFromElsewhere => StatusCode::FORBIDDEN,
            Self::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Ask(AskError::TimedOut { .. } | AskError::OutOfMemory) | Self::TimedOut => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Ask(AskError::Broken { .. }) | Self::Render(_) | Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The headline.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::BadParameter(bad) => format!("The parameter “{}” cannot be read", bad.name),
            Self::TooLong => "This address is too long".to_owned(),
            Self::NotFound(what) => (*what).to_owned(),
            Self::SentFromElsewhere => "This form was sent from another site".to_owned(),
            Self::NotAllowed => "Pages here are only read".to_owned(),
            Self::Ask(AskError::Refused { .. }) => "This question cannot be asked".to_owned(),
            Self::Ask(AskError::TimedOut { .. } | AskError::OutOfMemory) | Self::TimedOut => {
                "This question is too large".to_owned()
            }
            Self::Ask(AskError::Broken { .. }) | Self::Render(_) | Self::Panicked => {
                "Barograph failed to make this page".to_owned()
            }
        }
    }

    /// What to know and what to do: a sentence. Fixed text for what is internal.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::BadParameter(bad) => bad.problem.clone(),
            Self::TooLong => "Fewer or shorter filters will do.".to_owned(),
            Self::NotFound(_) => "It may never have been received, or retention has removed it. \
                                  Search by any part of what you have in hand."
                .to_owned(),
            Self::SentFromElsewhere => {
                "Only Barograph’s own pages may ask. Open the page here and send it again.".to_owned()
            }
            Self::NotAllowed => "Only GET and HEAD are answered.".to_owned(),
            Self::Ask(error @ (AskError::Refused { .. } | AskError::TimedOut { .. } | AskError::OutOfMemory)) => {
                sentence(&error.to_string())
            }
            Self::TimedOut => {
                "The page took longer than pages may. Ask for a shorter time or with more filters.".to_owned()
            }
            Self::Ask(AskError::Broken { .. }) | Self::Render(_) | Self::Panicked => {
                "The fault is ours, and what agents send is not affected. The log has the cause under the number below."
                    .to_owned()
            }
        }
    }

    /// A query that works, for a parameter that does not.
    pub(crate) fn example(&self) -> &str {
        match self {
            Self::BadParameter(bad) => &bad.example,
            _ => "",
        }
    }

    /// Whether the fault is ours: logged with its cause, shown without.
    pub(crate) fn is_internal(&self) -> bool {
        self.status() == StatusCode::INTERNAL_SERVER_ERROR
    }

    /// The causes, outermost first, for the log. Parameter values are not among them.
    pub(crate) fn causes(&self) -> String {
        let mut text = self.to_string();
        if let Self::BadParameter(_) | Self::Ask(AskError::Refused { .. }) = self {
            return text;
        }
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// An error message as a sentence of its own.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if message.ends_with('.') { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_of_internal_faults_stay_in_the_log() {
        let error = PageError::Ask(AskError::Broken {
            tables: "/secret/place".into(),
            source: Box::new(std::io::Error::other("disk on fire")),
        });
        assert!(error.is_internal());
        assert!(!format!("{}{}", error.title(), error.sentence()).contains("/secret/place"));
        assert!(error.causes().ends_with("disk on fire"), "{}", error.causes());
    }

    #[test]
    fn the_questions_own_sentence_is_shown() {
        let error = PageError::Ask(AskError::TimedOut { limit_s: 30 });
        assert_eq!(error.sentence(), "The query took longer than 30 s; ask for a shorter time or fewer rows.");
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
