//! The clinic finder: institutions with services, phones by hour, alliances and provenance,
//! and the plain functions that filter and order them.

use crate::places::{MapLinks, Position};
use serde::{Deserialize, Serialize};

/// When a phone is answered, as the source says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Hours {
    /// Day and night.
    Always,
    /// 上班时间, without saying when that is.
    Working,
    /// Outside 上班时间.
    OffHours,
    /// The source does not say.
    Unknown,
}

/// Whether somebody should answer at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// The source says so for this hour.
    Yes,
    /// The source says otherwise for this hour.
    No,
    /// Nobody knows.
    Unknown,
}

impl Hours {
    /// Whether a phone with these hours should be answered while offices are open, or while they are not
    /// ([`crate::holidays::Holidays::office_hours`]).
    pub fn answered(self, office: bool) -> Answered {
        match (self, office) {
            (Self::Always, _) | (Self::Working, true) | (Self::OffHours, false) => Answered::Yes,
            (Self::Working, false) | (Self::OffHours, true) => Answered::No,
            (Self::Unknown, _) => Answered::Unknown,
        }
    }
}

/// What a phone is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PhoneKind {
    /// Questions and booking.
    #[default]
    Enquiry,
    /// Complaints.
    Complaint,
}

/// A phone number of an institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Phone {
    /// The number with its area code, as it is printed.
    pub number: String,
    /// What it is called.
    pub label: String,
    /// When it is answered.
    pub hours: Hours,
    /// What it is for.
    #[serde(default)]
    pub kind: PhoneKind,
}

/// A service an institution offers, in the words of its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Service {
    /// The service's id in the filter.
    pub id: String,
    /// What the source says.
    pub text: String,
}

/// A medical alliance the institution belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alliance {
    /// Its name.
    pub name: String,
    /// This institution's part in it, in words.
    pub role: String,
    /// Members that the finder knows: id and name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<(String, String)>,
    /// More, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A note for patients: booking, paying, parking, visiting experts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ClinicNote))]
pub struct Note {
    /// What it is about.
    pub title: String,
    /// The text.
    pub text: String,
}

/// Where a record comes from and whether the institution has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provenance {
    /// The source's title.
    pub source: String,
    /// When it was published, in words.
    pub dated: String,
    /// When the institution confirmed it, in words; empty while it has not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub confirmed: String,
    /// True of an institution that there is not, in the demonstration.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub fictitious: bool,
}

/// An institution in the finder's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClinicCard {
    /// Its name in the URL.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Province, city and district in words.
    pub area: String,
    /// The city, for the filter.
    pub city: String,
    /// Its position, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Its services; those asked for come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Its enquiry phones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// How its source says that one books there; empty when it does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub booking: String,
    /// Where the record comes from.
    pub provenance: Provenance,
    /// Kilometres from the chosen neighbourhood, as told to people; none when nothing was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub km: Option<u32>,
}

/// A choice of the filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// Its value in the query.
    pub value: String,
    /// Its words.
    pub label: String,
}

/// The finder's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finder {
    /// The service asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Choice>,
    /// The city asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Only where somebody answers now.
    #[serde(default)]
    pub open_now: bool,
    /// The neighbourhood distances are counted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<Choice>,
    /// What was asked for and does not exist: the rest was asked without it. What a stranger wrote into a link is not
    /// repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Wish>,
    /// The services to choose from.
    pub services: Vec<Choice>,
    /// The cities to choose from.
    pub cities: Vec<String>,
    /// The neighbourhoods to choose from.
    pub places: Vec<Choice>,
    /// Institutions whose source names what is asked for.
    pub found: Vec<ClinicCard>,
    /// Institutions that fit the city and the hour but whose source does not name the service.
    pub unsure: Vec<ClinicCard>,
    /// When nothing was found: the nearest match and what had to be given up for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Instead>,
    /// Whether it is office hours.
    pub office: bool,
}

/// The nearest match to a question without an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Instead {
    /// What was given up to find it.
    pub without: GivenUp,
    /// The institutions.
    pub clinics: Vec<ClinicCard>,
}

/// Which wish was given up to find something at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GivenUp {
    /// That somebody answers now.
    OpenNow,
    /// The city.
    City,
    /// City and hour.
    CityAndOpenNow,
    /// Everything.
    All,
}

/// A wish that the finder can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// A service.
    Service,
    /// A city.
    City,
    /// A neighbourhood.
    Near,
}

