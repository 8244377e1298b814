//! Reading the bodies of requests: forms and JSON, small, with failures that say what was wrong.

use crate::db::repeats::Sent;
use crate::failures::{Failure, Result};
use crate::secrets::Secrets;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use std::time::Duration;
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::problem::{Code, FieldError};
use zaoshai_contract::staff::batches::MOST_BYTES;
use zaoshai_contract::staff::confirm::ASK;
use zaoshai_contract::staff::draft::BY;

/// Largest body that is read: the longest form is well under it.
const MOST: usize = 32 * 1024;
/// Largest body with a file: a table, once as it is or once in base 64.
const MOST_UPLOAD: usize = 2 * MOST_BYTES;
/// How long a body may take. Half-sent ones hold a connection and are worth nothing.
const IN_TIME: Duration = Duration::from_secs(15);
/// How long one with a file may take: the largest table over the uplink of a small clinic.
const UPLOAD_IN_TIME: Duration = Duration::from_secs(60);
/// How much of a too large body is swallowed, so that the phone hears the answer instead of a broken connection.
const SWALLOWED: usize = 16 * 1024 * 1024;

/// A JSON body.
pub struct JsonBody<T>(pub T);

/// A JSON body that may be missing.
pub struct MaybeJson<T>(pub T);

/// The fields of a form.
#[derive(Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Forms send a line break as two characters; the field that was typed in holds one.
    fn of(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self(pairs.map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }

    /// The first value of a field; empty when it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// All fields in their order, to look at.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// All fields in their order.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    /// The idempotency key that the form carries. People are told of the page that they can load anew, not of its key.
    pub fn key(&self) -> Result<IdempotencyKey> {
        IdempotencyKey::parse(self.get("key"))
            .ok_or_else(|| Failure::field("key", "这一页旧了，没有提交。请刷新这一页，再点一次"))
    }

    /// The form as it is known again, by what it does, its key and its words.
    pub fn sent(&self, secrets: &Secrets, deed: &str) -> Result<Sent> {
        let words = self.0.iter().filter(|(name, _)| !["key", BY, ASK].contains(&name.as_str()));
        // Each piece is told with its length, so that no two forms read the same.
        let said: String = words.map(|(name, value)| format!("{}:{name}{}:{value}", name.len(), value.len())).collect();
        Ok(Sent { key: format!("{deed}/{}", self.key()?), said: secrets.finder("form", &said) })
    }
}

/// Reads an idempotency key.
pub fn read_key(text: &str) -> Result<IdempotencyKey> {
    IdempotencyKey::parse(text).ok_or_else(|| {
        Failure::fields(vec![FieldError {
            field: "Idempotency-Key".to_owned(),
            message: "要有 16 到 64 个字母、数字或短横".to_owned(),
        }])
    })
}

/// A form with a file.
pub struct Upload {
    /// Its fields without the file.
    pub form: Form,
    /// The file's name.
    pub name: String,
    /// The file; empty when none was chosen.
    pub file: Vec<u8>,
}

/// A whole body of a form, or the refusal of one that is too large.
pub async fn whole(body: Body) -> Result<Vec<u8>> {
    read(body, MOST).await
}

/// Reads a whole body, or refuses one that is larger than `most` or does not come in time.
async fn read(body: Body, most: usize) -> Result<Vec<u8>> {
    let in_time = if most > MOST { UPLOAD_IN_TIME } else { IN_TIME };
    tokio::time::timeout(in_time, collect(body, most)).await.map_err(|_| Failure::from(Code::TooSlow))?
}

async fn collect(body: Body, most: usize) -> Result<Vec<u8>> {
    let mut body = body;
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure {
            code: Code::BadBody,
            errors: Vec::new(),
            cause: Some(format!("the body broke off: {error}")),
        })?;
        let Some(data) = frame.data_ref() else { continue };
        seen += data.len();
        if seen > SWALLOWED {
            break;
        }
        if seen <= most {
            bytes.extend_from_slice(data);
        }
    }
    if seen > most { Err(Code::TooLarge.into()) } else { Ok(bytes) }
}

fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let misfit = |error: serde_json::Error| Failure {
        code: Code::BadBody,
        errors: Vec::new(),
        // Only the place of the mistake: the words of the error may repeat what was sent.
        cause: Some(format!("JSON does not fit at line {} column {}", error.line(), error.column())),
    };
    if bytes.windows(6).any(|six| six == b"\\u0000") {
        has_no_null(&serde_json::from_slice(bytes).map_err(misfit)?)?;
    }
    serde_json::from_slice(bytes).map_err(misfit)
}

/// Nobody types the character NUL, and PostgreSQL keeps no text with it.
fn has_no_null(value: &serde_json::Value) -> Result<()> {
    match value {
        serde_json::Value::String(text) if text.contains('\0') => Err(Code::BadBody.into()),
        serde_json::Value::Array(values) => values.iter().try_for_each(has_no_null),
        serde_json::Value::Object(fields) => {
            fields.iter().try_for_each(
                |(name, value)| {
                    if name.contains('\0') { Err(Code::BadBody.into()) } else { has_no_null(value) }
                },
            )
        }
        _ => Ok(()),
    }
}

/// The fields of a form, likewise without NUL.
fn without_null(pairs: Vec<(String, String)>) -> Result<Form> {
    if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Code::BadBody.into());
    }
    Ok(Form::of(pairs.into_iter()))
}

fn content_type(request: &Request) -> &str {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim()
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let fits = content_type(&request).eq_ignore_ascii_case("application/json");
        let bytes = read(request.into_body(), MOST).await?;
        if !fits {
            return Err(Code::UnsupportedMedia.into());
        }
        from_json(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned + Default, S: Sync> FromRequest<S> for MaybeJson<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let fits = content_type(&request).eq_ignore_ascii_case("application/json");
        let bytes = read(request.into_body(), MOST).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !fits {
            return Err(Code::UnsupportedMedia.into());
        }
        from_json(&bytes).map(Self)
    }
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let fits = content_type(&request).eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let bytes = read(request.into_body(), MOST).await?;
        if !fits {
            return Err(Code::UnsupportedMedia.into());
        }
        without_null(form_urlencoded::parse(&bytes).into_owned().collect())
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let broken = |error: &dyn core::fmt::Display| Failure {
            code: Code::BadBody,
            errors: Vec::new(),
            cause: Some(format!("a form with a file: {error}")),
        };
        let fits = content_type(&request).eq_ignore_ascii_case("multipart/form-data");
        let (parts, body) = request.into_parts();
        let bytes = read(body, MOST_UPLOAD).await?;
        if !fits {
            return Err(Code::UnsupportedMedia.into());
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        let mut fields = Multipart::from_request(request, state).await.map_err(|error| broken(&error))?;
        let (mut pairs, mut name, mut file) = (Vec::new(), String::new(), Vec::new());
        while let Some(field) = fields.next_field().await.map_err(|error| broken(&error))? {
            let key = field.name().unwrap_or_default().to_owned();
            if let Some(file_name) = field.file_name() {
                file_name.clone_into(&mut name);
                file = field.bytes().await.map_err(|error| broken(&error))?.to_vec();
            } else {
                pairs.push((key, field.text().await.map_err(|error| broken(&error))?));
            }
        }
        Ok(Self { form: without_null(pairs)?, name, file })
    }
}
