//! Documents that are the same for everybody, rendered and compressed once an hour instead of once a request.
//! What one visitor asks for cannot push out what everybody asks for: pages as most read them have a shelf that is
//! bounded by what pages exist; filters and other ways of reading share a small one, which the least used leaves first.

use crate::encoding::{self, Encoding};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use zaoshai_contract::civil::Moment;

/// Most documents on the shelf of pages as most read them; more than there are, so that it only guards the memory.
const MOST_USUAL: usize = 2048;
/// Most documents on the shelf of everything else.
const MOST_OTHER: usize = 256;
/// What the hours of phones are judged by: their edges are full hours.
const HOUR_MS: i64 = 3_600_000;

/// Where a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// A page without a filter, read in the usual type and colours.
    Usual,
    /// A filter of known values, or another way of reading.
    Other,
}

/// A finished document.
pub struct Document {
    hour: i64,
    content_type: &'static str,
    etag: HeaderValue,
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    used: AtomicU64,
}

/// The documents by key.
#[derive(Default)]
pub struct Cache {
    usual: RwLock<HashMap<String, Arc<Document>>>,
    other: RwLock<HashMap<String, Arc<Document>>>,
    uses: AtomicU64,
}

/// The beginning of the hour; documents are made as of then, so that they stay the same within it.
pub fn hour_of(now: Moment) -> Moment {
    Moment(now.0.div_euclid(HOUR_MS) * HOUR_MS)
}

impl Cache {
    fn shelf(&self, shelf: Shelf) -> (&RwLock<HashMap<String, Arc<Document>>>, usize) {
        match shelf {
            Shelf::Usual => (&self.usual, MOST_USUAL),
            Shelf::Other => (&self.other, MOST_OTHER),
        }
    }

    /// The document under a key, if it was made in this hour.
    pub fn get(&self, shelf: Shelf, key: &str, now: Moment) -> Option<Arc<Document>> {
        let documents = self.shelf(shelf).0.read().unwrap_or_else(PoisonError::into_inner);
        let document = documents.get(key).filter(|document| document.hour == hour_of(now).0).cloned()?;
        document.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(document)
    }

    /// Keeps a document. When the shelf is full, those of hours that are over go, and after them the least used.
    pub fn put(
        &self,
        shelf: Shelf,
        key: String,
        text: String,
        content_type: &'static str,
        now: Moment,
    ) -> Arc<Document> {
        let document = Arc::new(Document::new(text, content_type, now));
        document.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        let (documents, most) = self.shelf(shelf);
        let mut documents = documents.write().unwrap_or_else(PoisonError::into_inner);
        if documents.len() >= most && !documents.contains_key(&key) {
            documents.retain(|_, document| document.hour == hour_of(now).0);
        }
        if documents.len() >= most && !documents.contains_key(&key) {
            let least = documents.iter().min_by_key(|(_, document)| document.used.load(Ordering::Relaxed));
            if let Some(least) = least.map(|(key, _)| key.clone()) {
                documents.remove(&least);
            }
        }
        documents.insert(key, Arc::clone(&document));
        document
    }
}

impl Document {
    fn new(text: String, content_type: &'static str, now: Moment) -> Self {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let etag = HeaderValue::from_str(&format!("\"{}\"", hex::encode(&digest[..10])))
            .expect("hexadecimal digits are a header value");
        Self {
            hour: hour_of(now).0,
            content_type,
            etag,
            brotli: brotli(text.as_bytes()),
            gzip: gzip(text.as_bytes()),
            plain: Bytes::from(text),
            used: AtomicU64::new(0),
        }
    }

    /// Whether the phone that asks has it already.
    pub fn is_known(&self, request: &HeaderMap) -> bool {
        request.get(header::IF_NONE_MATCH).is_some_and(|tags| {
            // A proxy that compresses may have weakened the tag.
            tags.to_str().is_ok_and(|tags| {
                tags.split(',').any(|tag| tag.trim().trim_start_matches("W/").as_bytes() == self.etag.as_bytes())
            })
        })
    }

