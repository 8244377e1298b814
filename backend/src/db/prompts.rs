//! What asks staff to look after a follow-up at once, read from its history: the patient has cancelled, or a time that was
//! kept for them lapsed, and since then nobody has called and nothing was booked.

use crate::pathway::HELPER;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{CallOutcome, Prompt};

/// What a line of the history says that matters here.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub(super) struct Event {
    /// When.
    pub(super) at: i64,
    /// `patient`, a relative, `clock` or a staff name.
    pub(super) actor: String,
    /// The action's word.
    pub(super) action: String,
    /// More in words.
    pub(super) detail: String,
    /// The appointment concerned.
    pub(super) appointment: Option<String>,
}

/// What asks, since when, and the word of the reason that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asking {
    pub(super) why: Prompt,
    pub(super) at: Moment,
    pub(super) reason: String,
}

/// What still asks after these events, oldest first.
pub(super) fn asking(events: &[Event]) -> Option<Asking> {
    let mut lent: Vec<&str> = Vec::new();
    let mut booked = false;
    let mut asks = None;
    for event in standing(events) {
        let because = |why| Some(Asking { why, at: Moment(event.at), reason: event.detail.clone() });
        let concerned = event.appointment.as_deref();
        booked = match event.action.as_str() {
            "book" | "confirm" => true,
            "cancel" | "cancel-for-clinic" | "miss" | "outcome" | "end" => false,
            _ => booked,
        };
        match event.action.as_str() {
            "hold" if matches!(event.detail.as_str(), "offer" | "replacement") => lent.extend(concerned),
            // Whoever has a time has lost nothing by letting an earlier one go.
            "expire" if !booked && concerned.is_some_and(|id| lent.contains(&id)) => asks = because(Prompt::Lapsed),
            "cancel" if event.actor == "family" || event.actor.starts_with(HELPER) => {
                asks = because(Prompt::CancelledByFamily);
            }
            // Also when a nurse did it for the patient: until there is a new time, somebody looks after them.
            "cancel" => asks = because(Prompt::CancelledByPatient),
            // Who was called under a wrong number, or did not answer, was not reached.
            "call" if CallOutcome::parse(&event.detail).is_some_and(|outcome| !outcome.reached()) => {}
            "book" | "confirm" | "call" | "outcome" | "end" => asks = None,
            _ => {}
        }
    }
    asks
}

/// The events without calls that were taken back.
fn standing(events: &[Event]) -> Vec<&Event> {
    let mut standing: Vec<&Event> = Vec::with_capacity(events.len());
    for event in events {
        if event.action != "uncall" {
            standing.push(event);
        } else if let Some(call) = standing.iter().rposition(|event| event.action == "call") {
            standing.remove(call);
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::{Event, asking};
    use zaoshai_contract::followups::Prompt;

    fn event(at: i64, actor: &str, action: &str, detail: &str) -> Event {
        let appointment = Some("one".to_owned());
        Event { at, actor: actor.to_owned(), action: action.to_owned(), detail: detail.to_owned(), appointment }
    }

    #[test]
    fn whoever_cancels_or_lets_a_kept_time_lapse_asks_until_a_call_a_booking_or_the_end_of_the_step() {
        let whys = [
            (
                vec![event(1, "patient", "confirm", ""), event(2, "patient", "cancel", "unwell")],
                Some(Prompt::CancelledByPatient),
            ),
            (vec![event(2, "helper/9", "cancel", "time")], Some(Prompt::CancelledByFamily)),
            (vec![event(1, "clock", "hold", "offer"), event(2, "clock", "expire", "")], Some(Prompt::Lapsed)),
            (vec![event(1, "clock", "hold", "replacement"), event(2, "clock", "expire", "")], Some(Prompt::Lapsed)),
            (vec![event(1, "patient", "hold", ""), event(2, "clock", "expire", "")], None),
            (
                vec![
                    event(0, "patient", "book", ""),
                    event(1, "clock", "hold", "offer"),
                    event(2, "clock", "expire", ""),
                    event(3, "zhang", "miss", ""),
                ],
                None,
            ),
            (
                vec![
                    event(0, "patient", "book", ""),
                    event(1, "clock", "cancel-for-clinic", "closed"),
                    event(1, "clock", "hold", "replacement"),
                    event(2, "clock", "expire", ""),
                ],
                Some(Prompt::Lapsed),
            ),
            (vec![event(2, "zhang", "cancel", "")], Some(Prompt::CancelledByPatient)),
        ];
        for (events, why) in whys {
            assert_eq!(asking(&events).map(|asking| (asking.why, asking.at.0)), why.map(|why| (why, 2)), "{events:?}");
            for after in ["book", "confirm", "call", "outcome", "end"] {
                let events = [events.as_slice(), &[event(3, "zhang", after, "agreed")]].concat();
                assert_eq!(asking(&events), None, "{events:?}");
            }
            let missed = [events.as_slice(), &[event(3, "zhang", "call", "wrong-number")]].concat();
            assert_eq!(asking(&missed), asking(&events), "nobody was reached");
            let by_mistake =
                [events.as_slice(), &[event(3, "zhang", "call", "agreed"), event(4, "zhang", "uncall", "")]].concat();
            assert_eq!(asking(&by_mistake), asking(&events), "a call that was taken back answers nothing");
        }
    }
}
