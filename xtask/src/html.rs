//! Just enough reading of HTML for our own pages: the start tags with their attributes and
//! places. Comments and the insides of scripts and styles are passed over; entities stay as they
//! are written.

use std::ops::Range;

/// A start tag.
#[derive(Debug, PartialEq)]
pub struct Tag<'a> {
    /// In lower case.
    pub name: String,
    /// Where the tag stands, from `<` to behind `>`.
    pub place: Range<usize>,
    attributes: Vec<(String, &'a str)>,
}

impl<'a> Tag<'a> {
    /// The value of an attribute; an attribute without a value has an empty one.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| *value)
    }

    /// Whether `rel` holds this word.
    pub fn has_rel(&self, word: &str) -> bool {
        self.attribute("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|each| each == word))
    }
}

/// All start tags of a page, in order.
pub fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(offset) = html[at..].find('<') {
        let start = at + offset;
        let rest = &html[start..];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(html.len(), |end| start + end + 3);
            continue;
        }
        if !rest[1..].starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            at = start + 1;
            continue;
        }
        let tag = read_tag(html, start);
        at = tag.place.end;
        if matches!(tag.name.as_str(), "script" | "style") {
            let end = format!("</{}", tag.name);
            at = html[at..].find(&end).map_or(html.len(), |end| at + end);
        }
        tags.push(tag);
    }
    tags
}

fn read_tag(html: &str, start: usize) -> Tag<'_> {
    let mut at = start + 1;
    let name_end = find(html, at, |letter| letter.is_ascii_whitespace() || matches!(letter, '>' | '/'));
    let name = html[at..name_end].to_ascii_lowercase();
    at = name_end;
    let mut attributes = Vec::new();
    loop {
        at = find(html, at, |letter| !letter.is_ascii_whitespace() && letter != '/');
        if at >= html.len() {
            break;
        }
        if html[at..].starts_with('>') {
            at += 1;
            break;
        }
        let end = find(html, at + 1, |letter| letter.is_ascii_whitespace() || matches!(letter, '=' | '>' | '/'));
        let attribute = html[at..end].to_ascii_lowercase();
        at = find(html, end, |letter| !letter.is_ascii_whitespace());
        let mut value = "";
        if html[at..].starts_with('=') {
            at = find(html, at + 1, |letter| !letter.is_ascii_whitespace());
            (value, at) = read_value(html, at);
        }
        attributes.push((attribute, value));
    }
    Tag { name, place: start..at, attributes }
}

/// A value with or without quotation marks, and where it ends.
fn read_value(html: &str, at: usize) -> (&str, usize) {
    let quote = html[at..].chars().next();
    if let Some(quote @ ('"' | '\'')) = quote {
        let end = find(html, at + 1, |letter| letter == quote);
        return (&html[at + 1..end], (end + 1).min(html.len()));
    }
    let end = find(html, at, |letter| letter.is_ascii_whitespace() || letter == '>');
    (&html[at..end], end)
}

/// The place of the first letter from `at` on that `wanted` accepts, else the end. A place inside
/// a letter is moved behind it.
fn find(html: &str, at: usize, wanted: impl Fn(char) -> bool) -> usize {
    let mut at = at.min(html.len());
    while !html.is_char_boundary(at) {
        at += 1;
    }
    html[at..].find(wanted).map_or(html.len(), |offset| at + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_with_quoted_bare_and_empty_attributes() {
        let html = "<!doctype html><LINK rel=\"preload stylesheet\" href='/a b.css'/>\
                    <script defer src=/x.js>if (1 < 2) { \"<img src=no>\" }</script>\
                    <!-- <img src=no> --><p>3 < 4 的</p><img alt=\"a > b\" src=\"/i.png\">";
        let tags = tags(html);
        let names: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["link", "script", "p", "img"]);
        assert!(tags[0].has_rel("stylesheet"));
        assert_eq!(tags[0].attribute("href"), Some("/a b.css"));
        assert_eq!(tags[1].attribute("defer"), Some(""));
        assert_eq!(tags[1].attribute("src"), Some("/x.js"));
        assert_eq!(tags[3].attribute("alt"), Some("a > b"));
        assert_eq!(&html[tags[3].place.clone()], "<img alt=\"a > b\" src=\"/i.png\">");
    }

    #[test]
    fn broken_pages_end_without_panic() {
        for html in ["<", "<a", "<a b", "<a b=", "<a b='", "<a 汉", "<a 汉=字", "<script>", "<!--"] {
            tags(html);
        }
    }
}
