//! What the model knows of rights: which hospital is in charge, who is asked, which browsers are in and who acts there.

/// How long whoever gave the last four digits is in.
const SESSION_MS: i64 = 30 * super::places::MINUTE;

/// A referral: from which hospital to which, its state's word, and at which turn it was answered.
#[derive(Clone, Debug)]
pub struct Referred {
    pub from: usize,
    pub to: usize,
    pub state: &'static str,
    answered: usize,
}

/// A browser that is in: which helper acts there, none for the patient, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    helper: Option<usize>,
    until: i64,
}

/// The rights in one follow-up; hospitals, browsers and helpers by number.
#[derive(Clone, Debug)]
pub struct Rights {
    pub in_charge: usize,
    pub referrals: Vec<Referred>,
    /// None where the session has ended.
    pub browsers: [Option<Session>; 2],
    /// Whether each helper may act.
    pub helpers: Vec<bool>,
    /// Which link is in force.
    pub generation: i64,
    /// Whether a hospital has promised to call, because it has the person newly.
    pub call: bool,
    pub erased: bool,
    turn: usize,
}

impl Rights {
    pub fn new() -> Self {
        Self {
            in_charge: 0,
            referrals: Vec::new(),
            browsers: [None; 2],
            helpers: Vec::new(),
            generation: 1,
            call: false,
            erased: false,
            turn: 0,
        }
    }

    /// The referral that waits for an answer.
    pub fn offered(&self) -> Option<usize> {
        self.referrals.iter().position(|referral| referral.state == "offered")
    }

    /// The referral by which the hospital in charge took over, which it can give back.
    pub fn taken(&self) -> Option<usize> {
        let accepted = |(_, referral): &(usize, &Referred)| referral.state == "accepted";
        let last = self.referrals.iter().enumerate().filter(accepted).max_by_key(|(_, referral)| referral.answered)?;
        (last.1.to == self.in_charge).then_some(last.0)
    }

    pub fn refer(&mut self, from: usize, to: usize) {
        self.referrals.push(Referred { from, to, state: "offered", answered: 0 });
    }

    /// Answers a referral; true where another hospital is in charge by it.
    pub fn settle(&mut self, referral: usize, state: &'static str) -> bool {
        self.turn += 1;
        let settled = &mut self.referrals[referral];
        (settled.state, settled.answered) = (state, self.turn);
        self.in_charge = match state {
            "accepted" => settled.to,
            "returned" => settled.from,
            _ => return false,
        };
        self.call = true;
        self.withdraw_offers();
        self.relink();
        true
    }

    fn withdraw_offers(&mut self) {
        for referral in self.referrals.iter_mut().filter(|referral| referral.state == "offered") {
            referral.state = "withdrawn";
        }
    }

    /// Whoever knew another number is out.
    pub fn other_phone(&mut self) {
        self.browsers = [None; 2];
    }

    /// A new link takes the place of the old one, and every session ends.
    pub fn relink(&mut self) {
        self.generation += 1;
        self.browsers = [None; 2];
    }

    /// Whether a hospital may look at a follow-up without being in charge; one that has ended is offered to nobody.
    pub fn shares(&self, hospital: usize, ended: bool) -> bool {
        self.referrals.iter().any(|referral| {
            (referral.to == hospital && referral.state == "offered" && !ended)
                || (referral.from == hospital && referral.state == "accepted")
        })
    }

    /// Who acts in a browser now, if anybody.
    pub fn acting(&self, browser: usize, now: i64) -> Option<Option<usize>> {
        self.browsers[browser].filter(|session| session.until > now).map(|session| session.helper)
    }

    pub fn enter(&mut self, browser: usize, now: i64) {
        self.browsers[browser] = Some(Session { helper: None, until: now + SESSION_MS });
    }

    /// The relative with this number acts in a browser from now on; none for the patient.
    pub fn act(&mut self, browser: usize, helper: Option<usize>) {
        if let Some(session) = self.browsers[browser].as_mut().filter(|_| helper.is_none_or(|n| self.helpers[n])) {
            session.helper = helper;
        }
    }

    /// Ends a relative's right, and every session in which they act.
    pub fn end_helper(&mut self, helper: usize) {
        self.helpers[helper] = false;
        for session in &mut self.browsers {
            *session = session.filter(|session| session.helper != Some(helper));
        }
    }

    pub fn erase(&mut self) {
        (self.erased, self.call, self.browsers) = (true, false, [None; 2]);
        self.withdraw_offers();
    }
}
