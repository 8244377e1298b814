//! Carries the script out with a clock that is set back: through the server's own requests, so that nobody of the
//! demonstration is in a state that the product could not have brought them to.

use super::accounts::{self, Account};
use super::board::Board;
use super::people::{self, Act, BEGINS, Care, Then, Turn, What, Who};
use super::{Demonstration, Size, failed, make_visits, nurse, weekly};
use crate::app::App;
use crate::clock::Clock;
use crate::db::closures::Closure;
use crate::db::followups::Record;
use crate::db::schedules::{At, Change};
use crate::db::slots::Span;
use crate::db::staff::SignIn;
use crate::pathway;
use crate::routes::{self, staff};
use crate::secrets;
use crate::timetable::{self, People};
use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use std::collections::BTreeMap;
use tower::ServiceExt as _;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::CallOutcome;
use zaoshai_contract::ids::{IdempotencyKey, SlotId, Token};
use zaoshai_contract::schedules::{Exception, ExceptionKind};
use zaoshai_contract::slots::Slot;
use zaoshai_contract::staff::NewFollowUp;

/// How far around now the extra times of today reach, in minutes: also at night somebody has just come, and somebody is to.
const BEFORE: u16 = 240;
/// The same after now.
const AFTER: u16 = 360;
/// Minutes between the extra times.
const EVERY: u16 = 15;

struct Stage {
    app: App,
    router: Router,
    /// The cookie of each account.
    desks: BTreeMap<&'static str, String>,
    /// The day around which everything is made.
    today: CivilDate,
    keys: u32,
}

/// An answer of the server.
struct Answer {
    status: StatusCode,
    text: String,
    cookies: String,
}

/// Makes the times, plays everything that has happened until now, and leaves nobody signed in.
pub(super) async fn play(app: &App, demonstration: &Demonstration) -> Result<()> {
    let now = app.now();
    let begin = Moment::at(now.date().plus_days(-BEGINS), 8 * 60);
    let set_back = app.at_another_time(Clock::still(begin));
    make_times(&set_back, now).await?;
    let mut stage = Stage {
        router: routes::router(set_back.clone()),
        app: set_back,
        desks: BTreeMap::new(),
        today: now.date(),
        keys: 0,
    };
    for account in demonstration.accounts() {
        stage.sits_down(account, now).await?;
    }
    let mut board = Board::new(now, stage.times(now).await?);
    for turn in people::turns(&mut board)? {
        let (at, who) = (turn.at, turn.who);
        stage.turn(turn).await.with_context(|| format!("{} at {}", who.name, at.iso()))?;
    }
    stage.app.clock.set(now);
    pathway::release_lapsed(&stage.app).await.map_err(failed)?;
    pathway::offer_to_all(&stage.app).await.map_err(failed)?;
    for cookie in stage.desks.values() {
        let secret = cookie.split_once('=').map_or("", |(_, secret)| secret);
        app.db.end_staff_session(&secrets::hash(secret)).await?;
    }
    app.db.end_patient_sessions().await?;
    timetable::refresh(app).await.map_err(failed)?;
    make_visits(app).await
}

/// The weekly times of the content from long ago on, and today's extra ones around this moment.
async fn make_times(app: &App, now: Moment) -> Result<()> {
    let library = app.library();
    for hospital in [accounts::HERE, accounts::THERE] {
        let at = At { hospital, now: app.now() };
        let staff = nurse(hospital);
        let mut changes = vec![Change::AddTemplates(weekly(&library, at))];
        if hospital == accounts::HERE {
            changes.push(Change::AddException(extra(now)));
        }
        for change in changes {
            timetable::carry_out(app, at, Some((&change, &staff)), (People::Stay, 0)).await?;
        }
    }
    // What has come into reach since then.
    timetable::refresh(&app.at_another_time(Clock::still(now))).await.map_err(failed)?;
    Ok(())
}

/// Today's extra times around this moment.
pub(super) fn extra(now: Moment) -> Exception {
    let minute = now.minute_of_day() / EVERY * EVERY;
    Exception {
        id: "demonstration-extra".to_owned(),
        service: Some("ldct-review".to_owned()),
        room: None,
        first: now.date(),
        last: now.date(),
        kind: ExceptionKind::Extra {
            from: minute.saturating_sub(BEFORE),
            until: (minute + AFTER).min(24 * 60),
            every: EVERY,
            minutes: 20,
            capacity: 2,
            room: "CT 2 室".to_owned(),
        },
        reason: "加号".to_owned(),
    }
}

