//! `GET /v1/facts`, `/v1/log/keys/<version>` and `/v1/log/heartbeat` of the registry.

use std::fmt;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::http::uri::{InvalidUri, Scheme};
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::error::Error;
use crate::kernel::shard::shard_name;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Far above any page of the server: a broken one must not fill the memory.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;
#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;

#[cfg(not(feature = "tls"))]
fn connector() -> Result<Connector, Error> {
    Ok(HttpConnector::new())
}

#[cfg(feature = "tls")]
fn connector() -> Result<Connector, Error> {
    let roots = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots();
    let builder = roots.map_err(|error| Error::Options(error.to_string()))?;
    Ok(builder.https_or_http().enable_http1().build())
}

/// The registry did not answer as it should; asking again is the caller's.
#[derive(Debug)]
pub(super) struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) struct Registry {
    client: Client<Connector, Empty<Bytes>>,
    base: String,
    authorization: String,
}

fn is_usable(uri: &Uri) -> bool {
    let secure = cfg!(feature = "tls") && uri.scheme() == Some(&Scheme::HTTPS);
    uri.authority().is_some() && (secure || uri.scheme() == Some(&Scheme::HTTP))
}

impl Registry {
    pub(super) fn new(url: &str, token: &str) -> Result<Self, Error> {
        let wrong = |why: String| Error::Options(format!("registry address: {why}"));
        let uri: Uri = url.parse().map_err(|error: InvalidUri| wrong(error.to_string()))?;
        if !is_usable(&uri) {
            return Err(wrong("not http:// (https:// needs the feature tls)".to_owned()));
        }
        let authorization = format!("Bearer {token}");
        hyper::http::HeaderValue::from_str(&authorization)
            .map_err(|_| Error::Options("the token cannot stand in a header".to_owned()))?;
        let client = Client::builder(TokioExecutor::new()).build(connector()?);
        Ok(Self { client, base: url.trim_end_matches('/').to_owned(), authorization })
    }

    /// Lines of a shard from a position on, as many as there are at once; none: its end.
    pub(super) async fn facts(&self, shard: u8, from: u64) -> Result<Vec<String>, Unavailable> {
        let path = format!("/v1/facts?shard={}&from={from}", shard_name(shard));
        let bytes = self.get(&path).await?;
        let bytes = bytes.ok_or_else(|| Unavailable("no /v1/facts there".to_owned()))?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// Note of a key set; `None`: there is none of that version yet.
    pub(super) async fn key_set(&self, version: u64) -> Result<Option<Bytes>, Unavailable> {
        self.get(&format!("/v1/log/keys/{version}")).await
    }

    /// Note of the newest heartbeat; `None`: there was none yet.
    pub(super) async fn heartbeat(&self) -> Result<Option<Bytes>, Unavailable> {
        self.get("/v1/log/heartbeat").await
    }

    async fn get(&self, path: &str) -> Result<Option<Bytes>, Unavailable> {
        let answer = timeout(REQUEST_TIMEOUT, self.answer(path)).await;
        answer.unwrap_or_else(|_| Err(Unavailable(format!("no answer in time to {path}"))))
    }

    /// `None`: not found. Redirections are not followed: the token is for this registry alone.
    async fn answer(&self, path: &str) -> Result<Option<Bytes>, Unavailable> {
        let failed = |error: &dyn fmt::Display| Unavailable(format!("{path}: {error}"));
        let request = Request::get(format!("{}{path}", self.base))
            .header("authorization", &self.authorization)
            .header("accept", "text/plain")
            .body(Empty::new())
            .map_err(|error| failed(&error))?;
        let response = self.client.request(request).await.map_err(|error| failed(&error))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => return Err(failed(&status)),
        }
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
        Ok(Some(body.map_err(|error| failed(&error))?.to_bytes()))
    }
}
