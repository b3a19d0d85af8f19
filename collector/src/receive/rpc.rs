//! The messages of `google.rpc` that OTLP's failures use, from
//! <https://github.com/googleapis/googleapis/tree/master/google/rpc>: too few to generate them.

use prost::Message;
use serde_json::{Value, json};

/// What went wrong, with at most one detail.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) code: tonic::Code,
    pub(super) message: String,
    pub(super) detail: Option<Detail>,
}

/// What more there is to say.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Detail {
    /// The client may send the same again after so many seconds.
    RetryInfo(u16),
    /// The data is wrong, and why.
    BadRequest(String),
}

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

impl Failure {
    /// As a binary `google.rpc.Status`.
    pub(super) fn protobuf(&self) -> Vec<u8> {
        let details = self.detail.iter().map(Detail::any).collect();
        Status { code: self.code.into(), message: self.message.clone(), details }.encode_to_vec()
    }

    /// The same as Protobuf JSON.
    pub(super) fn json(&self) -> Value {
        let mut status = json!({ "code": i32::from(self.code), "message": self.message });
        if let Some(detail) = &self.detail {
            status["details"] = json!([detail.json()]);
        }
        status
    }
}

impl Detail {
    fn any(&self) -> Any {
        let (type_url, value) = match self {
            Self::RetryInfo(seconds) => {
                let retry_delay = Some(Duration { seconds: (*seconds).into() });
                (RETRY_INFO, RetryInfo { retry_delay }.encode_to_vec())
            }
            Self::BadRequest(description) => {
                let violation = FieldViolation { description: description.clone() };
                (BAD_REQUEST, BadRequest { field_violations: vec![violation] }.encode_to_vec())
            }
        };
        Any { type_url: type_url.to_owned(), value }
    }

    fn json(&self) -> Value {
        match self {
            Self::RetryInfo(seconds) => json!({ "@type": RETRY_INFO, "retryDelay": format!("{seconds}s") }),
            Self::BadRequest(description) => {
                json!({ "@type": BAD_REQUEST, "fieldViolations": [{ "description": description }] })
            }
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Duration>,
}

#[derive(Clone, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

#[derive(Clone, PartialEq, Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    field_violations: Vec<FieldViolation>,
}

#[derive(Clone, PartialEq, Message)]
struct FieldViolation {
    #[prost(string, tag = "2")]
    description: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(detail: Option<Detail>) -> Failure {
        Failure { code: tonic::Code::InvalidArgument, message: "no".to_owned(), detail }
    }

    #[test]
    fn bad_data_is_described_in_both_encodings() {
        let failure = failure(Some(Detail::BadRequest("cut".to_owned())));
        assert_eq!(
            failure.json(),
            json!({"code": 3, "message": "no", "details": [
                {"@type": BAD_REQUEST, "fieldViolations": [{"description": "cut"}]}]})
        );
        let status = Status::decode(failure.protobuf().as_slice()).unwrap();
        assert_eq!((status.code, status.message.as_str(), status.details[0].type_url.as_str()), (3, "no", BAD_REQUEST));
        let bad = BadRequest::decode(status.details[0].value.as_slice()).unwrap();
        assert_eq!(bad.field_violations[0].description, "cut");
    }

    #[test]
    fn retry_info_has_its_delay_in_both_encodings() {
        let failure = failure(Some(Detail::RetryInfo(1)));
        assert_eq!(failure.json()["details"][0], json!({"@type": RETRY_INFO, "retryDelay": "1s"}));
        let status = Status::decode(failure.protobuf().as_slice()).unwrap();
        let retry = RetryInfo::decode(status.details[0].value.as_slice()).unwrap();
        assert_eq!(retry.retry_delay, Some(Duration { seconds: 1 }));
    }

    #[test]
    fn a_failure_without_detail_names_none() {
        assert_eq!(failure(None).json(), json!({"code": 3, "message": "no"}));
    }
}