impl Stage {
    /// All times that were made, with their places.
    async fn times(&self, now: Moment) -> Result<Vec<Slot>> {
        let library = self.app.library();
        let spans: Vec<Span> = (library.booking.iter())
            .map(|service| Span {
                service: service.id.clone(),
                from: self.app.now(),
                until: now.plus_minutes(30 * 1_440),
            })
            .collect();
        Ok(self.app.db.free_slots(&spans, None, self.app.now()).await?)
    }

    /// Signs an account in for as long as the script takes.
    async fn sits_down(&mut self, account: &'static Account, until: Moment) -> Result<()> {
        let secret = secrets::session_secret();
        let place = self.app.secrets.finder("sign-in-place", account.name());
        let sign_in = SignIn {
            name: account.name(),
            session: &secrets::hash(&secret),
            until: until.plus_minutes(1_440),
            device: &secrets::hash(&secrets::session_secret()),
            place: &place,
            now: self.app.now(),
        };
        ensure!(self.app.db.open_staff_session(&sign_in, &[]).await?, "{} does not get in", account.name());
        self.desks.insert(account.name(), format!("{}={secret}", crate::visitor::STAFF));
        Ok(())
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("demonstration-{:04}", self.keys)
    }

    async fn turn(&mut self, Turn { at, who, act }: Turn) -> Result<()> {
        self.app.clock.set(at);
        pathway::release_lapsed(&self.app).await.map_err(failed)?;
        match act {
            Act::Make(by, what, within) => {
                let today = self.app.now().date();
                self.make(by, who, what, (today, today.plus_days(within))).await?;
                self.is_sent(by, who).await
            }
            Act::MakeFor(by, what, days) => {
                let first = self.today.plus_days(days);
                self.make(by, who, what, (first, first.plus_days(20))).await?;
                self.is_sent(by, who).await
            }
            Act::Book(slot) => self.takes(who, "appointment", &slot).await,
            Act::Hold(slot) => self.takes(who, "hold", &slot).await,
            Act::Cancel => self.on_link(who, "cancel", &[("reason", "time")]).await,
            Act::Wait => self.on_link(who, "wait", &[]).await,
            Act::Ask(text) => self.on_link(who, "ask", &[("question", text)]).await,
            Act::Helper(name) => self.on_link(who, "helper", &[("name", name), ("consent", "yes")]).await,
            Act::Erase => self.on_link(who, "erase", &[("sure", "yes")]).await,
            Act::Lock => self.lock(who).await,
            Act::Answer(by, text) => {
                let question = self.app.db.questions(&who.id()).await?.into_iter().next().context("no question")?;
                self.at_desk(by, who, "answer", &[("question", &question.id), ("answer", text)]).await
            }
            Act::Call(by, outcome, note) => {
                let again =
                    if outcome == CallOutcome::CallLater { at.date().plus_days(1).to_string() } else { String::new() };
                let fields = [("outcome", outcome.as_str()), ("again", &again), ("note", note)];
                self.at_desk(by, who, "call", &fields).await
            }
            Act::Record(by, action) => {
                let appointment = self.record(who).await?.latest.context("no appointment")?.id;
                self.at_desk(by, who, "record", &[("action", action), ("appointment", &appointment)]).await
            }
            Act::Outcome(by, outcome, then) => {
                self.outcome(by, who, outcome.as_str(), then).await?;
                if matches!(then, Then::Step(_)) { self.is_sent(by, who).await } else { Ok(()) }
            }
            Act::BookFor(by, slot) => {
                self.at_desk(by, who, "book", &[("slot", slot.as_str()), ("asked", "yes")]).await?;
                self.is_sent(by, who).await
            }
            Act::Refer(by, hospital, reason) => {
                self.at_desk(by, who, "refer", &[("hospital", hospital), ("reason", reason)]).await
            }
            Act::Settle(by, action, told) => {
                let referral = self.app.db.referrals(&who.id()).await?.into_iter().next().context("no referral")?.id;
                self.at_desk(by, who, action.as_str(), &[("referral", &referral), ("answer", told)]).await
            }
            Act::Close(by, reason) => self.close(by, who, reason).await,
            Act::AskCare(service, need) => self.ask_care(who, service, need).await,
            Act::Care(by, care) => self.care(by, who, care).await,
            Act::Import(by, list) => self.import(by, list).await,
        }
    }