/// An institution's own page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Clinic {
    /// What the list shows of it.
    pub card: ClinicCard,
    /// Other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aka: Vec<String>,
    /// A sentence or two.
    pub intro: String,
    /// The street address; empty when it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// The hospital this is a site of: id and name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<(String, String)>,
    /// Complaint lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complaints: Vec<Phone>,
    /// Its alliances.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alliances: Vec<Alliance>,
    /// Notes for patients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Links into the map apps; none for an institution that there is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maps: Option<MapLinks>,
    /// Whether it is office hours.
    pub office: bool,
    /// What the page about its nursing at home is called; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub home_care: String,
}

impl ClinicCard {
    /// Whether anybody should answer one of the enquiry phones now.
    pub fn answered(&self, office: bool) -> Answered {
        let mut best = if self.phones.is_empty() { Answered::Unknown } else { Answered::No };
        for phone in &self.phones {
            match phone.hours.answered(office) {
                Answered::Yes => return Answered::Yes,
                Answered::Unknown => best = Answered::Unknown,
                Answered::No => {}
            }
        }
        best
    }

    /// The phone to call now: one that is answered at this hour before one that may be.
    pub fn phone_now(&self, office: bool) -> Option<&Phone> {
        let answered = |wanted| self.phones.iter().find(move |phone| phone.hours.answered(office) == wanted);
        answered(Answered::Yes).or_else(|| answered(Answered::Unknown)).or_else(|| self.phones.first())
    }

    /// Whether the source names this service.
    pub fn offers(&self, service: &str) -> bool {
        self.services.iter().any(|offered| offered.id == service)
    }
}

/// Orders cards by distance from a place, nearest first; those without a position come last, in their old order.
/// Writes the distance into each card.
pub fn order_by_distance(cards: &mut [ClinicCard], from: Position) {
    // A list of a dozen: putting each in its place is shorter than a general sort, and keeps the order of equals.
    let mut keyed: Vec<(f64, ClinicCard)> = Vec::with_capacity(cards.len());
    for card in cards.iter() {
        let km = card.position.map_or(f64::INFINITY, |place| place.distance_km(from));
        let mut card = card.clone();
        card.km = card.position.map(|place| crate::places::told_km(km, place.precision));
        let place = keyed.iter().position(|(other, _)| *other > km).unwrap_or(keyed.len());
        keyed.insert(place, (km, card));
    }
    for (slot, (_, card)) in cards.iter_mut().zip(keyed) {
        *slot = card;
    }
}

/// Everything the finder knows and is asked, before it is answered.
pub struct Question<'a> {
    /// The service's id.
    pub service: Option<&'a str>,
    /// The city's name.
    pub city: Option<&'a str>,
    /// Only where somebody answers now.
    pub open_now: bool,
    /// Whether it is office hours.
    pub office: bool,
}

/// The answer of the finder: found, unsure, and what to offer when nothing was found.
pub struct Answer {
    /// See [`Finder::found`].
    pub found: Vec<ClinicCard>,
    /// See [`Finder::unsure`].
    pub unsure: Vec<ClinicCard>,
    /// See [`Finder::instead`].
    pub instead: Option<Instead>,
}

/// Answers a question from all institutions. Honest: what no source says is "unsure", never "found" and never hidden.
pub fn find(all: &[ClinicCard], question: &Question<'_>) -> Answer {
    let matching = |service: Option<&str>, city: Option<&str>, open_now: bool| -> Vec<ClinicCard> {
        all.iter()
            .filter(|card| city.is_none_or(|city| card.city == city))
            .filter(|card| !open_now || card.answered(question.office) == Answered::Yes)
            .filter(|card| service.is_none_or(|service| card.offers(service)))
            .map(|card| with_service_first(card, service))
            .collect()
    };
    let found = matching(question.service, question.city, question.open_now);
    let unsure = match question.service {
        Some(service) => {
            matching(None, question.city, question.open_now).into_iter().filter(|card| !card.offers(service)).collect()
        }
        None => Vec::new(),
    };
    let instead = found.is_empty().then(|| nearest_match(question, matching)).flatten();
    Answer { found, unsure, instead }
}

fn nearest_match(
    question: &Question<'_>,
    matching: impl Fn(Option<&str>, Option<&str>, bool) -> Vec<ClinicCard>,
) -> Option<Instead> {
    let tries = [
        (GivenUp::OpenNow, question.open_now, question.service, question.city, false),
        (GivenUp::City, question.city.is_some(), question.service, None, question.open_now),
        (GivenUp::CityAndOpenNow, question.city.is_some() && question.open_now, question.service, None, false),
        (GivenUp::All, true, None, None, false),
    ];
    tries
        .into_iter()
        .filter(|(_, applies, ..)| *applies)
        .map(|(without, _, service, city, open_now)| Instead { without, clinics: matching(service, city, open_now) })
        .find(|instead| !instead.clinics.is_empty())
}

