//! A bucket of one's own: what the S3 client of `object_store` asks of a store, in memory, over HTTP on loopback. It
//! can be told to misbehave.
//!
//! Puts with `If-None-Match: *` are decided under one lock, as the conditional put of the real ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use barograph_proto::time::{Clock as _, SystemClock};
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How a bucket misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It does not.
    Well,
    /// Every request is answered with this status.
    Refuses(u16),
    /// One request in so many is answered with this status.
    Sometimes(u64, u16),
    /// Every request takes so long.
    Slow(Duration),
    /// One put in so many is done and answered with an error.
    LosesReplies(u64),
    /// One answer in so many ends early.
    CutsShort(u64),
}

/// A running bucket; gone when dropped.
#[derive(Debug)]
pub(crate) struct Bucket {
    endpoint: String,
    inside: Arc<Inside>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Inside {
    objects: Mutex<BTreeMap<String, Object>>,
    mood: Mutex<Mood>,
    requests: AtomicU64,
}

#[derive(Debug)]
struct Object {
    bytes: Bytes,
    version: u64,
    modified: DateTime<Utc>,
}

/// The name of the one bucket that there is.
const NAME: &str = "audit";

impl Bucket {
    /// An empty one, on a port of the system's choice.
    pub(crate) async fn open() -> Self {
        let inside =
            Arc::new(Inside { objects: Mutex::default(), mood: Mutex::new(Mood::Well), requests: AtomicU64::new(0) });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inside));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, inside, serving }
    }

    /// Tells it how to be from now on.
    pub(crate) fn be(&self, mood: Mood) {
        *self.inside.mood.lock().unwrap() = mood;
    }

    /// Makes a command line of the binary keep its tables here.
    pub(crate) fn hold_tables_of(&self, command: &mut Command) {
        command.env("BAROGRAPH_TABLES", format!("s3://{NAME}/barograph")).envs([
            ("AWS_ENDPOINT", self.endpoint.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]);
    }

    /// The names of its objects.
    pub(crate) fn names(&self) -> Vec<String> {
        self.inside.objects.lock().unwrap().keys().cloned().collect()
    }

    /// The bytes of all objects.
    pub(crate) fn bytes(&self) -> u64 {
        self.inside.objects.lock().unwrap().values().map(|object| object.bytes.len() as u64).sum()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    let number = inside.requests.fetch_add(1, Ordering::Relaxed);
    let mood = *inside.mood.lock().unwrap();
    match mood {
        Mood::Refuses(status) => return fault(status),
        Mood::Sometimes(of, status) if number.is_multiple_of(of) => return fault(status),
        Mood::Slow(time) => tokio::time::sleep(time).await,
        _ => {}
    }
    let is_put = request.method() == Method::PUT;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let path = parts.uri.path().trim_start_matches('/').to_owned();
    let key = path.strip_prefix(NAME).unwrap_or(&path).trim_start_matches('/').to_owned();
    let key = decode(&key);
    let query: BTreeMap<String, String> =
        reqwest::Url::parse(&format!("http://bucket{}", parts.uri)).unwrap().query_pairs().into_owned().collect();
    let response = match parts.method {
        Method::PUT => inside.put(&key, body, &parts.headers),
        Method::GET if query.contains_key("list-type") => inside.list(&query),
        Method::GET | Method::HEAD => inside.get(&key, &parts.headers, parts.method == Method::HEAD),
        Method::POST if query.contains_key("delete") => inside.delete_many(&String::from_utf8_lossy(&body)),
        Method::DELETE => {
            inside.objects.lock().unwrap().remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::NOT_IMPLEMENTED.into_response(),
    };
    match mood {
        Mood::LosesReplies(of) if is_put && number.is_multiple_of(of) => fault(500),
        Mood::CutsShort(of) if number.is_multiple_of(of) => cut(response).await,
        _ => response,
    }
}

impl Inside {
    fn put(&self, key: &str, body: Bytes, headers: &HeaderMap) -> Response {
        let mut objects = self.objects.lock().unwrap();
        if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*") && objects.contains_key(key) {
            return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        let version = self.requests.load(Ordering::Relaxed);
        objects.insert(key.to_owned(), Object { bytes: body, version, modified: now() });
        ([(header::ETAG, format!("\"{version}\""))], "").into_response()
    }

    fn get(&self, key: &str, headers: &HeaderMap, head: bool) -> Response {
        let objects = self.objects.lock().unwrap();
        let Some(Object { bytes, version, modified }) = objects.get(key) else {
            return error(StatusCode::NOT_FOUND, "NoSuchKey");
        };
        let (mut status, mut part, mut told) = (StatusCode::OK, bytes.clone(), None);
        if let Some(range) = headers.get(header::RANGE).and_then(|range| range.to_str().ok()) {
            let Some((from, to)) = span(range, bytes.len()) else {
                return error(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange");
            };
            (status, part) = (StatusCode::PARTIAL_CONTENT, bytes.slice(from..to));
            told = Some((header::CONTENT_RANGE, format!("bytes {from}-{}/{}", to - 1, bytes.len())));
        }
        let len = part.len();
        let body = if head { Body::empty() } else { Body::from(part) };
        let mut response = (status, [(header::ETAG, format!("\"{version}\""))], body).into_response();
        let fixed = [(header::CONTENT_LENGTH, len.to_string()), (header::LAST_MODIFIED, modified.to_rfc2822())];
        for (name, value) in fixed.into_iter().chain(told) {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    }

    /// Lists in one page; prefix, delimiter and start-after as the real ones have them.
    fn list(&self, query: &BTreeMap<String, String>) -> Response {
        let of = |name: &str| query.get(name).cloned().unwrap_or_default();
        let (prefix, delimiter, after) = (of("prefix"), of("delimiter"), of("start-after"));
        let objects = self.objects.lock().unwrap();
        let (mut contents, mut folders) = (String::new(), Vec::new());
        for (key, object) in objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after) {
            let rest = key.get(prefix.len()..).unwrap_or_default();
            if let Some((folder, _)) = (!delimiter.is_empty()).then(|| rest.split_once(&delimiter)).flatten() {
                let folder = format!("{prefix}{folder}{delimiter}");
                if !folders.contains(&folder) {
                    folders.push(folder);
                }
                continue;
            }
            let (size, version, modified) = (object.bytes.len(), object.version, object.modified.to_rfc3339());
            write!(
                contents,
                "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified>\
                 <ETag>&quot;{version}&quot;</ETag><Size>{size}</Size></Contents>"
            )
            .unwrap();
        }
        for folder in folders {
            write!(contents, "<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>").unwrap();
        }
        let text = format!(
            "<?xml version=\"1.0\"?><ListBucketResult><Name>{NAME}</Name><IsTruncated>false</IsTruncated>{contents}\
             </ListBucketResult>"
        );
        ([(header::CONTENT_TYPE, "application/xml")], text).into_response()
    }

    fn delete_many(&self, body: &str) -> Response {
        let mut objects = self.objects.lock().unwrap();
        let mut told = String::new();
        for part in body.split("<Key>").skip(1) {
            let key = part.split("</Key>").next().unwrap_or_default();
            objects.remove(key);
            write!(told, "<Deleted><Key>{key}</Key></Deleted>").unwrap();
        }
        let text = format!("<?xml version=\"1.0\"?><DeleteResult>{told}</DeleteResult>");
        ([(header::CONTENT_TYPE, "application/xml")], text).into_response()
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(SystemClock.now()).unwrap()
}

/// From and to of a range such as `bytes=0-9`, `bytes=5-` or `bytes=-3`.
fn span(range: &str, len: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, (to + 1).min(len)),
        (Ok(from), Err(_)) => (from, len),
        (Err(_), Ok(last)) => (len.saturating_sub(last), len),
        (Err(_), Err(_)) => return None,
    };
    (from < to).then_some((from, to))
}

fn decode(key: &str) -> String {
    let pairs = format!("k={}", key.replace('+', "%2B"));
    reqwest::Url::parse(&format!("http://bucket/?{pairs}")).unwrap().query_pairs().next().unwrap().1.into_owned()
}

fn error(status: StatusCode, code: &str) -> Response {
    let text = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>");
    (status, [(header::CONTENT_TYPE, "application/xml")], text).into_response()
}

fn fault(status: u16) -> Response {
    error(StatusCode::from_u16(status).unwrap(), "InternalError")
}

/// The first half of an answer that announces the whole.
async fn cut(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if bytes.len() < 2 {
        return Response::from_parts(parts, Body::from(bytes));
    }
    let half = bytes.slice(..bytes.len() / 2);
    let broken = futures::stream::iter([Ok(half), Err(std::io::Error::other("cut"))]);
    let mut response = Response::from_parts(parts, Body::from_stream(broken));
    response.headers_mut().insert(header::CONTENT_LENGTH, bytes.len().to_string().parse().unwrap());
    response
}