    async fn make(&mut self, by: &str, who: Who, what: &What, (first, last): (CivilDate, CivilDate)) -> Result<()> {
        let account = accounts::of(Size::Whole).iter().find(|account| account.name() == by);
        let form = NewFollowUp {
            name: who.name.to_owned(),
            phone: who.phone(),
            reason: what.reason.to_owned(),
            services: vec![what.service.to_owned()],
            due_from: first.to_string(),
            due_to: last.to_string(),
            urgency: Some(what.urgency.as_str().to_owned()),
            template: what.letter.to_owned(),
            letter: String::new(),
            another: false,
            anew: false,
        };
        let key = IdempotencyKey::parse(&self.key()).context("a key")?;
        let staff = account.context("no such account")?.staff();
        staff::make::make(&self.app, &staff, &form, key, who.id()).await.map_err(failed)?;
        Ok(())
    }

    /// Marks the message that a person's page shows as sent.
    async fn is_sent(&mut self, by: &str, who: Who) -> Result<()> {
        let cookie = self.desks.get(by).context("no such desk")?.clone();
        let page = self.sent(Request::get(format!("/staff/followups/{}", who.id())), &cookie, Body::empty()).await?;
        let message = hidden(&page.text, "message")?;
        self.at_desk(by, who, "sent", &[("message", &message)]).await
    }

    async fn record(&self, who: Who) -> Result<Record> {
        self.app.db.followup(&who.id()).await?.context("no follow-up")
    }

    async fn token(&self, who: Who) -> Result<Token> {
        let record = self.record(who).await?;
        Ok(self.app.secrets.link_token(&record.id, record.link_generation))
    }

    /// A form about a person at the desk of an account.
    async fn at_desk(&mut self, by: &str, who: Who, deed: &str, fields: &[(&str, &str)]) -> Result<()> {
        self.form(by, &format!("/staff/followups/{}/{deed}", who.id()), fields).await
    }

    /// A form at the desk of an account, which must lead on.
    async fn form(&mut self, by: &str, path: &str, fields: &[(&str, &str)]) -> Result<()> {
        let key = self.key();
        let cookie = self.desks.get(by).context("no such desk")?.clone();
        let fields = [fields, &[("key", key.as_str())]].concat();
        let answer = self.send(path, &cookie, encoded(&fields)).await?;
        ensure!(answer.status == StatusCode::SEE_OTHER, "{path}: {} {}", answer.status, told(&answer.text));
        Ok(())
    }

    /// Opens the link with the last four digits; gives the cookie.
    async fn opens(&self, who: Who, token: &Token) -> Result<String> {
        let path = format!("/api/v1/followups/{token}/identify");
        let body = serde_json::json!({ "ending": format!("{:04}", who.ending) });
        let answer = self.json(&path, "", "", &body).await?;
        ensure!(answer.status == StatusCode::NO_CONTENT, "the link does not open: {}", answer.text);
        Ok(answer.cookies)
    }

    /// A form of the link.
    async fn on_link(&mut self, who: Who, deed: &str, fields: &[(&str, &str)]) -> Result<()> {
        let token = self.token(who).await?;
        let cookie = self.opens(who, &token).await?;
        let key = self.key();
        let fields = [fields, &[("key", key.as_str())]].concat();
        let answer = self.send(&format!("/f/{token}/{deed}"), &cookie, encoded(&fields)).await?;
        ensure!(answer.status == StatusCode::SEE_OTHER, "{deed}: {} {}", answer.status, told(&answer.text));
        Ok(())
    }

    /// Takes or holds a time on the link.
    async fn takes(&mut self, who: Who, how: &str, slot: &SlotId) -> Result<()> {
        let token = self.token(who).await?;
        let cookie = self.opens(who, &token).await?;
        let key = self.key();
        let service = self.app.db.slot(slot).await?.context("no such time")?.service;
        let asked = pathway::rules_of(&self.app, &service).prerequisites;
        let agreed: Vec<String> = asked.into_iter().map(|asked| asked.id).collect();
        let body = serde_json::json!({ "slot": slot.as_str(), "agreed": agreed });
        let answer = self.json(&format!("/api/v1/followups/{token}/{how}"), &cookie, &key, &body).await?;
        ensure!(answer.status == StatusCode::OK, "{}: {}", slot.as_str(), answer.text);
        Ok(())
    }

