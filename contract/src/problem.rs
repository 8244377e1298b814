//! What went wrong, told to a person and to a program: a problem document (RFC 9457) with a stable code.
//! The text says what happened, what was kept and what to do next; the cause stays in the log.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    // A `tt`, not a `literal`: the derive of the API's schema does not see into the latter.
    ($($(#[$doc:meta])* $name:ident = $text:tt, $status:literal;)*) => {
        /// The stable code of a problem. Codes are part of the API: they may be added, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it stands in JSON and in URLs.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status it is answered with.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Reads a code.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }
        }
    };
}

codes! {
    /// There is no such page.
    NotFound = "not-found", 404;
    /// The method does not fit the address.
    MethodNotAllowed = "method-not-allowed", 405;
    /// The request is not of the described form.
    BadRequest = "bad-request", 400;
    /// No encoding that the client takes is one that the server has.
    NotAcceptable = "not-acceptable", 406;
    /// The body did not come in time.
    TooSlow = "too-slow", 408;
    /// The address is longer than any of the site.
    TooLong = "too-long", 414;
    /// The body is not JSON, or not of the described form.
    BadBody = "bad-body", 400;
    /// The body is larger than anything the form can send.
    TooLarge = "too-large", 413;
    /// The body came with another content type than the described one.
    UnsupportedMedia = "unsupported-media", 415;
    /// One or more fields were not understood; `errors` names them.
    InvalidInput = "invalid-input", 422;
    /// The write came from another site.
    ForeignOrigin = "foreign-origin", 403;
    /// Too many requests from one place in a short time.
    TooMany = "too-many", 429;
    /// This link has as many questions that wait for an answer as it may have.
    TooManyQuestions = "too-many-questions", 409;
    /// This phone number has as many requests under way as it may have.
    TooManyRequests = "too-many-requests", 409;
    /// As many requests were made from this address, without an account, as may be in an hour or a day.
    TooManyFromHere = "too-many-from-here", 429;
    /// No follow-up has this link.
    LinkUnknown = "link-unknown", 404;
    /// The link's time is over.
    LinkExpired = "link-expired", 410;
    /// The hospital withdrew this follow-up.
    LinkWithdrawn = "link-withdrawn", 410;
    /// Another link took the place of this one.
    LinkReplaced = "link-replaced", 410;
    /// The data behind the link were deleted.
    LinkErased = "link-erased", 410;
    /// Five wrong tries: the link is locked until the nurse opens it.
    LinkLocked = "link-locked", 423;
    /// The last four digits did not fit.
    WrongEnding = "wrong-ending", 403;
    /// The last four digits must be given first.
    IdentifyFirst = "identify-first", 401;
    /// The patient has ended the consent by which a relative acted here.
    HelperEnded = "helper-ended", 403;
    /// Somebody else took the last place.
    SlotTaken = "slot-taken", 409;
    /// The slot's time has passed.
    SlotPast = "slot-past", 409;
    /// There is no such slot for this follow-up.
    SlotUnknown = "slot-unknown", 404;
    /// The follow-up already has an appointment.
    AlreadyBooked = "already-booked", 409;
    /// The follow-up has no appointment to move or cancel.
    NotBooked = "not-booked", 409;
    /// The time for which the place was kept is over.
    HoldLapsed = "hold-lapsed", 409;
    /// The clinic is closed at that time.
    SlotClosed = "slot-closed", 409;
    /// It is too close to the time to change it without a call.
    TooLate = "too-late", 409;
    /// The day lies before the first one on which the hospital asks her to come.
    BeforeDue = "before-due", 409;
    /// No time earlier than those that are free can become free any more.
    NothingEarlier = "nothing-earlier", 409;
    /// The day cannot be booked yet.
    TooEarly = "too-early", 409;
    /// Something must be true before this is booked, and was not said yes to.
    NotAgreed = "not-agreed", 422;
    /// There is nothing to book: the hospital decides on the next step.
    NoStep = "no-step", 409;
    /// Somebody else changed the same thing meanwhile.
    Changed = "changed", 409;
    /// Something that is stored of this record does not read: the hospital must mend it first.
    Unreadable = "unreadable", 409;
    /// Another hospital is in charge of this follow-up.
    HandedOver = "handed-over", 403;
    /// This account has no right to do that.
    NotAllowed = "not-allowed", 403;
    /// Somebody who is signed in as staff cannot do this for a patient.
    SignedInAsStaff = "signed-in-as-staff", 403;
    /// The same idempotency key came with another request.
    KeyReused = "key-reused", 422;
    /// Name or password do not fit.
    WrongLogin = "wrong-login", 401;
    /// Staff must sign in first.
    SignInFirst = "sign-in-first", 401;
    /// The password is one that somebody else has made: it must be changed first.
    ChangePassword = "change-password", 403;
    /// The answer took too long.
    TimedOut = "timed-out", 503;
    /// The database cannot be reached now.
    Unavailable = "unavailable", 503;
    /// Something unforeseen; the log has the cause under the request id.
    Internal = "internal", 500;
}

impl Code {
    /// Whether a link is simply in that state: nothing went wrong, and no error number helps anybody.
    pub fn is_expected(self) -> bool {
        matches!(
            self,
            Self::LinkUnknown
                | Self::LinkExpired
                | Self::LinkWithdrawn
                | Self::LinkReplaced
                | Self::LinkErased
                | Self::LinkLocked
        )
    }
}

/// One field that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name in the request.
    pub field: String,
    /// What is wrong and what would be right, with an example.
    pub message: String,
}

/// A problem document, served as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: the code tells the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The stable code.
    pub code: Code,
    /// What happened, in one short sentence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do next.
    pub detail: String,
    /// What was kept of what the person did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept: String,
    /// A number to call.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// The request's id, which the log has too.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// The fields that were not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn every_code_reads_back() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!((400..600).contains(&code.status()), "{code:?}");
        }
    }
}
