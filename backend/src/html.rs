//! The shell: trunk's `index.html`, into which the backend puts a page's title, HTML and JSON.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use zaoshai_app::text;
use zaoshai_contract::page::{Body, Page};
use zaoshai_contract::route::{Lang, Route};

/// Where the title and the share card go.
const HEAD: &str = "<!--head-->";
/// Where the page's HTML goes.
const PAGE: &str = "<!--page-->";
/// Where the page's JSON goes.
const DATA: &str = "<!--data-->";
/// How the link of the style sheet begins.
const STYLE: &str = "<link rel=\"stylesheet\"";
/// What the site is called on share cards.
const NAME: &str = "早筛";
/// The lines that load the app stand between these two.
const APP: (&str, &str) = ("<!-- app -->", "<!-- /app -->");
const CHECK: (&str, &str) = ("<!-- check -->", "<!-- /check -->");

/// Whether a page loads the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loading {
    /// The app takes over.
    App,
    /// The program of the checks takes over.
    Check,
    /// HTML alone: the phone asks to save data, or the page is for staff.
    HtmlOnly,
}

/// What the cookies know of how a visitor wants to read.
pub use zaoshai_app::{Contrast, Reading, TextSize};

/// The style sheet of every page: a first visit is sent it inside the page, so that the words need no second round trip.
#[derive(Clone, Debug)]
pub struct Style {
    /// The hash in the name of its file, by which a cookie says that the browser has been sent it.
    pub version: String,
    /// How a content security policy names it where it stands inside a page.
    pub source: String,
    link: String,
    element: String,
}

impl Style {
    /// Reads the style sheet that a link in the shell names.
    fn read(link: &str, dist: &Path) -> anyhow::Result<Self> {
        let (_, address) = link.split_once("href=\"").context("a style sheet without an address")?;
        let (address, _) = address.split_once('"').context("a style sheet without an address")?;
        let file = dist.join(address.trim_start_matches('/'));
        let css = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        // Inside a page an address would be read from where the page is.
        let addresses = css.split("url(").skip(1).map(|rest| rest.trim_start_matches(['"', '\'']));
        ensure!(addresses.clone().all(|rest| rest.starts_with("data:")), "{address} loads files");
        ensure!(!css.contains("</"), "{address} holds what ends an element");
        let version =
            file.file_stem().and_then(|stem| stem.to_str()?.rsplit_once('-')).context("no hash in its name")?.1;
        Ok(Self {
            version: version.to_owned(),
            source: format!("'sha256-{}'", STANDARD.encode(Sha256::digest(css.as_bytes()))),
            link: link.to_owned(),
            element: format!("<style data-of=\"{address}\">{css}</style>"),
        })
    }

    /// What stands in a page for a browser that was sent this version, or another one or none.
    fn markup(&self, sent: Option<&str>) -> &str {
        if sent == Some(self.version.as_str()) { &self.link } else { &self.element }
    }
}

/// The shell, cut at its marks.
#[derive(Clone, Debug)]
pub struct Shell {
    before_head: String,
    app: String,
    check: String,
    before_style: String,
    /// The style sheet, when it was read with the shell.
    pub style: Option<Style>,
    /// The link of what the console adds to the style sheet; empty where the app was not built.
    pub staff_style: String,
    before_page: String,
    before_data: String,
    rest: String,
}

/// What is put into the shell.
pub struct Filling<'a> {
    /// The language of the address.
    pub lang: Lang,
    /// Size of type and colours.
    pub reading: Reading,
    /// The title.
    pub title: &'a str,
    /// The description.
    pub description: &'a str,
    /// The address for share cards and search engines; empty for pages nobody should share.
    pub canonical: &'a str,
    /// The path of the picture on share cards.
    pub picture: &'a str,
    /// The page's HTML.
    pub html: &'a str,
    /// The page's JSON.
    pub data: Option<&'a Page>,
    /// Whether it loads the app.
    pub loading: Loading,
    /// The version of the style sheet that the browser was sent before.
    pub style: Option<&'a str>,
}

impl Shell {
    /// Reads the shell from the folder that the app was built into.
    pub fn read(dist: &Path) -> anyhow::Result<Self> {
        let path = dist.join("index.html");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading {}: build the app first with `cargo xtask build`", path.display()))?;
        let mut shell = Self::parse(&text)?;
        let before_page = std::mem::take(&mut shell.before_page);
        let start = before_page.find(STYLE).context("index.html must link one style sheet after the head mark")?;
        let end = start + before_page[start..].find('>').context("an open tag")? + 1;
        shell.style = Some(Style::read(&before_page[start..end], dist)?);
        shell.before_style = before_page[..start].to_owned();
        shell.staff_style = staff_style(dist)?;
        shell.before_page = before_page[end..].to_owned();
        Ok(shell)
    }

