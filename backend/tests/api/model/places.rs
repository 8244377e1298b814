//! What the model knows of places: who has which, what may be taken when, who waits for an earlier one, and who must be
//! looked after. Moments count from the beginning of the play.

use std::collections::BTreeSet;
use std::ops::Range;
use zaoshai_contract::appointments::{Action, HOLD_MS, State, after, offer_until};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Facts};
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::schedules::BookingRules;
use zaoshai_contract::staff::Closing;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// When a slot begins, in hours after the start, and how many places it has: two on the second day, one on the fourth
/// and on the seventh.
pub const SLOTS: [(i64, u16); 4] = [(36, 1), (38, 2), (72, 1), (144, 1)];

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The rules bind her, and her link must be open.
    Patient,
    /// Goes past the rules.
    Nurse,
    /// The server, which keeps places for people who can still take them.
    Clock,
}

impl By {
    pub fn party(self) -> Party {
        match self {
            Self::Patient => Party::Patient,
            Self::Nurse => Party::Staff(Role::Nurse),
            Self::Clock => Party::Clock,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Place {
    pub slot: usize,
    pub state: State,
    until: i64,
    step: u32,
    number: usize,
    /// Whether it was kept for somebody unasked.
    lent: bool,
    /// Its states before what the desk recorded, latest last: a mark that is taken back leads back by one.
    before: Vec<State>,
}

/// What the model knows of a follow-up.
#[derive(Clone, Debug)]
pub struct Person {
    pub ended: bool,
    step: u32,
    /// From which day to which the step is due.
    pub due: (CivilDate, CivilDate),
    pub link_until: i64,
    pub places: Vec<Place>,
    /// What was kept for her, and when.
    kept: Vec<(i64, usize)>,
    /// Whether what was kept last in this step was offered because she waits.
    offered: bool,
    /// Whether somebody must call, because she has cancelled or has let a time lapse that was kept for her unasked.
    pub prompts: bool,
    /// Since when she waits, and for a time before which.
    pub waits: Option<(i64, i64)>,
}

impl Person {
    /// Somebody who was just asked to come.
    pub fn new(due: (CivilDate, CivilDate), link_until: i64) -> Self {
        let (places, kept) = (Vec::new(), Vec::new());
        Self { ended: false, step: 1, due, link_until, places, kept, offered: false, prompts: false, waits: None }
    }
}

/// The places of everybody.
pub struct Model {
    pub rules: BookingRules,
    pub now: i64,
    pub people: Vec<Person>,
    pub closed: [bool; SLOTS.len()],
}

/// When a slot begins.
pub fn starts(slot: usize) -> i64 {
    SLOTS[slot].0 * HOUR
}

impl Model {
    pub fn occupied(&self, slot: usize) -> usize {
        self.people
            .iter()
            .flat_map(|person| &person.places)
            .filter(|place| place.slot == slot && place.state.occupies())
            .count()
    }

    pub fn place(&self, person: usize, wanted: impl Fn(State) -> bool) -> Option<usize> {
        let person = &self.people[person];
        person.places.iter().rposition(|place| place.step == person.step && wanted(place.state))
    }

    /// The slots within these moments with a free place, earliest first; a place whose hold is over counts as free.
    pub fn free(&self, open: &Range<Moment>) -> Vec<usize> {
        let taken = |slot| {
            let places = self.people.iter().flat_map(|person| &person.places);
            places
                .filter(|place| place.slot == slot && place.state.occupies())
                .filter(|place| place.state != State::Held || place.until > self.now)
                .count()
        };
        (0..SLOTS.len())
            .filter(|slot| open.contains(&Moment(starts(*slot))) && !self.closed[*slot])
            .filter(|slot| taken(*slot) < usize::from(SLOTS[*slot].1))
            .collect()
    }

    /// When the slots begin that somebody may take now.
    pub fn open(&self, who: usize) -> Range<Moment> {
        self.rules.open(self.people[who].due.0, Moment(self.now))
    }

    /// The same without those of which an offer made now could not last.
    fn lasting(&self, who: usize) -> Range<Moment> {
        let open = self.open(who);
        let ends = offer_until(Moment(self.now)).0 + i64::from(self.rules.cutoff_minutes) * MINUTE;
        open.start.max(Moment(ends))..open.end
    }

    /// As much of these moments as lies in her due window.
    fn due(&self, who: usize, open: &Range<Moment>) -> Range<Moment> {
        open.start.max(Moment::at(self.people[who].due.0, 0))
            ..open.end.min(Moment::at(self.people[who].due.1.plus_days(1), 0))
    }

    /// Where her own appointment is.
    pub fn own(&self, who: usize) -> Option<usize> {
        self.place(who, State::is_firm).map(|firm| self.people[who].places[firm].slot)
    }

    /// The free slots from which somebody may choose: those of the due window, or when there are none the later ones.
    pub fn choice(&self, who: usize) -> Vec<usize> {
        let (own, open) = (self.own(who), self.open(who));
        let others = |slots: Vec<usize>| slots.into_iter().filter(|slot| Some(*slot) != own).collect::<Vec<_>>();
        let due = others(self.free(&self.due(who, &open)));
        if due.is_empty() { others(self.free(&open)) } else { due }
    }

    /// Puts somebody on the waiting list; true where it should succeed.
    pub fn wait(&mut self, who: usize) -> bool {
        let open = self.open(who);
        if self.people[who].ended || open.is_empty() {
            return false;
        }
        let own = self.own(who);
        let first = self.choice(who).first().copied();
        let any = open.end.max(Moment::at(self.people[who].due.1.plus_days(1), 0)).0;
        let before = first.into_iter().chain(own).map(starts).min().unwrap_or(any);
        if before <= open.start.0 {
            return false;
        }
        self.people[who].waits.get_or_insert((self.now, before));
        true
    }

    /// Closes the slots of a day that are to come.
    pub fn close(&mut self, day: CivilDate) -> u64 {
        let mut closed = 0;
        for slot in 0..SLOTS.len() {
            if Moment(starts(slot)).date() == day && starts(slot) > self.now && !self.closed[slot] {
                self.closed[slot] = true;
                closed += 1;
            }
        }
        closed
    }

    /// Opens the slots of a day that are to come: whoever is still in one is left there no longer.
    pub fn take_back(&mut self, day: CivilDate) {
        for slot in (0..SLOTS.len()).filter(|slot| Moment(starts(*slot)).date() == day) {
            self.closed[slot] &= starts(slot) <= self.now;
        }
    }

    /// The time of an appointment that a closing has cancelled, while its person has none instead, with what they have:
    /// whether the closing stands, and the place that is kept.
    pub fn lost(&self, who: usize) -> Option<(usize, Closing, Option<usize>)> {
        let latest = self.latest(who).filter(|place| place.state == State::CancelledByClinic)?;
        let stands = self.closed[latest.slot] || starts(latest.slot) <= self.now;
        let closing = if stands { Closing::Stands } else { Closing::TakenBack };
        let held = self.place(who, |state| state == State::Held).map(|held| &self.people[who].places[held]);
        let kept = held.filter(|held| held.until > self.now && starts(held.slot) > self.now).map(|held| held.slot);
        (!self.people[who].ended).then_some((latest.slot, closing, kept))
    }

    /// Writes the window of an open follow-up anew: what is kept is let go, and nobody waits for a time before it.
    pub fn edit(&mut self, who: usize, due: (CivilDate, CivilDate), link_until: i64) {
        let person = &mut self.people[who];
        let stays = |place: &Place| place.lent && Moment(starts(place.slot)).date() >= due.0;
        for place in person.places.iter_mut().filter(|place| place.state == State::Held && !stays(place)) {
            place.state = State::Released;
        }
        person.waits = person.waits.filter(|(_, before)| *before > Moment::at(due.0, 0).0);
        (person.due, person.link_until) = (due, person.link_until.max(link_until));
    }

    /// Everybody who is left in a closed slot: the person, the place in her list, by time and place.
    pub fn left(&self) -> Vec<(usize, usize)> {
        let mut left = Vec::new();
        for (who, person) in self.people.iter().enumerate() {
            for (n, place) in person.places.iter().enumerate() {
                let there = matches!(place.state, State::Held | State::Booked);
                if there && self.closed[place.slot] && starts(place.slot) > self.now {
                    left.push((starts(place.slot), place.number, who, n));
                }
            }
        }
        left.sort_unstable();
        left.into_iter().map(|(.., who, n)| (who, n)).collect()
    }

    /// Cancels those who are left, and offers each the earliest place that can be kept by day, at the latest until the next
    /// evening; gives how many were left.
    pub fn clear(&mut self) -> usize {
        let left = self.left();
        for (who, n) in &left {
            let place = &mut self.people[*who].places[*n];
            place.state = if place.state == State::Held { State::Released } else { State::CancelledByClinic };
            let has = self.place(*who, |state| state == State::Held || state.is_firm());
            let link_until = self.people[*who].link_until;
            if has.is_some() || link_until <= self.now {
                continue;
            }
            let now = Moment(self.now);
            let open = self.open(*who);
            let window = self.due(*who, &open);
            let reach = if self.free(&window).is_empty() { open } else { window };
            let lasting = self.lasting(*who);
            let mut slots = self.free(&(reach.start.max(lasting.start)..reach.end));
            if slots.is_empty() {
                slots = self.free(&lasting);
            }
            let evening = Moment::at(now.date().plus_days(1), 20 * 60);
            for slot in slots {
                let last = self.rules.last_change(Moment(starts(slot))).min(Moment(link_until));
                let mut until = evening.min(last);
                if until.minute_of_day() >= 21 * 60 {
                    until = Moment::at(until.date(), 20 * 60);
                } else if until.minute_of_day() < 9 * 60 {
                    until = Moment::at(until.date().plus_days(-1), 20 * 60);
                }
                if until >= offer_until(now) && self.take(*who, By::Clock, Action::Hold, slot, until.0) {
                    self.lends(*who);
                    break;
                }
            }
        }
        left.len()
    }

    /// Ends what was kept too long; whoever lets an offer lapse still waits. Gives how many.
    pub fn lapse(&mut self) -> usize {
        let now = self.now;
        let mut lapsed = 0;
        for person in &mut self.people {
            let step = person.step;
            let booked = person.places.iter().any(|place| place.step == step && place.state.is_firm());
            for place in person.places.iter_mut().filter(|place| place.state == State::Held && place.until <= now) {
                place.state = State::Released;
                person.prompts |= place.lent && !booked;
                lapsed += 1;
            }
        }
        lapsed
    }

    /// Offers the earliest free place to each who waits, the longest waiting first; gives how many were offered.
    pub fn offer(&mut self) -> usize {
        let mut waiting: Vec<(i64, usize)> = Vec::new();
        for (who, person) in self.people.iter().enumerate() {
            let holds = person.places.iter().any(|place| place.state == State::Held);
            waiting.extend(person.waits.filter(|_| !holds).map(|(since, _)| (since, who)));
        }
        waiting.sort_unstable();
        let mut offered = 0;
        for (_, who) in waiting {
            let own = self.own(who).map(starts);
            let (since, before) = self.people[who].waits.unwrap_or_default();
            let before = own.map_or(before, |own| own.min(before));
            let until = offer_until(Moment(self.now)).0;
            if self.people[who].link_until < until {
                continue;
            }
            let seen = &self.people[who].kept;
            let seen: Vec<usize> = seen.iter().filter(|(at, _)| *at >= since).map(|(_, slot)| *slot).collect();
            let free = self.free(&self.lasting(who)).into_iter();
            let mut free = free.filter(|slot| starts(*slot) < before && !seen.contains(slot));
            let Some(slot) = free.next() else { continue };
            if self.take(who, By::Clock, Action::Hold, slot, until) {
                self.people[who].offered = true;
                self.lends(who);
                offered += 1;
            }
        }
        offered
    }

    /// What was kept last was kept unasked.
    fn lends(&mut self, who: usize) {
        if let Some(held) = self.place(who, |state| state == State::Held) {
            self.people[who].places[held].lent = true;
        }
    }

    /// Takes a place; true where it should succeed.
    fn take(&mut self, who: usize, by: By, action: Action, slot: usize, until: i64) -> bool {
        let now = self.now;
        let held = self.place(who, |state| state == State::Held);
        let firm = self.place(who, State::is_firm);
        if self.place(who, |state| state == State::Attended).is_some() {
            return false;
        }
        if by != By::Nurse && self.people[who].link_until <= now {
            return false;
        }
        if let Some(firm) = firm {
            if self.people[who].places[firm].slot == slot {
                return true;
            }
            if self.gone(who, by, firm) {
                return false;
            }
        }
        if !self.may_take(who, by, slot) {
            return false;
        }
        let last = if by == By::Nurse { starts(slot) } else { self.rules.last_change(Moment(starts(slot))).0 };
        let until = until.min(last);
        let state = if action == Action::Hold { State::Held } else { State::Booked };
        if let Some(held) = held.filter(|held| self.people[who].places[*held].slot == slot) {
            if state == State::Held {
                let held = &mut self.people[who].places[held];
                held.until = held.until.max(until);
            } else {
                self.make_certain(who, held);
            }
            return true;
        }
        for person in &mut self.people {
            let step = person.step;
            let booked = person.places.iter().any(|place| place.step == step && place.state.is_firm());
            for place in &mut person.places {
                if place.slot == slot && place.state == State::Held && place.until <= now {
                    place.state = State::Released;
                    person.prompts |= place.lent && !booked;
                }
            }
        }
        if self.occupied(slot) >= usize::from(SLOTS[slot].1) {
            return false;
        }
        let taken: BTreeSet<usize> = self
            .people
            .iter()
            .flat_map(|person| &person.places)
            .filter(|place| place.slot == slot && place.state.occupies())
            .map(|place| place.number)
            .collect();
        let number = (1..).find(|number| !taken.contains(number)).unwrap_or(0);
        if let Some(held) = held {
            self.people[who].places[held].state = State::Released;
        }
        if let Some(firm) = firm.filter(|_| state == State::Booked) {
            self.people[who].places[firm].state = State::Moved;
        }
        let person = &mut self.people[who];
        match state {
            State::Held => {
                person.kept.push((now, slot));
                person.offered = false;
            }
            _ => (person.waits, person.prompts) = (None, false),
        }
        person.places.push(Place { slot, state, until, step: person.step, number, lent: false, before: Vec::new() });
        true
    }

    /// Books what is held.
    fn make_certain(&mut self, who: usize, held: usize) {
        if let Some(firm) = self.place(who, State::is_firm) {
            self.people[who].places[firm].state = State::Moved;
        }
        self.people[who].places[held].state = State::Booked;
        (self.people[who].waits, self.people[who].prompts) = (None, false);
    }

    /// Whether a slot may be taken at all now.
    fn may_take(&self, who: usize, by: By, slot: usize) -> bool {
        let open = by == By::Nurse || self.open(who).contains(&Moment(starts(slot)));
        open && starts(slot) > self.now && !self.closed[slot]
    }

    /// Whether an appointment can no longer be exchanged.
    fn gone(&self, who: usize, by: By, place: usize) -> bool {
        let place = &self.people[who].places[place];
        let late = by != By::Nurse && self.rules.last_change(Moment(starts(place.slot))).0 < self.now;
        place.state == State::Arrived || starts(place.slot) <= self.now || late
    }

    /// Carries out an action; true where it should succeed.
    pub fn apply(&mut self, who: usize, by: By, action: Action, slot: Option<usize>) -> bool {
        let now = self.now;
        if self.people[who].ended || (by == By::Patient && self.people[who].link_until <= now) {
            return false;
        }
        let held = self.place(who, |state| state == State::Held);
        let firm = self.place(who, State::is_firm);
        match (action, slot) {
            (Action::Hold | Action::Book, Some(slot)) => self.take(who, by, action, slot, now + HOLD_MS),
            (Action::Confirm, Some(slot)) if held.is_none_or(|held| self.people[who].places[held].slot != slot) => {
                self.take(who, by, Action::Book, slot, now + HOLD_MS)
            }
            (Action::Confirm, _) => {
                let Some(held) = held else { return false };
                let slot = self.people[who].places[held].slot;
                if self.place(who, |state| state == State::Attended).is_some()
                    || !self.may_take(who, by, slot)
                    || firm.is_some_and(|firm| self.gone(who, by, firm))
                {
                    return false;
                }
                self.make_certain(who, held);
                true
            }
            (Action::Release, _) => {
                let Some(held) = held else { return false };
                self.people[who].places[held].state = State::Released;
                true
            }
            _ => {
                let target = firm.or_else(|| self.place(who, |state| state.occupies() && state != State::Held));
                let Some(target) = target else { return false };
                let place = self.people[who].places[target].clone();
                let Ok(to) = after(Some(place.state), action, by.party()) else { return false };
                let begins = Moment(starts(place.slot));
                let allowed = match action {
                    Action::Cancel => begins.0 > now && (by == By::Nurse || now <= self.rules.last_change(begins).0),
                    Action::Miss => begins.0 <= now,
                    Action::Unrecord => true,
                    _ => begins.date() <= Moment(now).date(),
                };
                if allowed {
                    let place = &mut self.people[who].places[target];
                    place.state = match action {
                        Action::Unrecord => place.before.pop().unwrap_or(to),
                        _ => {
                            place.before.push(place.state);
                            to
                        }
                    };
                    self.people[who].prompts |= action == Action::Cancel;
                }
                allowed
            }
        }
    }

    /// Whether a place is kept for somebody that was offered because she waits.
    pub fn is_offered(&self, who: usize) -> bool {
        self.people[who].offered && self.place(who, |state| state == State::Held).is_some()
    }

    /// Lets go of what is kept. Whoever lets go of an offer does not want what they have waited for; true where it should
    /// succeed.
    pub fn say_no(&mut self, who: usize) -> bool {
        let offered = self.people[who].offered;
        let said = self.apply(who, By::Patient, Action::Release, None);
        if said && offered {
            self.people[who].waits = None;
        }
        said
    }

    /// Ends the step and opens the next one; true where it should succeed.
    pub fn next(&mut self, who: usize, due: (CivilDate, CivilDate), link_until: i64) -> bool {
        if self.people[who].ended || self.place(who, State::is_firm).is_some() {
            return false;
        }
        let person = &mut self.people[who];
        for place in person.places.iter_mut().filter(|place| place.state == State::Held) {
            place.state = State::Released;
        }
        (person.step, person.due, person.link_until) = (person.step + 1, due, link_until);
        (person.waits, person.offered, person.prompts) = (None, false, false);
        true
    }

    /// Ends a follow-up; its appointments go to this state.
    pub fn end(&mut self, who: usize, booked: State) -> bool {
        let person = &mut self.people[who];
        if person.ended {
            return false;
        }
        (person.ended, person.waits) = (true, None);
        for place in &mut person.places {
            place.state = match place.state {
                State::Held => State::Released,
                State::Booked => booked,
                other => other,
            };
        }
        true
    }

    /// Whether a link of hers opens.
    pub fn link_opens(&self, who: usize) -> bool {
        !self.people[who].ended && self.people[who].link_until > self.now
    }

    /// The appointment that decides where somebody stands.
    fn latest(&self, who: usize) -> Option<&Place> {
        let person = &self.people[who];
        let of_step = || person.places.iter().filter(|place| place.step == person.step);
        let counts = |state: State| !matches!(state, State::Held | State::Released | State::Moved);
        of_step().rfind(|place| place.state.is_firm()).or_else(|| of_step().rfind(|place| counts(place.state)))
    }

    /// Whether somebody must look after a follow-up now.
    pub fn overdue(&self, who: usize) -> bool {
        let person = &self.people[who];
        let latest = self.latest(who);
        let has = latest.is_some_and(|place| place.state.is_firm() || place.state == State::Attended);
        let facts = Facts {
            ending: person.ended.then_some(Ending::Completed),
            due_to: Some(person.due.1),
            latest: latest.map(|place| (place.state, Moment(starts(place.slot)))),
            held: false,
            prompted: (person.prompts && !has).then_some(Moment(self.now)),
            changed: Moment(self.now),
        };
        facts.due().is_some_and(|due| due.0 <= self.now)
    }
}
