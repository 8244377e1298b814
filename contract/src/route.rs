//! Every public address of the app, as one enum: parsed from a path, printed as a path, in a language.
//! App, backend, tests and share links all use it, so a link cannot be wrong.

use crate::ids::{Slug, Token};

/// Where a server that was started as a demonstration explains itself.
pub const DEMO: &str = "/demo";

/// A language of the interface, chosen by the front of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, without a prefix.
    #[default]
    Hans,
    /// Traditional Chinese, under `/hant`.
    Hant,
    /// English, under `/en`.
    En,
}

impl Lang {
    /// All languages, the default first.
    pub const ALL: [Self; 3] = [Self::Hans, Self::Hant, Self::En];

    /// The front of the path: "", "/hant" or "/en".
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Hans => "",
            Self::Hant => "/hant",
            Self::En => "/en",
        }
    }

    /// The value of the `lang` attribute (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::Hans => "zh-CN",
            Self::Hant => "zh-Hant",
            Self::En => "en",
        }
    }

    /// Reads what [`Self::tag`] prints.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }
}

/// Most characters of a report's words, or of what is searched for, that are looked at.
const LONGEST_QUERY: usize = 80;

/// What the clinic finder is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClinicFilter {
    /// A service's id.
    pub service: Option<Slug>,
    /// A city's name, like 株洲市.
    pub city: Option<String>,
    /// Only places where somebody answers now.
    pub open_now: bool,
    /// Sort by distance from this clinic's neighbourhood: the choice for those who keep their position to themselves.
    pub near: Option<Slug>,
}

/// What a follow-up link is asked to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FollowUpView {
    /// What is to be done now.
    #[default]
    Plan,
    /// All times, by day, for a first appointment.
    Days,
    /// Other times, to move the appointment to.
    Moving,
    /// The question whether to cancel.
    Cancelling,
    /// Questions to the nurse and her answers.
    Questions,
    /// Who may act for the patient.
    Helpers,
    /// What is kept about the patient.
    Data,
    /// The question whether to have it deleted.
    Erasing,
}

impl FollowUpView {
    /// All views with their words in the address.
    const WORDS: [(Self, &'static str); 8] = [
        (Self::Plan, ""),
        (Self::Days, "days"),
        (Self::Moving, "move"),
        (Self::Cancelling, "cancel"),
        (Self::Questions, "questions"),
        (Self::Helpers, "family"),
        (Self::Data, "data"),
        (Self::Erasing, "erase"),
    ];

    /// Its word in the address; empty for the plan.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(view, _)| *view == self).map_or("", |(_, word)| word)
    }

    /// Reads its word; what is no word is the plan.
    pub fn parse(text: &str) -> Self {
        Self::WORDS.iter().find(|(_, word)| *word == text).map_or(Self::Plan, |(view, _)| *view)
    }
}

/// A public page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `/`
    Home,
    /// `/screening`
    Topics,
    /// `/screening/{topic}`
    Topic(Slug),
    /// `/screening/{topic}/decide`
    Decision(Slug),
    /// `/results`, with the words that were typed from a report
    Results(String),
    /// `/results/{id}`
    Result(Slug),
    /// `/programmes`
    Programmes,
    /// `/programmes/{id}`
    Programme(Slug),
    /// `/guidance`
    GuidanceList,
    /// `/guidance/{page}`
    Guidance(Slug),
    /// `/check`
    Checks,
    /// `/check/{id}`
    Check(Slug),
    /// `/plan`
    Plan,
    /// `/clinics`
    Clinics(ClinicFilter),
    /// `/clinics/{id}`
    Clinic(Slug),
    /// `/f`: the follow-up tab, for those who have no link at hand
    FollowUpEntry,
    /// `/f/{token}`
    FollowUp(Token, FollowUpView),
    /// `/home-care`: nursing at home, and the form to ask for it
    HomeCare,
    /// `/home-care/{token}`: what became of a request
    HomeCareRequest(Token),
    /// `/search`, with what was typed
    Search(String),
    /// `/privacy`
    Privacy,
}

/// The four areas of the tab bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// 筛查
    Screening,
    /// 指导
    Guidance,
    /// 找医院
    Clinics,
    /// 随访
    FollowUp,
}