    /// Cuts the text at its marks.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        for mark in [HEAD, PAGE, DATA] {
            ensure!(text.matches(mark).count() == 1, "index.html must hold {mark} once");
        }
        let (text, app) = cut(text, APP);
        let (text, check) = cut(&text, CHECK);
        let (before_head, rest) = text.split_once(HEAD).context("no head mark")?;
        let (before_page, rest) = rest.split_once(PAGE).context("the page mark must follow the head mark")?;
        let (before_data, rest) = rest.split_once(DATA).context("the data mark must follow the page mark")?;
        Ok(Self {
            before_head: before_head.to_owned(),
            app,
            check,
            before_style: String::new(),
            style: None,
            staff_style: String::new(),
            before_page: before_page.to_owned(),
            before_data: before_data.to_owned(),
            rest: rest.to_owned(),
        })
    }

    /// A whole document.
    pub fn fill(&self, filling: &Filling<'_>) -> String {
        let size = match filling.reading.size {
            TextSize::Normal => "",
            TextSize::Elder => " data-size=\"elder\"",
            TextSize::Largest => " data-size=\"largest\"",
        };
        let contrast = match filling.reading.contrast {
            Contrast::Usual => "",
            Contrast::More => " data-contrast=\"more\"",
        };
        let html_tag = format!("<html lang=\"{}\"{size}{contrast}", filling.lang.tag());
        let title = escape(filling.title);
        let description = escape(filling.description);
        let mut head = format!(
            "<title>{title}</title><meta name=\"description\" content=\"{description}\">\
             <meta property=\"og:type\" content=\"article\"><meta property=\"og:title\" content=\"{title}\">\
             <meta property=\"og:description\" content=\"{description}\">"
        );
        if filling.canonical.is_empty() {
            head.push_str("<meta name=\"robots\" content=\"noindex\">");
        } else {
            let canonical = escape(filling.canonical);
            let origin = canonical.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
            head.push_str(&format!(
                "<link rel=\"canonical\" href=\"{canonical}\"><meta property=\"og:url\" content=\"{canonical}\">\
                 <meta property=\"og:image\" content=\"{origin}{picture}\">\
                 <meta property=\"og:image:alt\" content=\"{title}\"><meta property=\"og:site_name\" content=\"{NAME}\">\
                 <meta name=\"twitter:card\" content=\"summary_large_image\">",
                picture = escape(filling.picture),
            ));
        }
        let mut out = self.before_head.replacen("<html lang=\"zh-CN\"", &html_tag, 1);
        out.push_str(&head);
        out.push_str(&self.before_style);
        out.push_str(self.style.as_ref().map_or("", |style| style.markup(filling.style)));
        out.push_str(&self.before_page);
        out.push_str(filling.html);
        out.push_str(&self.before_data);
        // After the words: what loads the app must not compete with the style sheet for a slow network.
        match (filling.loading, filling.data) {
            (Loading::App, Some(page)) => match self.comes_beside(filling, page) {
                Some(document) => push_beside(&mut out, &self.app, &document),
                None => {
                    out.push_str(&self.app);
                    push_data(&mut out, "page", page);
                }
            },
            (Loading::App, None) => out.push_str(&self.app),
            (Loading::Check, Some(page)) => {
                // The rules are larger than what they are about.
                if let Some((_, route)) = Route::parse(&page.meta.path, "") {
                    push_beside(&mut out, &self.check, &route.api_path(filling.lang));
                }
                let mut words = text::words(filling.lang).texts();
                words.extend(text::check_words(filling.lang).texts());
                push_data(&mut out, "words", &words);
            }
            (Loading::Check, None) | (Loading::HtmlOnly, _) => {}
        }
        out.push_str(&self.rest);
        out
    }

    /// The address of a page's JSON, when the loader fetches it beside the page: an article's is as long as its words,
    /// and where the style sheet is in the page, too, the words would wait for it.
    fn comes_beside(&self, filling: &Filling<'_>, page: &Page) -> Option<String> {
        let carries_style = self.style.as_ref().is_some_and(|style| filling.style != Some(style.version.as_str()));
        let article = matches!(
            page.body,
            Body::Topic(_) | Body::Decision(_) | Body::Result(_) | Body::Programme(_) | Body::Guidance(_)
        );
        let (_, route) = Route::parse(&page.meta.path, "").filter(|_| carries_style && article)?;
        Some(route.api_path(filling.lang))
    }
}

/// The lines that load a program, whose document the loader fetches from its own address.
fn push_beside(out: &mut String, program: &str, document: &str) {
    let document = escape(document);
    out.push_str(&format!("<link rel=\"preload\" as=\"fetch\" crossorigin href=\"{document}\">"));
    out.push_str(&program.replacen("data-js=", &format!("data-page=\"{document}\" data-js="), 1));
}

/// The link of the console's style sheet, which has its hash in its name.
fn staff_style(dist: &Path) -> anyhow::Result<String> {
    for entry in std::fs::read_dir(dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("staff-") && Path::new(&name).extension().is_some_and(|ending| ending == "css") {
            return Ok(format!("<link rel=\"stylesheet\" href=\"/{name}\">"));
        }
    }
    Ok(String::new())
}

