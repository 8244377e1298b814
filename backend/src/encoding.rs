//! Which encoding of an answer a client takes, as it says in `Accept-Encoding`.

use axum::http::{HeaderMap, header};

/// The forms in which an answer can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
    /// As it is.
    Plain,
}

/// The encoding that the client likes best, the smaller of two that it likes equally; none when it takes none of them.
pub fn choose(headers: &HeaderMap) -> Option<Encoding> {
    let lines = headers.get_all(header::ACCEPT_ENCODING);
    let named: Vec<(String, u16)> = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(weighed)
        .collect();
    let weight = |name: &str| named.iter().find(|(known, _)| known == name).map(|(_, weight)| *weight);
    let any = weight("*");
    let brotli = weight("br").or(any).unwrap_or(0);
    let gzip = weight("gzip").or(weight("x-gzip")).or(any).unwrap_or(0);
    // The plain form need not be named, and whoever names others likes these better.
    let plain = weight("identity").or(any.filter(|any| *any == 0)).unwrap_or(1);
    [(Encoding::Brotli, brotli), (Encoding::Gzip, gzip), (Encoding::Plain, plain)]
        .into_iter()
        .filter(|(_, weight)| *weight > 0)
        .rev()
        .max_by_key(|(_, weight)| *weight)
        .map(|(encoding, _)| encoding)
}

/// A name and its weight in thousandths; a weight that does not read is the full one.
fn weighed(item: &str) -> Option<(String, u16)> {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = weight.and_then(|weight| weight.parse::<f32>().ok()).map_or(1.0, |weight| weight.clamp(0.0, 1.0));
    Some((name, if weight > 0.0 { ((weight * 1000.0) as u16).max(1) } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_best_encoding_that_the_client_takes_is_chosen() {
        for (accepted, encoding) in [
            (&[][..], Some(Encoding::Plain)),
            (&["gzip, deflate, br"][..], Some(Encoding::Brotli)),
            (&["gzip"], Some(Encoding::Gzip)),
            (&["deflate"], Some(Encoding::Plain)),
            (&["identity"], Some(Encoding::Plain)),
            (&["br;q=0, gzip"], Some(Encoding::Gzip)),
            (&["br; q=0.0, gzip;q=0"], Some(Encoding::Plain)),
            (&["br;q=0.2, gzip;q=0.8"], Some(Encoding::Gzip)),
            (&["BR;Q=1.0"], Some(Encoding::Brotli)),
            (&["identity;q=0, br"], Some(Encoding::Brotli)),
            (&["identity;q=0, *"], Some(Encoding::Brotli)),
            (&["*;q=0, gzip;q=0.1"], Some(Encoding::Gzip)),
            (&["gzip;q=0", "br"], Some(Encoding::Brotli)),
            (&["brotli-like"], Some(Encoding::Plain)),
            (&["identity;q=0"], None),
            (&["*;q=0"], None),
            (&["identity;q=0, br;q=0, gzip;q=0"], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in accepted {
                headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(line));
            }
            assert_eq!(choose(&headers), encoding, "{accepted:?}");
        }
    }
}