impl Route {
    /// Reads a path and its query (without `?`). Unknown query keys are ignored, as messengers add their own.
    pub fn parse(path: &str, query: &str) -> Option<(Lang, Self)> {
        let mut rest = path;
        let mut lang = Lang::Hans;
        for candidate in [Lang::Hant, Lang::En] {
            if let Some(after) = path.strip_prefix(candidate.prefix())
                && (after.is_empty() || after.starts_with('/'))
            {
                lang = candidate;
                rest = after;
            }
        }
        let mut parts = rest.trim_matches('/').split('/').filter(|part| !part.is_empty());
        let route = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Home,
            (Some("screening"), None, _) => Self::Topics,
            (Some("screening"), Some(topic), None) => Self::Topic(Slug::parse(topic)?),
            (Some("screening"), Some(topic), Some("decide")) if parts.next().is_none() => {
                Self::Decision(Slug::parse(topic)?)
            }
            (Some("results"), None, _) => Self::results(&value_of(query, "q").unwrap_or_default()),
            (Some("results"), Some(id), None) => Self::Result(Slug::parse(id)?),
            (Some("programmes"), None, _) => Self::Programmes,
            (Some("programmes"), Some(id), None) => Self::Programme(Slug::parse(id)?),
            (Some("guidance"), None, _) => Self::GuidanceList,
            (Some("guidance"), Some(page), None) => Self::Guidance(Slug::parse(page)?),
            (Some("check"), None, _) => Self::Checks,
            (Some("check"), Some(id), None) => Self::Check(Slug::parse(id)?),
            (Some("plan"), None, _) => Self::Plan,
            (Some("clinics"), None, _) => Self::Clinics(ClinicFilter::parse(query)),
            (Some("clinics"), Some(id), None) => Self::Clinic(Slug::parse(id)?),
            (Some("f"), None, _) => Self::FollowUpEntry,
            (Some("f"), Some(token), None) => {
                let view = value_of(query, "view").map_or(FollowUpView::Plan, |view| FollowUpView::parse(&view));
                Self::FollowUp(Token::parse(token)?, view)
            }
            (Some("home-care"), None, _) => Self::HomeCare,
            (Some("home-care"), Some(token), None) => Self::HomeCareRequest(Token::parse(token)?),
            (Some("search"), None, _) => Self::search(&value_of(query, "q").unwrap_or_default()),
            (Some("privacy"), None, _) => Self::Privacy,
            _ => return None,
        };
        Some((lang, route))
    }

    /// The page that looks up the words of a report, of which only the first eighty characters count.
    pub fn results(typed: &str) -> Self {
        Self::Results(shortened(typed))
    }

    /// The search, of whose text only the first eighty characters count.
    pub fn search(typed: &str) -> Self {
        Self::Search(shortened(typed))
    }

    /// The address in a language, beginning with `/`.
    pub fn path(&self, lang: Lang) -> String {
        let tail = match self {
            Self::Home => return if lang == Lang::Hans { "/".to_owned() } else { lang.prefix().to_owned() },
            Self::Topics => "/screening".to_owned(),
            Self::Topic(topic) => format!("/screening/{topic}"),
            Self::Decision(topic) => format!("/screening/{topic}/decide"),
            Self::Results(typed) => format!("/results{}", typed_query(typed)),
            Self::Result(id) => format!("/results/{id}"),
            Self::Programmes => "/programmes".to_owned(),
            Self::Programme(id) => format!("/programmes/{id}"),
            Self::GuidanceList => "/guidance".to_owned(),
            Self::Guidance(page) => format!("/guidance/{page}"),
            Self::Checks => "/check".to_owned(),
            Self::Check(id) => format!("/check/{id}"),
            Self::Plan => "/plan".to_owned(),
            Self::Clinics(filter) => format!("/clinics{}", filter.query()),
            Self::Clinic(id) => format!("/clinics/{id}"),
            Self::FollowUpEntry => "/f".to_owned(),
            Self::FollowUp(token, FollowUpView::Plan) => format!("/f/{token}"),
            Self::FollowUp(token, view) => format!("/f/{token}?view={}", view.as_str()),
            Self::HomeCare => "/home-care".to_owned(),
            Self::HomeCareRequest(token) => format!("/home-care/{token}"),
            Self::Search(typed) => format!("/search{}", typed_query(typed)),
            Self::Privacy => "/privacy".to_owned(),
        };
        format!("{}{tail}", lang.prefix())
    }

    /// The address of the page's one JSON document.
    pub fn api_path(&self, lang: Lang) -> String {
        let tail = match self {
            Self::Home => "/home".to_owned(),
            Self::Topics => "/topics".to_owned(),
            Self::Topic(topic) => format!("/topics/{topic}"),
            Self::Decision(topic) => format!("/topics/{topic}/decide"),
            Self::Results(typed) => format!("/results{}", typed_query(typed)),
            Self::Result(id) => format!("/results/{id}"),
            Self::Programmes => "/programmes".to_owned(),
            Self::Programme(id) => format!("/programmes/{id}"),
            Self::GuidanceList => "/guidance".to_owned(),
            Self::Guidance(page) => format!("/guidance/{page}"),
            Self::Checks => "/checks".to_owned(),
            Self::Check(id) => format!("/checks/{id}"),
            Self::Plan => "/plan".to_owned(),
            Self::Clinics(filter) => format!("/clinics{}", filter.query()),
            Self::Clinic(id) => format!("/clinics/{id}"),
            Self::FollowUpEntry => "/followups".to_owned(),
            Self::FollowUp(token, FollowUpView::Plan) => format!("/followups/{token}"),
            Self::FollowUp(token, view) => format!("/followups/{token}?view={}", view.as_str()),
            Self::HomeCare => "/home-care".to_owned(),
            Self::HomeCareRequest(token) => format!("/home-care/{token}"),
            // The phone asks for the index alone: what is typed stays with it.
            Self::Search(_) => "/search".to_owned(),
            Self::Privacy => "/privacy".to_owned(),
        };
        if lang == Lang::Hans {
            return format!("/api/v1{tail}");
        }
        let joint = if tail.contains('?') { '&' } else { '?' };
        format!("/api/v1{tail}{joint}lang={}", lang.tag())
    }

    /// The tab this page belongs to.
    pub fn tab(&self) -> Option<Tab> {
        match self {
            Self::Home
            | Self::Topics
            | Self::Topic(_)
            | Self::Decision(_)
            | Self::Programmes
            | Self::Programme(_)
            | Self::Checks
            | Self::Check(_)
            | Self::Plan => Some(Tab::Screening),
            Self::GuidanceList | Self::Guidance(_) | Self::Results(_) | Self::Result(_) => Some(Tab::Guidance),
            Self::Clinics(_) | Self::Clinic(_) => Some(Tab::Clinics),
            Self::FollowUpEntry | Self::FollowUp(..) | Self::HomeCare | Self::HomeCareRequest(_) => Some(Tab::FollowUp),
            Self::Search(_) | Self::Privacy => None,
        }
    }
}