/// Data for a program, where no text of it can end the element.
fn push_data<T: serde::Serialize>(out: &mut String, id: &str, data: &T) {
    let json = serde_json::to_string(data).unwrap_or_default().replace('<', "\\u003c");
    out.push_str("<script type=\"application/json\" id=\"");
    out.push_str(id);
    out.push_str("\">");
    out.push_str(&json);
    out.push_str("</script>");
}

/// Takes what stands between two marks out of a text; gives the rest and what was taken.
fn cut(text: &str, marks: (&str, &str)) -> (String, String) {
    match (text.find(marks.0), text.find(marks.1)) {
        (Some(start), Some(end)) if start < end => {
            let rest = format!("{}{}", &text[..start], &text[end + marks.1.len()..]);
            (rest, text[start + marks.0.len()..end].trim().to_owned())
        }
        _ => (text.to_owned(), String::new()),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHELL: &str = "<!doctype html><html lang=\"zh-CN\"><head><!--head-->\n<!-- app -->\n<script src=\"/l.js\"></script>\n<!-- /app --></head><body><div id=\"app\"><!--page--></div><!--data--></body></html>";

    fn filling(loading: Loading, title: &str) -> Filling<'_> {
        Filling {
            lang: Lang::En,
            reading: Reading { size: TextSize::Elder, contrast: Contrast::More },
            title,
            description: "",
            canonical: "https://example.org/en",
            picture: "/share/card/lung.png",
            html: "<p>页</p>",
            data: None,
            loading,
            style: None,
        }
    }

    fn fill(shell: &Shell, loading: Loading, title: &str) -> String {
        shell.fill(&filling(loading, title))
    }

    #[test]
    fn the_app_is_left_out_for_those_who_save_data() {
        let shell = Shell::parse(SHELL).expect("parses");
        assert!(fill(&shell, Loading::App, "t").contains("/l.js"));
        assert!(!fill(&shell, Loading::HtmlOnly, "t").contains("/l.js"));
    }

    #[test]
    fn language_size_and_share_card_are_put_in_and_nothing_breaks_out() {
        let shell = Shell::parse(SHELL).expect("parses");
        let html = fill(&shell, Loading::App, "a\"><script>");
        assert!(html.contains("<html lang=\"en\" data-size=\"elder\" data-contrast=\"more\">"));
        assert!(html.contains("<title>a&quot;&gt;&lt;script&gt;</title>"));
        assert!(html.contains("og:image\" content=\"https://example.org/share/card/lung.png"));
        assert!(html.contains("<div id=\"app\"><p>页</p></div>"));
    }

    fn with_style(name: &str, css: &str) -> anyhow::Result<Shell> {
        let folder = tempfile::tempdir().expect("a folder");
        let link = format!("<!--head--><link rel=\"stylesheet\" href=\"/{name}\">");
        std::fs::write(folder.path().join("index.html"), SHELL.replace("<!--head-->", &link)).expect("a file");
        std::fs::write(folder.path().join(name), css).expect("a file");
        std::fs::write(folder.path().join("staff-4567cdef.css"), "i{top:0}").expect("a file");
        Shell::read(folder.path())
    }

    #[test]
    fn a_page_carries_its_style_sheet_until_the_browser_was_sent_this_version() {
        let shell = with_style("style-0123abcd.css", "b{top:0}").expect("a shell");
        let style = shell.style.clone().expect("a style sheet");
        assert_eq!(style.version, "0123abcd");
        // What `printf 'b{top:0}' | openssl dgst -sha256 -binary | base64` says.
        assert_eq!(style.source, "'sha256-glHtJTlV14jnybiB8VExkMe37XsC4bVntDacTTPF6Zw='");
        for (sent, carried) in [(None, true), (Some("older"), true), (Some("0123abcd"), false)] {
            let html = shell.fill(&Filling { style: sent, ..filling(Loading::App, "t") });
            assert_eq!(html.contains(">b{top:0}</style>"), carried, "{sent:?}");
            assert_eq!(html.contains("<link rel=\"stylesheet\" href=\"/style-0123abcd.css\">"), !carried, "{sent:?}");
        }
    }

    #[test]
    fn no_page_of_residents_loads_what_the_console_adds_to_the_style() {
        let shell = with_style("style-0123abcd.css", "b{top:0}").expect("a shell");
        assert_eq!(shell.staff_style, "<link rel=\"stylesheet\" href=\"/staff-4567cdef.css\">");
        assert!(!fill(&shell, Loading::App, "t").contains("staff-4567cdef"));
    }

    #[test]
    fn a_style_sheet_that_cannot_stand_inside_a_page_is_refused() {
        assert!(with_style("style-0123abcd.css", "b{background:url(\"data:image/svg+xml,x\")}").is_ok());
        for (name, css) in [
            ("style.css", "b{}"),
            ("style-0123abcd.css", "b{background:url(picture.png)}"),
            ("style-0123abcd.css", "b::before{content:'</style>'}"),
        ] {
            assert!(with_style(name, css).is_err(), "{name} {css}");
        }
    }

    #[test]
    fn a_shell_without_its_marks_is_refused() {
        assert!(Shell::parse("<html></html>").is_err());
    }
}
