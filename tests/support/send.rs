//! Sends bytes as they are: a gRPC client without a codec, and plain HTTP. What a server answers is judged here too.

use std::io::Write;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use prost::Message;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::server::Server;

/// How long clients wait for an answer before the batch is gone.
pub(crate) const CLIENT_DEADLINE: Duration = Duration::from_secs(10);

/// A message that nobody decodes.
#[derive(Clone, Copy, Debug, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// A gRPC connection, made when the first message is sent.
pub(crate) fn channel(endpoint: &str) -> Channel {
    Endpoint::from_shared(endpoint.to_owned()).unwrap().timeout(CLIENT_DEADLINE).connect_lazy()
}

/// Sends one gRPC message as raw bytes; returns the reply's bytes.
pub(crate) async fn grpc(
    channel: Channel,
    method: &str,
    metadata: &[(String, String)],
    gzip: bool,
    message: Bytes,
) -> Result<Bytes, Status> {
    let mut request = Request::new(message);
    for (key, value) in metadata {
        let key: AsciiMetadataKey = key.parse().unwrap();
        let value: AsciiMetadataValue = value.parse().unwrap();
        request.metadata_mut().append(key, value);
    }
    let mut client = tonic::client::Grpc::new(channel);
    if gzip {
        client = client.send_compressed(CompressionEncoding::Gzip);
    }
    client.ready().await.map_err(|error| Status::from_error(error.into()))?;
    let path: PathAndQuery = method.parse().unwrap();
    Ok(client.unary(request, path, Raw).await?.into_inner())
}

/// An HTTP client that waits as long as the agents do.
pub(crate) fn http_client() -> reqwest::Client {
    reqwest::Client::builder().timeout(CLIENT_DEADLINE).build().unwrap()
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Bytes,
}

/// Posts a body with the given headers.
pub(crate) async fn http(
    client: &reqwest::Client,
    url: &str,
    headers: &[(String, String)],
    body: Bytes,
) -> Result<Answer, reqwest::Error> {
    let mut request = client.post(url).body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = request.send().await?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (content_type, retry_after) = (header("content-type").unwrap_or_default(), header("retry-after"));
    Ok(Answer { status: response.status().as_u16(), content_type, retry_after, body: response.bytes().await? })
}

/// Compresses a body.
pub(crate) fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap().into()
}

/// Whether a protobuf reply says that everything was taken. The replies of all three signals have the same shape.
pub(crate) fn takes_all(reply: &[u8]) -> Result<(), String> {
    match ExportLogsServiceResponse::decode(reply) {
        Ok(ExportLogsServiceResponse { partial_success: None }) => Ok(()),
        Ok(ExportLogsServiceResponse { partial_success: Some(partial) }) => {
            Err(format!("{} records were rejected: {}", partial.rejected_log_records, partial.error_message))
        }
        Err(error) => Err(format!("the reply is no export response: {error}")),
    }
}

/// The same for a JSON reply.
pub(crate) fn takes_all_json(reply: &[u8]) -> Result<(), String> {
    let reply: serde_json::Value = serde_json::from_slice(reply).map_err(|error| format!("not JSON: {error}"))?;
    match reply.get("partialSuccess") {
        None | Some(serde_json::Value::Null) => Ok(()),
        Some(partial) => Err(format!("not everything was taken: {partial}")),
    }
}

/// What a server shows at a path of its dashboard's port.
pub(crate) async fn page(server: &Server, path: &str) -> String {
    http_client().get(format!("{}{path}", server.endpoints.web)).send().await.unwrap().text().await.unwrap()
}