impl ClinicFilter {
    /// Reads a query string; what is not understood counts as not asked for.
    pub fn parse(query: &str) -> Self {
        let mut filter = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "service" => filter.service = Slug::parse(&value),
                "city" if !value.is_empty() && value.len() <= 60 => filter.city = Some(value.into_owned()),
                "open" => filter.open_now = value == "now",
                "near" => filter.near = Slug::parse(&value),
                _ => {}
            }
        }
        filter
    }

    /// The query string with its `?`, or nothing when nothing is asked for.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(service) = &self.service {
            query.append_pair("service", service.as_str());
        }
        if let Some(city) = &self.city {
            query.append_pair("city", city);
        }
        if self.open_now {
            query.append_pair("open", "now");
        }
        if let Some(near) = &self.near {
            query.append_pair("near", near.as_str());
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

fn shortened(typed: &str) -> String {
    typed.trim().chars().take(LONGEST_QUERY).collect()
}

fn typed_query(typed: &str) -> String {
    if typed.is_empty() {
        return String::new();
    }
    format!("?{}", form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish())
}

/// The first value of a key in a query string.
pub fn value_of(query: &str, key: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
}

/// A query of these pairs, without `?`.
pub fn query_of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slug(text: &str) -> Slug {
        Slug::parse(text).expect("a slug")
    }

    #[test]
    fn paths_read_as_routes() {
        let token = Token::from_bits(42);
        for (path, query, expected) in [
            ("/", "", Some((Lang::Hans, Route::Home))),
            ("/en", "", Some((Lang::En, Route::Home))),
            ("/en/", "", Some((Lang::En, Route::Home))),
            ("/hant/screening/lung", "", Some((Lang::Hant, Route::Topic(slug("lung"))))),
            ("/screening/lung", "from=singlemessage&isappinstalled=0", Some((Lang::Hans, Route::Topic(slug("lung"))))),
            ("/screening/lung/", "", Some((Lang::Hans, Route::Topic(slug("lung"))))),
            ("/english", "", None),
            ("/screening/../etc", "", None),
            ("/screening/lung/more", "", None),
            ("/screening/lung/decide", "", Some((Lang::Hans, Route::Decision(slug("lung"))))),
            ("/screening/lung/decide/more", "", None),
            ("/results", "q=+FIT%2B+", Some((Lang::Hans, Route::Results("FIT+".to_owned())))),
            ("/en/search", "q=lung", Some((Lang::En, Route::Search("lung".to_owned())))),
            ("/search/more", "q=lung", None),
            ("/f/short", "", None),
            (
                &format!("/f/{token}"),
                "view=cancel",
                Some((Lang::Hans, Route::FollowUp(token.clone(), FollowUpView::Cancelling))),
            ),
            ("/fr", "", None),
        ] {
            assert_eq!(Route::parse(path, query), expected, "{path}?{query}");
        }
    }

    fn any_route() -> impl Strategy<Value = Route> {
        let slug = "[a-z][a-z0-9-]{0,20}".prop_map(|text| Slug::parse(&text).expect("a slug"));
        let filter = (
            proptest::option::of(slug.clone()),
            proptest::option::of("[株洲德州安庆&=+% a-z]{1,6}"),
            any::<bool>(),
            proptest::option::of(slug.clone()),
        )
            .prop_map(|(service, city, open_now, near)| ClinicFilter { service, city, open_now, near });
        prop_oneof![
            Just(Route::Home),
            Just(Route::Topics),
            slug.clone().prop_map(Route::Topic),
            slug.clone().prop_map(Route::Decision),
            "([a-z+&%=便潜血]( ?[a-z0-9(+)阳性]){0,12})?".prop_map(Route::Results),
            slug.clone().prop_map(Route::Result),
            "([a-z+&%=肠镜]( ?[a-z0-9疼吗]){0,12})?".prop_map(Route::Search),
            Just(Route::Programmes),
            slug.clone().prop_map(Route::Programme),
            Just(Route::GuidanceList),
            slug.clone().prop_map(Route::Guidance),
            filter.prop_map(Route::Clinics),
            slug.prop_map(Route::Clinic),
            Just(Route::FollowUpEntry),
            Just(Route::HomeCare),
            any::<u128>().prop_map(|bits| Route::HomeCareRequest(Token::from_bits(bits))),
            any::<u128>().prop_map(|bits| Route::FollowUp(Token::from_bits(bits), FollowUpView::Moving)),
            Just(Route::Privacy),
        ]
    }

    proptest! {
        #[test]
        fn every_printed_path_reads_back(route in any_route(), lang in prop::sample::select(&Lang::ALL[..])) {
            let printed = route.path(lang);
            let (path, query) = printed.split_once('?').unwrap_or((&printed, ""));
            prop_assert_eq!(Route::parse(path, query), Some((lang, route)));
        }

        #[test]
        fn no_document_is_asked_for_with_what_was_typed_into_the_search(typed in ".{0,90}") {
            let address = Route::search(&typed).api_path(Lang::Hant);
            prop_assert_eq!(address, "/api/v1/search?lang=zh-Hant");
        }

        #[test]
        fn no_path_makes_the_parser_panic(path in ".{0,40}", query in ".{0,40}") {
            let _ = Route::parse(&path, &query);
        }
    }
}