    async fn lock(&mut self, who: Who) -> Result<()> {
        let token = self.token(who).await?;
        for ending in ["0000", "1111", "2222", "3333", "4444"] {
            let path = format!("/api/v1/followups/{token}/identify");
            self.json(&path, "", "", &serde_json::json!({ "ending": ending })).await?;
        }
        ensure!(self.record(who).await?.locked(), "the link is not locked");
        Ok(())
    }

    async fn outcome(&mut self, by: &str, who: Who, outcome: &str, then: Then) -> Result<()> {
        let record = self.record(who).await?;
        let version = record.version.to_string();
        let mut fields = vec![("outcome", outcome), ("version", version.as_str())];
        let today = self.app.now().date();
        let (from, to, service);
        match then {
            Then::End(ending) => fields.extend([("next", "end"), ("ending", ending.as_str())]),
            Then::Step(days) => {
                (from, to) = (today.plus_days(days).to_string(), today.plus_days(days + 30).to_string());
                service = record.step.and_then(|step| step.services.into_iter().next()).context("no step")?;
                let step = [("next", "step"), ("services", &service), ("due_from", &from), ("due_to", &to)];
                fields.extend(step);
            }
        }
        self.at_desk(by, who, "outcome", &fields).await
    }

    /// Closes the clinic that a person is booked into for the whole day, for as many as are in it.
    async fn close(&mut self, by: &'static str, who: Who, reason: &str) -> Result<()> {
        let slot = self.record(who).await?.latest.context("no appointment")?.slot;
        let day = slot.starts.date();
        let closure = Closure {
            id: String::new(),
            hospital: slot.clinic.clone(),
            service: Some(slot.service.clone()),
            first: Moment::at(day, 0),
            until: Moment::at(day.plus_days(1), 0),
            reason: reason.to_owned(),
            staff: by.to_owned(),
            now: self.app.now(),
        };
        let (_, people) = self.app.db.concerned(&closure).await?;
        let (day, seen) = (day.to_string(), people.to_string());
        let fields = [
            ("service", slot.service.as_str()),
            ("first", &day),
            ("last", &day),
            ("reason", reason),
            ("sure", "yes"),
            ("seen", &seen),
        ];
        self.form(by, "/staff/closures", &fields).await
    }

    /// The key of a request for nursing at home, of which its id is made.
    fn care_key(who: Who) -> String {
        format!("demonstration-care-{:04}", who.ending)
    }

    async fn ask_care(&mut self, who: Who, service: &str, need: &str) -> Result<()> {
        let library = self.app.library();
        let care = library.home_care.as_ref().context("no nursing at home")?;
        let (key, phone) = (Self::care_key(who), who.phone());
        let mut fields = vec![
            ("key", key.as_str()),
            ("for_whom", "self"),
            ("name", who.name),
            ("phone", &phone),
            ("area", "城中区"),
            ("address", "示范路 1 号"),
            ("service", service),
            ("need", need),
        ];
        fields.extend(care.consent.iter().map(|sentence| ("agreed", sentence.as_str())));
        let answer = self.send("/home-care", "", encoded(&fields)).await?;
        ensure!(answer.status == StatusCode::SEE_OTHER, "{} {}", answer.status, told(&answer.text));
        Ok(())
    }

    async fn care(&mut self, by: &'static str, who: Who, care: Care) -> Result<()> {
        let key = IdempotencyKey::parse(&Self::care_key(who)).context("a key")?;
        let id = secrets::id_for("home-care", &key);
        let record = self.app.db.care(accounts::HERE, &id).await?.context("no request")?;
        let version = record.version.to_string();
        let day;
        let times;
        let (deed, mut fields) = match care {
            Care::Accept => ("assess", vec![("verdict", "yes"), ("prepare", "请准备好出院小结。")]),
            Care::Decline(reason) => ("assess", vec![("verdict", "no"), ("reason", reason)]),
            Care::Plan(days, hour) => {
                day = self.today.plus_days(days).to_string();
                times = (format!("{hour:02}:00"), format!("{:02}:00", hour + 1));
                ("plan", vec![("day", day.as_str()), ("from", &times.0), ("to", &times.1), ("nurse", by)])
            }
            Care::Outcome(outcome) => ("outcome", vec![("outcome", outcome), ("note", "")]),
            Care::Withdraw => ("withdraw", Vec::new()),
        };
        fields.push(("version", &version));
        self.form(by, &format!("/staff/home-care/{id}/{deed}"), &fields).await
    }

