//! The bucket that holds the tables, when an address names one. Credentials, regions and endpoints come from the
//! variables that the provider's own tools read (`AWS_…`, `GOOGLE_…`, `AZURE_…`), or from the machine's role.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

/// What one request may take. A data file has 64 MiB.
const REQUEST_TIME: Duration = Duration::from_mins(1);

/// How long to wait for a connection.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// How long a failing request is tried again where it stands. Whoever asked for it has patience of their own: the
/// committer tries for ever, and a query has its limit.
const RETRY_TIME: Duration = Duration::from_secs(15);

/// Opens the bucket of an address such as `s3://audit/barograph`, from its root.
///
/// # Errors
/// When the variables do not make a client; a bucket that does not answer is found out later.
pub fn open(url: &Url) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let retry = RetryConfig { max_retries: 4, retry_timeout: RETRY_TIME, backoff: BackoffConfig::default() };
    let store: object_store::Result<Arc<dyn ObjectStore>> = match url.scheme() {
        "gs" => {
            let builder = GoogleCloudStorageBuilder::from_env().with_url(url.as_str());
            builder.with_retry(retry).with_client_options(options(false)).build().map(|store| Arc::new(store) as _)
        }
        "az" => {
            let builder = MicrosoftAzureBuilder::from_env().with_url(url.as_str());
            builder
                .with_retry(retry)
                .with_client_options(options(allows_http("AZURE")))
                .build()
                .map(|store| Arc::new(store) as _)
        }
        _ => {
            let builder = AmazonS3Builder::from_env().with_url(url.as_str());
            builder
                .with_retry(retry)
                .with_client_options(options(allows_http("AWS")))
                .build()
                .map(|store| Arc::new(store) as _)
        }
    };
    store.with_context(|| {
        format!("cannot use the bucket {url}; set the variables that its provider's own tools take, such as AWS_REGION")
    })
}

fn options(allow_http: bool) -> ClientOptions {
    ClientOptions::new().with_timeout(REQUEST_TIME).with_connect_timeout(CONNECT_TIME).with_allow_http(allow_http)
}

/// Whether `AWS_ALLOW_HTTP` or its like says so; options given at once replace what the environment said.
fn allows_http(provider: &str) -> bool {
    std::env::var(format!("{provider}_ALLOW_HTTP"))
        .is_ok_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
}
