//! One HTTP/1.1 GET over a plain connection to this machine: what measuring needs, so that xtask
//! does not have to compile an HTTP client.

use anyhow::{Context as _, Result, bail};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// An answer with its body as the page's bytes.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Uncompressed: no coding is accepted.
    pub body: Vec<u8>,
}

/// Asks the server on `port` of this machine for `path`.
pub fn get(port: u16, path: &str) -> Result<Response> {
    let ask = || -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: identity\r\n\
             Accept: text/html,*/*\r\nConnection: close\r\n\r\n"
        )?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = ask().with_context(|| format!("no answer for {path}"))?;
    parse(&bytes).with_context(|| format!("a broken answer for {path}"))
}

fn parse(bytes: &[u8]) -> Result<Response> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").context("the header does not end")?;
    let head = str::from_utf8(&bytes[..end]).context("the header is not text")?;
    let body = &bytes[end + 4..];
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .context("no status code")?;
    let mut length = None;
    let mut chunked = false;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = Some(value.parse::<usize>().context("no length")?),
            "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
            "content-encoding" if value != "identity" => {
                bail!("answered with coding {value}, which was not asked for")
            }
            _ => {}
        }
    }
    let body = if chunked {
        unchunk(body)?
    } else if let Some(length) = length {
        body.get(..length).context("the body ends too early")?.to_vec()
    } else {
        body.to_vec()
    };
    Ok(Response { status, body })
}

/// Joins the pieces of a body sent in chunks.
fn unchunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").context("a chunk without its size")?;
        let line = str::from_utf8(&rest[..end]).context("a chunk size that is not text")?;
        // Behind a semicolon there may be extensions that nobody uses.
        let size = line.split(';').next().unwrap_or(line).trim();
        let size = usize::from_str_radix(size, 16).context("a chunk size that is no number")?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(..size).context("a chunk ends too early")?);
        rest = rest.get(size..).and_then(|rest| rest.strip_prefix(b"\r\n")).context("a chunk does not end")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(answer: &str) -> Result<String> {
        Ok(String::from_utf8(parse(answer.as_bytes())?.body)?)
    }

    #[test]
    fn bodies_are_read_by_length_by_chunks_and_to_the_end() -> Result<()> {
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd")?, "abc");
        assert_eq!(
            body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n")?,
            "abc0123456789"
        );
        assert_eq!(body("HTTP/1.1 404 Not Found\r\n\r\ngone")?, "gone");
        assert_eq!(parse(b"HTTP/1.1 404 Not Found\r\n\r\n")?.status, 404);
        Ok(())
    }

    #[test]
    fn broken_bodies_are_errors() {
        for answer in [
            "",
            "HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nabc",
        ] {
            assert!(body(answer).is_err(), "{answer:?}");
        }
    }
}