fn with_service_first(card: &ClinicCard, service: Option<&str>) -> ClinicCard {
    let mut card = card.clone();
    if let Some(service) = service {
        card.services.sort_by_key(|offered| offered.id != service);
    }
    card
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::{Datum, Precision};

    fn card(id: &str, city: &str, services: &[&str], hours: &[Hours]) -> ClinicCard {
        ClinicCard {
            id: id.to_owned(),
            name: id.to_owned(),
            area: city.to_owned(),
            city: city.to_owned(),
            position: None,
            services: services.iter().map(|id| Service { id: (*id).to_owned(), text: String::new() }).collect(),
            phones: hours
                .iter()
                .map(|hours| Phone {
                    number: format!("{hours:?}"),
                    label: String::new(),
                    hours: *hours,
                    kind: PhoneKind::Enquiry,
                })
                .collect(),
            booking: String::new(),
            provenance: Provenance {
                source: String::new(),
                dated: String::new(),
                confirmed: String::new(),
                fictitious: false,
            },
            km: None,
        }
    }

    #[test]
    fn the_number_to_call_depends_on_the_hour() {
        let clinic = card("a", "安庆市", &[], &[Hours::Working, Hours::OffHours]);
        for (office, expected) in [(true, "Working"), (false, "OffHours")] {
            assert_eq!(clinic.phone_now(office).expect("a phone").number, expected);
            assert_eq!(clinic.answered(office), Answered::Yes);
        }
    }

    #[test]
    fn unknown_hours_are_neither_open_nor_closed() {
        assert_eq!(card("a", "", &[], &[Hours::Unknown]).answered(true), Answered::Unknown);
        assert_eq!(card("a", "", &[], &[]).answered(true), Answered::Unknown);
        assert_eq!(card("a", "", &[], &[Hours::Working]).answered(false), Answered::No);
    }

    fn ids(cards: &[ClinicCard]) -> Vec<&str> {
        cards.iter().map(|card| card.id.as_str()).collect()
    }

    #[test]
    fn what_no_source_says_is_unsure_not_found() {
        let all =
            [card("a", "株洲市", &["lung"], &[]), card("b", "株洲市", &[], &[]), card("c", "德州市", &["lung"], &[])];
        let question = Question { service: Some("lung"), city: Some("株洲市"), open_now: false, office: true };
        let answer = find(&all, &question);
        assert_eq!((ids(&answer.found), ids(&answer.unsure)), (vec!["a"], vec!["b"]));
        assert_eq!(answer.instead, None);
    }

    #[test]
    fn an_empty_result_gives_up_one_wish_at_a_time() {
        let all =
            [card("a", "株洲市", &["lung"], &[Hours::Working]), card("b", "德州市", &["breast"], &[Hours::Always])];
        for (service, city, open_now, without, offered) in [
            (Some("lung"), Some("株洲市"), true, GivenUp::OpenNow, "a"),
            (Some("lung"), Some("德州市"), false, GivenUp::City, "a"),
            (Some("lung"), Some("德州市"), true, GivenUp::CityAndOpenNow, "a"),
            (Some("breast"), Some("株洲市"), true, GivenUp::City, "b"),
        ] {
            let answer = find(&all, &Question { service, city, open_now, office: false });
            assert!(answer.found.is_empty());
            let instead = answer.instead.expect("a nearest match");
            assert_eq!((instead.without, ids(&instead.clinics)), (without, vec![offered]), "{service:?} {city:?}");
        }
        let nowhere = find(&all, &Question { service: Some("eye"), city: None, open_now: false, office: false });
        assert_eq!(nowhere.instead.map(|instead| instead.without), Some(GivenUp::All));
    }

    #[test]
    fn nearest_comes_first_and_unknown_places_last() {
        let place = |lat| Some(Position { lat, lon: 113.0, datum: Datum::Wgs84, precision: Precision::District });
        let mut cards = [card("nowhere", "", &[], &[]), card("far", "", &[], &[]), card("near", "", &[], &[])];
        cards[1].position = place(30.0);
        cards[2].position = place(28.0);
        order_by_distance(&mut cards, place(27.9).expect("a place"));
        assert_eq!(ids(&cards), ["near", "far", "nowhere"]);
        assert_eq!((cards[0].km, cards[2].km), (Some(11), None));
    }
}