    /// Answers a request with it, or with 304 when the phone has it already.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let headers = [
            (header::ETAG, self.etag.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::VARY, HeaderValue::from_static("accept-encoding, cookie, save-data")),
        ];
        if self.is_known(request) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type))];
        let encoding = |name| [(header::CONTENT_ENCODING, HeaderValue::from_static(name))];
        match encoding::choose(request) {
            Some(Encoding::Brotli) => (headers, content_type, encoding("br"), self.brotli.clone()).into_response(),
            Some(Encoding::Gzip) => (headers, content_type, encoding("gzip"), self.gzip.clone()).into_response(),
            Some(Encoding::Plain) | None => (headers, content_type, self.plain.clone()).into_response(),
        }
    }
}

/// Quality 9 takes a few milliseconds once an hour and stays within a few percent of the best.
fn brotli(text: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 9, 22);
    writer.write_all(text).expect("writing into memory does not fail");
    drop(writer);
    Bytes::from(out)
}

fn gzip(text: &[u8]) -> Bytes {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(text).expect("writing into memory does not fail");
    Bytes::from(writer.finish().expect("writing into memory does not fail"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).expect("a value"))).collect()
    }

    #[test]
    fn a_phone_that_has_the_document_is_told_so() {
        let cache = Cache::default();
        let document = cache.put(Shelf::Usual, "k".to_owned(), "text".to_owned(), "text/plain", Moment(0));
        let etag = document.etag.to_str().expect("a tag").to_owned();
        for (tags, status) in [(etag.clone(), 304), (format!("W/{etag}"), 304), ("\"other\"".to_owned(), 200)] {
            let response = document.respond(&headers(&[(header::IF_NONE_MATCH, &tags)]));
            assert_eq!(response.status().as_u16(), status, "{tags}");
        }
    }

    #[test]
    fn the_best_accepted_encoding_is_used() {
        let document = Cache::default().put(Shelf::Usual, "k".to_owned(), "text".to_owned(), "text/plain", Moment(0));
        for (accepted, encoding) in [("gzip, deflate, br", Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
            let response = document.respond(&headers(&[(header::ACCEPT_ENCODING, accepted)]));
            let told = response.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
            assert_eq!(told, encoding);
        }
    }

    #[test]
    fn a_document_lasts_until_the_hour_changes() {
        let cache = Cache::default();
        cache.put(Shelf::Usual, "k".to_owned(), "text".to_owned(), "text/plain", Moment(HOUR_MS + 5));
        assert!(cache.get(Shelf::Usual, "k", Moment(2 * HOUR_MS - 1)).is_some());
        assert!(cache.get(Shelf::Usual, "k", Moment(2 * HOUR_MS)).is_none());
    }

    #[test]
    fn what_one_visitor_asks_for_pushes_nothing_out_that_others_use() {
        let cache = Cache::default();
        let put = |shelf: Shelf, key: &str| cache.put(shelf, key.to_owned(), String::new(), "text/plain", Moment(0));
        put(Shelf::Usual, "home");
        put(Shelf::Other, "large type");
        for n in 0..4 * MOST_OTHER {
            put(Shelf::Other, &n.to_string());
            assert!(cache.get(Shelf::Other, "large type", Moment(0)).is_some(), "it is used all the time");
        }
        assert!(cache.get(Shelf::Usual, "home", Moment(0)).is_some());
        assert!(cache.get(Shelf::Other, "0", Moment(0)).is_none(), "the least used has gone");
        assert_eq!(cache.other.read().expect("no panic").len(), MOST_OTHER);
        for n in 0..=MOST_USUAL {
            put(Shelf::Usual, &n.to_string());
        }
        assert_eq!(cache.usual.read().expect("no panic").len(), MOST_USUAL);
    }
}
