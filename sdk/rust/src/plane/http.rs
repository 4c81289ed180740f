//! A registry over HTTP.

use std::fmt;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::http::request::Builder;
use hyper::http::uri::{InvalidUri, Scheme};
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::error::Error;

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
pub(super) struct Unavailable(pub(super) String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) struct Registry {
    client: Client<Connector, Full<Bytes>>,
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

    /// `None`: not found.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Bytes>, Unavailable> {
        in_time(path, self.answer(path, Request::get(self.address(path)), Bytes::new())).await
    }

    pub(super) async fn post(&self, path: &str, text: String) -> Result<(), Unavailable> {
        let request = Request::post(self.address(path)).header("content-type", "text/plain");
        match in_time(path, self.answer(path, request, text.into())).await? {
            Some(_) => Ok(()),
            None => Err(Unavailable(format!("no {path} there"))),
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// `None`: not found. Redirections are not followed: the token is for this registry alone.
    async fn answer(&self, path: &str, request: Builder, body: Bytes) -> Answer {
        let failed = |error: &dyn fmt::Display| Unavailable(format!("{path}: {error}"));
        let request = request
            .header("authorization", &self.authorization)
            .header("accept", "*/*")
            .body(Full::new(body))
            .map_err(|error| failed(&error))?;
        let response = self.client.request(request).await.map_err(|error| failed(&error))?;
        match response.status() {
            StatusCode::NOT_FOUND => return Ok(None),
            status if !status.is_success() => return Err(failed(&status)),
            _ => {}
        }
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
        Ok(Some(body.map_err(|error| failed(&error))?.to_bytes()))
    }
}

type Answer = Result<Option<Bytes>, Unavailable>;

async fn in_time(path: &str, answer: impl Future<Output = Answer>) -> Answer {
    let answer = timeout(REQUEST_TIMEOUT, answer).await;
    answer.unwrap_or_else(|_| Err(Unavailable(format!("no answer in time to {path}"))))
}
