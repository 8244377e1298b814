//! `/clinics/{id}`: everything that published sources say about an institution.

use crate::components::Site;
use crate::components::back_line::back_line;
use crate::components::clinic_card::{not_for_a_try, provenance};
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::{link_card, link_list};
use crate::components::phone_link::{hours_are_assumed, phone_list, tel};
use crate::components::summary_list::{row, summary_list};
use crate::components::title::title;
use crate::view::{Node, el, nodes};
use zaoshai_contract::clinics::{Alliance, Clinic};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::places::Precision;
use zaoshai_contract::route::{ClinicFilter, Route};

/// The page.
pub fn page(site: &Site, clinic: Clinic) -> Node {
    let words = site.words;
    let card = clinic.card;
    let foreign =
        (!words.theirs_in_chinese.is_empty()).then(|| el("p").class("zs-small").child(words.theirs_in_chinese));
    let assumed = hours_are_assumed(&card.phones).then(|| el("p").class("zs-small").child(words.hours_assumed));
    let complaints = (!clinic.complaints.is_empty()).then(|| {
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "complaints")
            .child(el("h2").class("zs-h2").with("id", "complaints").child(words.complaints))
            .child(phone_list(site, &clinic.complaints, clinic.office))
    });
    let mut facts = Vec::new();
    if !clinic.aka.is_empty() {
        facts.push(row(words.aka.to_owned(), clinic.aka.join("、").into(), String::new()));
    }
    if let Some((id, name)) = &clinic.part_of {
        facts.push(row(words.part_of.to_owned(), link(site, id, name), String::new()));
    }
    let address = if clinic.address.is_empty() { words.address_unknown.to_owned() } else { clinic.address };
    facts.push(row(words.address.to_owned(), Node::from(address), String::new()));
    let services = if card.services.is_empty() {
        el("p").child(words.services_unknown).node()
    } else {
        let items = card
            .services
            .iter()
            .map(|service| {
                el("li")
                    .class("zs-clinic-card__does")
                    .child(small_icon("check"))
                    .child(el("span").child(service.text.clone()))
            })
            .collect::<Vec<_>>();
        el("ul").class("zs-stack zs-stack--tight").child(items).node()
    };
    let exact = card.position.is_some_and(|place| place.precision == Precision::Exact);
    let directions = match clinic.maps {
        Some(maps) => nodes![
            (!exact).then(|| el("p").class("zs-small").child(words.directions_hint)),
            link_list(vec![
                link_card(maps.tencent, "pin", words.tencent.to_owned(), String::new()),
                link_card(maps.amap, "pin", words.amap.to_owned(), String::new()),
                link_card(maps.baidu, "pin", words.baidu.to_owned(), String::new()),
            ])
        ],
        None => el("p").child(words.on_no_map).node(),
    };
    let notes = (!clinic.notes.is_empty()).then(|| {
        let rows = clinic.notes.into_iter().map(|note| row(note.title, Node::from(note.text), String::new())).collect();
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "notes")
            .child(el("h2").class("zs-h2").with("id", "notes").child(words.good_to_know))
            .child(summary_list(rows))
    });
    let alliances = (!clinic.alliances.is_empty()).then(|| {
        let items = clinic.alliances.into_iter().map(|alliance| alliance_of(site, alliance)).collect::<Vec<_>>();
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "alliances")
            .child(el("h2").class("zs-h2").with("id", "alliances").child(words.alliances))
            .child(items)
    });
    // The number to call now is the way to book that every person has.
    let number = card.phone_now(clinic.office).map(|phone| phone.number.clone());
    let booking = (!card.booking.is_empty()).then(|| {
        let call = number.map(|number| {
            el("a").class("zs-button").with("href", tel(&number)).child(icon("phone")).child(
                el("span").child(words.call_to_book).child(" ").child(el("span").class("zs-nowrap").child(number)),
            )
        });
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "booking")
            .child(el("h2").class("zs-h2").with("id", "booking").child(words.how_to_book))
            .child(el("p").child(card.booking.clone()))
            .child(call)
            .child(el("p").class("zs-small").child(words.when_you_call))
    });
    let home_care = (!clinic.home_care.is_empty())
        .then(|| link_card(site.to(&Route::HomeCare), "letter", clinic.home_care, String::new()));
    nodes![
        back_line(site, site.to(&Route::Clinics(ClinicFilter::default())), words.all_clinics),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").with("lang", site.theirs()).child(title(&card.name)))
            .child(foreign)
            .child(el("p").class("zs-lead").with("lang", site.theirs()).child(card.area.clone()))
            .child(phone_list(site, &card.phones, clinic.office))
            .child(not_for_a_try(site, &card.provenance))
            .child(assumed)
            .child(el("p").with("lang", site.theirs()).child(clinic.intro))
            .child(summary_list(facts))
            .child(home_care)
            .child(provenance(site, &card.provenance, card.position)),
        booking,
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "services")
            .child(el("h2").class("zs-h2").with("id", "services").child(words.services))
            .child(services),
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "directions")
            .child(el("h2").class("zs-h2").with("id", "directions").child(words.directions))
            .child(directions),
        notes,
        alliances,
        complaints,
        el("p")
            .class("zs-section zs-source-note")
            .child(icon("source"))
            .child(el("span").child(card.provenance.source.clone()))
    ]
}

fn link(site: &Site, id: &str, name: &str) -> Node {
    match Slug::parse(id) {
        Some(id) => el("a").with("href", site.to(&Route::Clinic(id))).child(name.to_owned()).node(),
        None => Node::from(name.to_owned()),
    }
}

fn alliance_of(site: &Site, alliance: Alliance) -> Node {
    let members = alliance.members.iter().map(|(id, name)| el("li").child(link(site, id, name))).collect::<Vec<_>>();
    el("div")
        .class("zs-card zs-stack zs-stack--tight")
        .child(el("h3").class("zs-h3").with("lang", site.theirs()).child(title(&alliance.name)))
        .child(el("p").class("zs-small").child(alliance.role).child(" ").child(alliance.note))
        .child(el("ul").class("zs-points").child(members))
        .node()
}
