//! What the operations of the API may be answered beside what each says of itself: described once for all.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Type};

/// Adds to each operation the problems that it does not describe by itself, and what a key looks like.
pub fn describe(description: &mut OpenApi) {
    for (path, item) in &mut description.paths.paths {
        let reads = item.get.as_mut().map(|operation| (operation, Does::Read));
        let writes = item.post.iter_mut().chain(&mut item.delete).map(|operation| (operation, Does::Write));
        for (operation, does) in reads.into_iter().chain(writes) {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter
                    && parameter.name == "Idempotency-Key"
                {
                    let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9-]{16,64}$"));
                    parameter.schema = Some(key.into());
                }
            }
            for (code, when) in refusals(path, operation, does) {
                let answers = &mut operation.responses.responses;
                answers.entry(code.to_owned()).or_insert_with(|| problem(when).into());
            }
        }
    }
}

/// Whether an operation changes anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Read,
    Write,
}

/// The problems that an operation may be answered with beside its own, each status with its codes.
fn refusals(path: &str, operation: &Operation, does: Does) -> Vec<(&'static str, &'static str)> {
    let mut refusals = vec![
        ("400", "`bad-request` or `bad-body`: the request is not of the described form"),
        ("406", "`not-acceptable`: the client takes no encoding that the server has"),
        ("414", "`too-long`: the address is longer than any of the site"),
        ("500", "`internal`: something unforeseen; the log has the cause under the request id"),
        ("503", "`unavailable` or `timed-out`: try again later"),
    ];
    let has = |name: &str| {
        operation.parameters.iter().flatten().any(|known| match known {
            RefOr::T(known) => known.name == name,
            RefOr::Ref(_) => false,
        })
    };
    let of_link = has("token");
    let of_staff = path.starts_with("/api/v1/staff/followups");
    if path.contains('{') {
        refusals.push(("404", "`not-found`, `link-unknown` or `slot-unknown`"));
    }
    if does == Does::Write {
        refusals.extend([
            (
                "403",
                "`foreign-origin`: the write came from another site; `wrong-ending`, `helper-ended`, `handed-over` or `not-allowed`",
            ),
            ("408", "`too-slow`: the body did not come in time"),
            ("429", "`too-many`: too many writes from one place in a short time"),
        ]);
    }
    if operation.request_body.is_some() {
        refusals.extend([
            ("413", "`too-large`: the body is larger than anything the form can send"),
            ("415", "`unsupported-media`: the body is not `application/json`"),
        ]);
    }
    if of_link {
        refusals.extend([("410", "`link-expired` or `link-withdrawn`"), ("423", "`link-locked`")]);
    }
    if of_staff {
        refusals.extend([("401", "`sign-in-first`"), ("403", "`not-allowed` or `handed-over`")]);
    }
    if (of_link || of_staff) && does == Does::Write {
        refusals.extend([
            ("401", "`identify-first` or `sign-in-first`"),
            ("404", "`not-found`, `link-unknown` or `slot-unknown`"),
            ("409", "The state does not allow it; the code says why"),
            ("422", "`invalid-input`, `not-agreed` or `key-reused`"),
        ]);
    }
    refusals
}

fn problem(when: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(when).content("application/problem+json", content).build()
}
