//! The calendar entry of an appointment (RFC 5545): CRLF, folded by octets, stable UID, rising SEQUENCE.
//! It holds no name, no reason, no service and no room, which may tell the service: calendars are shared and synchronised.

use zaoshai_contract::civil::Moment;
use zaoshai_contract::slots::Slot;

/// Longest line in octets, without its CRLF (RFC 5545 §3.1).
const LINE: usize = 75;

/// What a calendar entry says.
pub struct Entry<'a> {
    /// The follow-up's id: the same for every entry of it, so that a moved appointment replaces the old one.
    pub id: &'a str,
    /// Counts the changes.
    pub sequence: i64,
    /// The slot.
    pub slot: &'a Slot,
    /// True when the appointment no longer stands.
    pub cancelled: Standing,
    /// The hospital's name.
    pub hospital: &'a str,
    /// The hospital's address, where known.
    pub address: &'a str,
    /// The phone there.
    pub phone: &'a str,
    /// The phone of whoever can change it; empty where that is the same.
    pub change: &'a str,
    /// Now.
    pub now: Moment,
}

/// Whether the appointment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Confirmed,
    /// It was cancelled: the entry takes itself out of the calendar.
    Cancelled,
}

/// Writes the entry as an `.ics` file.
pub fn write(entry: &Entry<'_>) -> String {
    let (method, status) = match entry.cancelled {
        Standing::Confirmed => ("PUBLISH", "CONFIRMED"),
        Standing::Cancelled => ("CANCEL", "CANCELLED"),
    };
    let ends = entry.slot.starts.plus_minutes(i64::from(entry.slot.minutes));
    let mut out = String::new();
    let mut line = |text: &str| fold(text, &mut out);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Zaoshai//Appointments//ZH");
    line(&format!("METHOD:{method}"));
    line("BEGIN:VEVENT");
    line(&format!("UID:{}@zaoshai", entry.id));
    line(&format!("SEQUENCE:{}", entry.sequence));
    line(&format!("DTSTAMP:{}", utc(entry.now)));
    line(&format!("DTSTART:{}", utc(entry.slot.starts)));
    line(&format!("DTEND:{}", utc(ends)));
    line(&format!("STATUS:{status}"));
    line(&format!("SUMMARY:{}", escape(&format!("医院预约 {}", entry.hospital))));
    let place = format!("{} {}", entry.hospital, entry.address);
    line(&format!("LOCATION:{}", escape(place.trim_end())));
    let mut description = "到哪一间、要改时间或取消，请打开护士发给您的链接。".to_owned();
    if !entry.phone.is_empty() {
        description.push_str(&format!("\n医院电话 {}", entry.phone));
    }
    if !entry.change.is_empty() {
        description.push_str(&format!("\n要改时间请打 {}", entry.change));
    }
    line(&format!("DESCRIPTION:{}", escape(&description)));
    if entry.cancelled == Standing::Confirmed {
        line("BEGIN:VALARM");
        line("ACTION:DISPLAY");
        line("TRIGGER:-P1D");
        line(&format!("DESCRIPTION:{}", escape(&format!("明天有医院预约 {}", entry.hospital))));
        line("END:VALARM");
    }
    line("END:VEVENT");
    line("END:VCALENDAR");
    out
}

fn utc(moment: Moment) -> String {
    let shifted = Moment(moment.0 - 8 * 3_600_000);
    let date = shifted.date();
    let minute = shifted.minute_of_day();
    let second = moment.0.rem_euclid(60_000) / 1000;
    format!("{:04}{:02}{:02}T{:02}{:02}{second:02}Z", date.year(), date.month(), date.day(), minute / 60, minute % 60)
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Adds a line, folded so that no part is longer than 75 octets and no character is cut.
fn fold(text: &str, out: &mut String) {
    let mut length = 0;
    for letter in text.chars() {
        if length + letter.len_utf8() > LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(letter);
        length += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    mod parsers;

    use super::*;
    use proptest::prelude::*;
    use zaoshai_contract::civil::CivilDate;
    use zaoshai_contract::ids::SlotId;

    fn entry(slot: &Slot, cancelled: Standing) -> String {
        write(&Entry {
            id: "abc",
            sequence: 3,
            slot,
            cancelled,
            hospital: "株洲市二医院",
            address: "株洲市石峰区, 某路; 1号",
            phone: "0731-28307119",
            change: "",
            now: Moment(0),
        })
    }

    fn slot() -> Slot {
        Slot {
            id: SlotId::parse("s").expect("an id"),
            starts: Moment::at(CivilDate::new(2026, 4, 21).expect("a day"), 9 * 60 + 30),
            minutes: 20,
            service: "ldct-review".to_owned(),
            clinic: "zhuzhou-2".to_owned(),
            room: "门诊 CT 室".to_owned(),
            expert: String::new(),
            free: 0,
        }
    }

    #[test]
    fn an_entry_holds_the_time_and_nothing_about_health() {
        let text = entry(&slot(), Standing::Confirmed);
        for part in
            ["DTSTART:20260421T013000Z\r\n", "DTEND:20260421T015000Z\r\n", "SEQUENCE:3\r\n", "UID:abc@zaoshai\r\n"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("CT 室"));
        assert!(text.contains("石峰区\\, 某路\\; 1号"));
    }

    #[test]
    fn a_cancelled_entry_takes_itself_out() {
        let text = entry(&slot(), Standing::Cancelled);
        assert!(
            text.contains("METHOD:CANCEL\r\n") && text.contains("STATUS:CANCELLED\r\n") && !text.contains("VALARM")
        );
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_75_octets_and_unfolding_gives_the_text_back(text in "[ -~株洲市二医院，。😀]{0,200}") {
            let mut out = String::new();
            fold(&text, &mut out);
            for line in out.trim_end_matches("\r\n").split("\r\n") {
                prop_assert!(line.len() <= LINE);
            }
            let unfolded = out.replace("\r\n ", "");
            prop_assert_eq!(unfolded.trim_end_matches("\r\n"), text.as_str());
        }
    }
}
