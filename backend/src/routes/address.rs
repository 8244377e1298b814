//! What an address may be before anything looks at it, and which address a request came from.

use super::pages;
use crate::app::Proxy;
use axum::http::{HeaderMap, Uri};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use zaoshai_contract::problem::Code;

/// Longest address; those of the site are far shorter, also with what messengers add.
const LONGEST: usize = 8 * 1024;
/// Longest part between two slashes, as file systems have it.
const LONGEST_PART: usize = 255;

/// Why an address can be none of the site, whatever is asked of it.
pub fn refusal(uri: &Uri) -> Option<Code> {
    let path = uri.path();
    if path.len() + uri.query().map_or(0, str::len) > LONGEST {
        return Some(Code::TooLong);
    }
    let parts = path.split('/').map(|part| decoded(part.as_bytes()));
    let readable = parts.into_iter().all(|part| {
        part.len() <= LONGEST_PART && std::str::from_utf8(&part).is_ok_and(|part| !part.chars().any(char::is_control))
    });
    if readable { None } else { Some(pages::unknown(path)) }
}

/// The bytes that a part of an address stands for.
fn decoded(part: &[u8]) -> Vec<u8> {
    let digit = |place: usize| part.get(place).and_then(|digit| char::from(*digit).to_digit(16));
    let mut bytes = Vec::with_capacity(part.len());
    let mut place = 0;
    while let Some(byte) = part.get(place) {
        match (*byte == b'%').then(|| digit(place + 1).zip(digit(place + 2))).flatten() {
            Some((high, low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                place += 3;
            }
            None => {
                bytes.push(*byte);
                place += 1;
            }
        }
    }
    bytes
}

/// The same address without the character NUL in its query: nobody types it, and PostgreSQL keeps no text with it.
pub fn without_null(uri: Uri) -> Uri {
    let Some(query) = uri.query().filter(|query| query.contains("%00")) else { return uri };
    let mut rest = query.to_owned();
    while rest.contains("%00") {
        rest = rest.replace("%00", "");
    }
    format!("{}?{rest}", uri.path()).parse().unwrap_or(uri)
}

/// The address that a request counts for: that of the connection, or with a trusted proxy the one that the proxy names
/// last. What stands before it in `X-Forwarded-For` was written by the sender. IPv6 counts by the network of a
/// household (/64), which has more addresses than anybody can count.
pub fn sender(proxy: Proxy, headers: &HeaderMap, peer: Option<SocketAddr>) -> Option<IpAddr> {
    let peer = peer.map(|peer| peer.ip());
    let named = match proxy {
        Proxy::None => None,
        Proxy::Trusted => {
            let last = headers.get_all("x-forwarded-for").iter().next_back();
            last.and_then(|line| line.to_str().ok()).and_then(|line| line.rsplit(',').next()).and_then(parse)
        }
    };
    named.or(peer).map(grouped)
}

/// An address as proxies write it: also with a port, and IPv6 also in brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare: Cow<'_, str> = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).into();
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

fn grouped(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        plain @ IpAddr::V4(_) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_the_last_address_that_a_trusted_proxy_names_counts() {
        let peer = SocketAddr::from(([10, 0, 0, 9], 4000));
        let (proxied, direct) = (Proxy::Trusted, Proxy::None);
        for (proxy, lines, counted) in [
            (direct, &[][..], "10.0.0.9"),
            (direct, &[&b"1.2.3.4"[..]][..], "10.0.0.9"),
            (proxied, &[], "10.0.0.9"),
            (proxied, &[b"1.2.3.4"], "1.2.3.4"),
            (proxied, &[b"6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (proxied, &[b"6.6.6.6,1.2.3.4 "], "1.2.3.4"),
            (proxied, &[b"1.2.3.4", b"6.6.6.6", b"5.6.7.8"], "5.6.7.8"),
            (proxied, &[b"1.2.3.4", b"unknown"], "10.0.0.9"),
            (proxied, &[b"1.2.3.4", b"\xff"], "10.0.0.9"),
            (proxied, &[b"1.2.3.4,"], "10.0.0.9"),
            (proxied, &[b""], "10.0.0.9"),
            (proxied, &[b"999.1.1.1"], "10.0.0.9"),
            (proxied, &[b"1.2.3.4:5678"], "1.2.3.4"),
            (proxied, &[b"::ffff:1.2.3.4"], "1.2.3.4"),
            (proxied, &[b"2001:db8:1:2:aaaa:bbbb:cccc:dddd"], "2001:db8:1:2::"),
            (proxied, &[b"2001:db8:1:2:1::1"], "2001:db8:1:2::"),
            (proxied, &[b"[2001:db8:1:3::1]"], "2001:db8:1:3::"),
            (proxied, &[b"[2001:db8:1:3::1]:443"], "2001:db8:1:3::"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_bytes(line).expect("a value"));
            }
            let sender = sender(proxy, &headers, Some(peer)).expect("an address");
            assert_eq!(sender.to_string(), counted, "{proxy:?} {lines:?}");
        }
    }

    #[test]
    fn neighbours_of_a_connection_over_ipv6_count_as_one() {
        let from = |text: &str| sender(Proxy::None, &HeaderMap::new(), Some(text.parse().expect("an address")));
        assert_eq!(from("[2001:db8::1]:1"), from("[2001:db8::2]:2"));
        assert_ne!(from("[2001:db8::1]:1"), from("[2001:db8:0:1::1]:1"));
        assert_eq!(sender(Proxy::Trusted, &HeaderMap::new(), None), None);
    }

    #[test]
    fn what_can_be_no_address_is_refused_before_anything_looks_at_it() {
        let long = format!("/f/{}", "a".repeat(300));
        let longer = format!("/clinics?city={}", "a".repeat(9000));
        for (address, code) in [
            ("/", None),
            ("/clinics/%E8%82%BA", None),
            ("/clinics/%zz", None),
            ("/clinics/a%2", None),
            ("/%00", Some(Code::NotFound)),
            ("/clinics/%ff", Some(Code::NotFound)),
            ("/share/card/%E8%82.png", Some(Code::NotFound)),
            ("/staff/followups/a%0Ab", Some(Code::NotFound)),
            ("/en/f/%ff", Some(Code::LinkUnknown)),
            ("/api/v1/followups/%00", Some(Code::LinkUnknown)),
            (&long, Some(Code::LinkUnknown)),
            (&longer, Some(Code::TooLong)),
        ] {
            assert_eq!(refusal(&address.parse().expect("an address")), code, "{address}");
        }
    }

    #[test]
    fn no_query_brings_a_nul() {
        for (asked, kept) in
            [("/clinics?city=%00a%00", "/clinics?city=a"), ("/a?b=%%0000", "/a?b="), ("/a%00?b=%2500", "/a%00?b=%2500")]
        {
            assert_eq!(without_null(asked.parse().expect("an address")).to_string(), kept, "{asked}");
        }
    }
}