    /// Brings a table in: it is looked at first, and then made.
    async fn import(&mut self, by: &str, list: &[(&str, u16)]) -> Result<()> {
        let mut table = String::from("姓名,手机号\n");
        for (name, ending) in list {
            let who = format!("{name},1540000{ending:04}\n");
            table.push_str(&who);
        }
        let today = self.app.now().date();
        let (from, to, key) = (today.to_string(), today.plus_days(30).to_string(), self.key());
        let fields = [
            ("services", "ldct-review"),
            ("due_from", &from),
            ("due_to", &to),
            ("reason", "社区筛查看到小结节，请来复查。"),
            ("urgency", "routine"),
            ("key", &key),
        ];
        let cookie = self.desks.get(by).context("no such desk")?.clone();
        let seen = self.send("/staff/batches", &cookie, with_file(&fields, "社区筛查名单.csv", &table)).await?;
        ensure!(seen.status == StatusCode::OK, "{}", told(&seen.text));
        let (data, agreed) = (hidden(&seen.text, "data")?, hidden(&seen.text, "seen")?);
        let sure = [
            &fields[..],
            &[("sure", "yes"), ("data", data.as_str()), ("seen", agreed.as_str()), ("name", "社区筛查名单.csv")],
        ]
        .concat();
        let made = self.send("/staff/batches", &cookie, with_file(&sure, "", "")).await?;
        ensure!(made.status == StatusCode::SEE_OTHER, "{} {}", made.status, told(&made.text));
        Ok(())
    }

    async fn json(&self, path: &str, cookie: &str, key: &str, body: &serde_json::Value) -> Result<Answer> {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        let request = if key.is_empty() { request } else { request.header("idempotency-key", key) };
        self.sent(request, cookie, Body::from(body.to_string())).await
    }

    async fn send(&self, path: &str, cookie: &str, (kind, body): (String, String)) -> Result<Answer> {
        self.sent(Request::post(path).header(header::CONTENT_TYPE, kind), cookie, Body::from(body)).await
    }

    async fn sent(&self, request: axum::http::request::Builder, cookie: &str, body: Body) -> Result<Answer> {
        let request = request.header(header::HOST, "demonstration");
        let request = if cookie.is_empty() { request } else { request.header(header::COOKIE, cookie) };
        let Ok(response) = self.router.clone().oneshot(request.body(body)?).await;
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
        let pairs = parts.headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let pairs: Vec<&str> = pairs.filter_map(|cookie| cookie.split(';').next()).collect();
        Ok(Answer { status: parts.status, cookies: pairs.join("; "), text })
    }
}

fn encoded(fields: &[(&str, &str)]) -> (String, String) {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    ("application/x-www-form-urlencoded".to_owned(), body)
}

fn with_file(fields: &[(&str, &str)], name: &str, file: &str) -> (String, String) {
    const BETWEEN: &str = "------------------------zaoshai";
    let mut body = String::new();
    for (field, value) in fields {
        body.push_str(&format!("--{BETWEEN}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"));
    }
    if !file.is_empty() {
        body.push_str(&format!(
            "--{BETWEEN}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: text/csv\r\n\r\n{file}\r\n"
        ));
    }
    body.push_str(&format!("--{BETWEEN}--\r\n"));
    (format!("multipart/form-data; boundary={BETWEEN}"), body)
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> Result<String> {
    let start = format!("name=\"{name}\" value=\"");
    let value = page.split_once(&start).and_then(|(_, rest)| rest.split('"').next());
    value.map(str::to_owned).with_context(|| format!("no {name} on the page"))
}

/// What an answer that was not expected says, as far as it helps who reads it.
fn told(page: &str) -> String {
    let main = page.split_once("<main").map_or(page, |(_, main)| main);
    main.chars().take(1_500).collect()
}
