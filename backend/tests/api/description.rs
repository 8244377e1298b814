//! The API's description and what is sent: every document fits its schema, and every answer to wrong input is one that
//! the description names.

use crate::world::{Answer, Client, World};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use zaoshai_backend::secrets;
use zaoshai_contract::route::{Lang, Route};

/// The description that the server sends, and what was seen of it.
struct Described {
    api: Value,
    seen: BTreeSet<String>,
}

/// An operation of the description.
struct Operation<'a> {
    name: String,
    about: &'a Value,
}

impl Described {
    fn new() -> Self {
        let api = serde_json::from_str(&zaoshai_backend::routes::api::openapi()).expect("JSON");
        Self { api, seen: BTreeSet::new() }
    }

    fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.api["paths"].as_object().expect("paths");
        paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").iter();
            methods.map(move |(method, about)| (path.as_str(), method.as_str(), about))
        })
    }

    /// The operation of an address; of two patterns that fit, the one with fewer blanks.
    fn operation(&self, method: &str, address: &str) -> Operation<'_> {
        let path: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
        let fits = |pattern: &str| {
            let parts: Vec<&str> = pattern.split('/').collect();
            let same = |(part, given): (&&str, &&str)| part == given || part.starts_with('{');
            parts.len() == path.len() && parts.iter().zip(&path).all(same)
        };
        let method = method.to_lowercase();
        let (pattern, _, about) = self
            .operations()
            .filter(|(pattern, known, _)| *known == method && fits(pattern))
            .min_by_key(|(pattern, ..)| pattern.matches('{').count())
            .unwrap_or_else(|| panic!("{method} {address} is not described"));
        Operation { name: format!("{method} {pattern}"), about }
    }

    /// Fails when an answer is none that the description names for the address.
    fn check(&mut self, method: &str, address: &str, answer: &Answer) {
        let operation = self.operation(method, address);
        let what = format!("{method} {address}: {}", answer.status);
        let response = &operation.about["responses"][answer.status.as_str()];
        assert!(response.is_object(), "{what} is not described: {}", answer.text);
        let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        if answer.status.is_client_error() || answer.status.is_server_error() {
            assert_eq!(kind, "application/problem+json", "{what}");
        }
        let mut errors = Vec::new();
        match response["content"].get(kind) {
            Some(content) if kind.ends_with("json") => {
                self.errors(&content["schema"], &answer.json(), "", Strict::Yes, &mut errors);
            }
            Some(_) => {}
            None => {
                assert!(kind.is_empty() && answer.text.is_empty(), "{what} comes as {kind:?}, which is not described");
            }
        }
        assert!(
            errors.is_empty(),
            "{what}\n{}\n{}",
            errors.join("\n"),
            answer.text.chars().take(2000).collect::<String>()
        );
        let seen = format!("{} {}", operation.name, answer.status.as_u16());
        self.seen.insert(seen);
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(name) => {
                let name = name.strip_prefix("#/components/schemas/").expect("a schema of this document");
                let found = &self.api["components"]["schemas"][name];
                assert!(!found.is_null(), "{name} is not described");
                found
            }
            None => schema,
        }
    }

    /// What of a value does not fit a schema.
    fn errors(&self, schema: &Value, value: &Value, at: &str, strict: Strict, errors: &mut Vec<String>) {
        let schema = self.resolve(schema);
        let Some(rules) = schema.as_object() else { return };
        for (rule, wanted) in rules {
            let fits = match rule.as_str() {
                "type" => match wanted {
                    Value::Array(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
                    kind => is_of(kind, value),
                },
                "enum" => wanted.as_array().expect("values").contains(value),
                "const" => wanted == value,
                "minimum" => value.as_f64().is_none_or(|given| given >= wanted.as_f64().expect("a number")),
                "maximum" => value.as_f64().is_none_or(|given| given <= wanted.as_f64().expect("a number")),
                "minLength" => {
                    value.as_str().is_none_or(|text| text.chars().count() as u64 >= wanted.as_u64().expect("a length"))
                }
                "maxLength" => {
                    value.as_str().is_none_or(|text| text.chars().count() as u64 <= wanted.as_u64().expect("a length"))
                }
                "minItems" => {
                    value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().expect("a length"))
                }
                "maxItems" => {
                    value.as_array().is_none_or(|items| items.len() as u64 <= wanted.as_u64().expect("a length"))
                }
                "oneOf" if self.tagged(wanted, value).is_some() => {
                    let variant = self.tagged(wanted, value).expect("the variant");
                    self.errors(variant, value, at, strict, errors);
                    true
                }
                "oneOf" => self.fitting(wanted, value, at, strict) == 1,
                "anyOf" => self.fitting(wanted, value, at, strict) >= 1,
                "allOf" => {
                    for part in wanted.as_array().expect("schemas") {
                        self.errors(part, value, at, Strict::No, errors);
                    }
                    true
                }
                "items" => {
                    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.errors(wanted, item, &format!("{at}/{place}"), strict, errors);
                    }
                    true
                }
                "prefixItems" => {
                    for (place, part) in wanted.as_array().expect("schemas").iter().enumerate() {
                        self.errors(part, &value[place], &format!("{at}/{place}"), strict, errors);
                    }
                    true
                }
                "required" => {
                    let missing =
                        |name: &&Value| value.is_object() && value.get(name.as_str().expect("a name")).is_none();
                    wanted.as_array().expect("names").iter().find(missing).is_none()
                }
                "properties" => {
                    let known = wanted.as_object().expect("properties");
                    for (name, field) in value.as_object().into_iter().flatten() {
                        match known.get(name) {
                            Some(part) => self.errors(part, field, &format!("{at}/{name}"), strict, errors),
                            None if strict == Strict::Yes && !rules.contains_key("additionalProperties") => {
                                errors.push(format!("{at}/{name} is not described"));
                            }
                            None => {}
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let known = rules.get("properties").and_then(Value::as_object);
                    for (name, field) in value.as_object().into_iter().flatten() {
                        if known.is_none_or(|known| !known.contains_key(name)) {
                            self.errors(wanted, field, &format!("{at}/{name}"), strict, errors);
                        }
                    }
                    true
                }
                "description" | "title" | "format" | "pattern" | "propertyNames" | "example" | "examples"
                | "default" | "items.description" | "deprecated" => true,
                other => panic!("{at}: the rule {other} is not known to this test"),
            };
            if !fits {
                let given: String = value.to_string().chars().take(200).collect();
                errors.push(format!("{at}: {rule} {wanted} does not fit {given}"));
            }
        }
    }

    /// Of several variants that are told apart by their one field, that of a value: its errors help more than that none
    /// fits.
    fn tagged<'a>(&self, variants: &'a Value, value: &Value) -> Option<&'a Value> {
        let is_its = |variant: &&Value| {
            let tag = variant["required"].as_array().and_then(|names| names.first()).and_then(Value::as_str);
            tag.is_some_and(|tag| value.get(tag).is_some())
                && variant["properties"].as_object().is_some_and(|all| all.len() == 1)
        };
        let mut its = variants.as_array()?.iter().filter(is_its);
        its.next().filter(|_| its.next().is_none())
    }

    fn fitting(&self, schemas: &Value, value: &Value, at: &str, strict: Strict) -> usize {
        let fits = |schema: &&Value| {
            let mut errors = Vec::new();
            self.errors(schema, value, at, strict, &mut errors);
            errors.is_empty()
        };
        schemas.as_array().expect("schemas").iter().filter(fits).count()
    }

    /// A value that fits a schema.
    fn example(&self, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
            return first.clone();
        }
        for several in ["oneOf", "anyOf"] {
            if let Some(choice) = schema[several].as_array().and_then(|schemas| schemas.last()) {
                return self.example(choice);
            }
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").cloned().unwrap_or_default(),
            kind => kind.clone(),
        };
        match (kind.as_str().unwrap_or_default(), schema["format"].as_str()) {
            ("string", Some("date")) => json!("2026-11-24"),
            ("string", _) => json!("some text"),
            ("integer" | "number", _) => json!(1),
            ("boolean", _) => json!(true),
            ("array", _) => json!([self.example(&schema["items"])]),
            ("object", _) => {
                let fields = schema["properties"].as_object().into_iter().flatten();
                Value::Object(fields.map(|(name, field)| (name.clone(), self.example(field))).collect())
            }
            _ => Value::Null,
        }
    }
}

/// Whether fields that the description does not name are errors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strict {
    Yes,
    No,
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("a type") {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    }
}

/// The addresses of all public documents in all languages.
async fn documents(world: &World) -> Vec<String> {
    let sitemap = world.client().get("/sitemap.txt").await.text;
    let mut routes: Vec<Route> =
        sitemap.lines().filter_map(|path| Route::parse(path, "")).map(|(_, route)| route).collect();
    let library = world.app.library();
    let queries = library.services.iter().map(|service| format!("service={}", service.value));
    let odd = ["open=now", "city=%E6%A0%AA%E6%B4%B2%E5%B8%82&near=zhuzhou-2", "city=nowhere"].map(str::to_owned);
    routes.extend(queries.chain(odd).filter_map(|query| Route::parse("/clinics", &query)).map(|(_, route)| route));
    let mut addresses: Vec<String> =
        Lang::ALL.into_iter().flat_map(|lang| routes.iter().map(move |route| route.api_path(lang))).collect();
    for typed in ["%E4%BE%BF%E6%BD%9C%E8%A1%80%E9%98%B3%E6%80%A7", "HPV16", "zzz", ""] {
        addresses.push(format!("/api/v1/results?q={typed}"));
        addresses.push(format!("/api/v1/search?q={typed}"));
    }
    addresses
}

#[tokio::test]
async fn every_document_of_the_site_is_as_described() {
    let world = World::new().await;
    let mut described = Described::new();
    let mut client = world.client();
    for address in documents(&world).await {
        let answer = client.get(&address).await;
        assert_eq!(answer.status.as_u16(), 200, "{address}");
        described.check("GET", &address, &answer);
    }
    assert!(described.seen.len() >= 18, "{:?}", described.seen);
}

/// Asks and checks.
async fn gets(described: &mut Described, client: &mut Client, address: &str) -> Answer {
    let answer = client.get(address).await;
    described.check("GET", address, &answer);
    answer
}

/// Writes and checks.
async fn writes(
    described: &mut Described,
    client: &mut Client,
    (method, address): (&str, &str),
    body: Value,
) -> Answer {
    let key = secrets::fresh_id();
    let answer = client.json(method, address, &body, &[("idempotency-key", &key)]).await;
    described.check(method, address, &answer);
    answer
}

#[tokio::test]
async fn what_patients_and_nurses_are_sent_is_as_described() {
    let world = World::new().await;
    let described = &mut Described::new();
    let followup = world.followup().await;
    let link = format!("/api/v1/followups/{}", followup.token);
    let mut patient = world.client();
    for address in [link.clone(), format!("{link}/plan"), format!("{link}/appointment.ics"), format!("{link}?lang=en")]
    {
        gets(described, &mut patient, &address).await;
    }
    writes(described, &mut patient, ("POST", &format!("{link}/identify")), json!({ "ending": "0000" })).await;
    writes(described, &mut patient, ("POST", &format!("{link}/identify")), json!({ "ending": "8000" })).await;
    let plan = gets(described, &mut patient, &format!("{link}/plan")).await.json();
    let slot = json!({ "slot": "ldct-review-2026-11-25-0830", "agreed": plan["prerequisites"].as_array()
        .into_iter().flatten().map(|one| one["id"].clone()).collect::<Vec<_>>() });
    writes(described, &mut patient, ("POST", &format!("{link}/hold")), slot.clone()).await;
    gets(described, &mut patient, &format!("{link}/plan")).await;
    writes(described, &mut patient, ("POST", &format!("{link}/confirm")), json!({ "agreed": ["pregnancy"] })).await;
    for tail in ["/plan", "/plan?view=move", "/appointment.ics", "?view=move", "?view=questions", "?view=data"] {
        gets(described, &mut patient, &format!("{link}{tail}")).await;
    }
    patient
        .form(&format!("/f/{}/ask", followup.token), &[("question", "要空腹吗？"), ("key", &secrets::fresh_id())])
        .await;
    let mut nurse = world.nurse().await;
    let of_one = format!("/api/v1/staff/followups/{}", followup.row.id);
    for _ in 0..2 {
        gets(described, &mut nurse, "/api/v1/staff/followups").await;
        gets(described, &mut nurse, &of_one).await;
        let moved = json!({ "slot": "ldct-review-2026-11-26-0830", "agreed": ["pregnancy"] });
        writes(described, &mut patient, ("POST", &format!("{link}/appointment")), moved).await;
        gets(described, &mut patient, &format!("{link}/plan")).await;
    }
    writes(described, &mut patient, ("DELETE", &format!("{link}/appointment")), Value::Null).await;
    for _ in 0..2 {
        writes(described, &mut nurse, ("POST", &format!("{of_one}/withdraw")), json!({ "reason": "重复建的" })).await;
    }
    gets(described, &mut nurse, &of_one).await;
    gets(described, &mut nurse, "/api/v1/staff/followups").await;
    for address in [&link, &format!("{link}/plan"), &of_one] {
        gets(described, &mut world.client(), address).await;
        gets(described, &mut patient, address).await;
    }
    let new = crate::world::new_followup();
    writes(described, &mut nurse, ("POST", "/api/v1/staff/followups"), new).await;
    let (mut person, care) = crate::home_care::asks(&world).await;
    for client in [&mut person, &mut world.client()] {
        for lang in ["", "?lang=zh-Hant"] {
            gets(described, client, &format!("/api/v1{care}{lang}")).await;
        }
    }
    let successes = described.seen.iter().filter(|seen| seen.contains(" 20")).count();
    assert!(successes >= 13, "{:?}", described.seen);
}

/// Bodies that are wrong in one thing each.
fn wrong(good: &Value) -> Vec<Value> {
    let mut bodies = vec![Value::Null, json!([]), json!("text"), json!(7), json!({}), json!([good])];
    let Some(fields) = good.as_object() else { return bodies };
    let with = |name: &str, value: Value| {
        let mut changed: Map<String, Value> = fields.clone();
        changed.insert(name.to_owned(), value);
        Value::Object(changed)
    };
    for name in fields.keys() {
        for value in [
            Value::Null,
            json!(7),
            json!(-1),
            json!(1e300),
            json!(true),
            json!(""),
            json!("肺"),
            json!("x".repeat(5000)),
            json!([]),
            json!([7]),
            json!({}),
            json!("9999-99-99"),
            json!("0000-00-00"),
            json!("\u{0}"),
        ] {
            bodies.push(with(name, value));
        }
        let mut absent = fields.clone();
        absent.remove(name);
        bodies.push(Value::Object(absent));
    }
    bodies.push(with("unknown", json!({ "a": [1] })));
    bodies
}

#[tokio::test]
async fn wrong_input_of_every_operation_is_answered_as_described() {
    let world = World::new().await;
    let described = &mut Described::new();
    let followup = world.followup().await;
    let patient = world.patient(&followup).await;
    let operations: Vec<(String, String, Value)> = described
        .operations()
        .map(|(path, method, about)| (path.to_owned(), method.to_uppercase(), about.clone()))
        .collect();
    assert!(operations.len() > 30);
    for (pattern, method, about) in &operations {
        let good = described.example(&about["requestBody"]["content"]["application/json"]["schema"]);
        let takes = about.get("requestBody").is_some();
        for id in ["known", "nothing", "%E8%82%BA", "A_b"] {
            let address = match id {
                "known" => pattern.replace("{token}", followup.token.as_str()).replace("{id}", &followup.row.id),
                other => pattern.replace("{token}", other).replace("{id}", other),
            };
            let address = address.replace("{topic}", "lung").replace("{page}", id);
            // The session itself is left as it is, or there would be nothing more to try with it.
            let clients = if address.ends_with("/session") {
                vec![world.client()]
            } else {
                vec![world.client(), patient.clone(), world.nurse().await]
            };
            for mut client in clients {
                let key = secrets::fresh_id();
                let mut bodies = vec![good.clone()];
                bodies.extend(if takes && id == "known" { wrong(&good) } else { Vec::new() });
                for body in bodies {
                    let answer = client.json(&method.clone(), &address, &body, &[("idempotency-key", &key)]).await;
                    described.check(method, &address, &answer);
                }
                for (kind, body) in
                    [("text/plain", "a"), ("application/json", "{\"a\":"), ("application/json", "\u{fffd}")]
                {
                    let request = Request::builder().method(method.as_str()).uri(&address).header("content-type", kind);
                    let answer = client.send(request, Body::from(body), &[]).await;
                    described.check(method, &address, &answer);
                }
                for query in ["?lang=xx&view=xx&q=%FF%00&city=%FF&service=%FF&near=..&open=&a=b", "?lang=", "?&&==&"] {
                    let answer = client.json(method, &format!("{address}{query}"), &good, &[]).await;
                    described.check(method, &address, &answer);
                }
                let request = Request::builder().method(method.as_str()).uri(&address);
                let large = client
                    .send(request.header("content-type", "application/json"), Body::from(vec![b' '; 1 << 20]), &[])
                    .await;
                described.check(method, &address, &large);
                let foreign = client.json(method, &address, &good, &[("origin", "https://evil.example")]).await;
                described.check(method, &address, &foreign);
                let unread = client.json(method, &address, &good, &[("accept-encoding", "identity;q=0")]).await;
                described.check(method, &address, &unread);
            }
        }
    }
    let refusals = described.seen.iter().filter(|seen| !seen.contains(" 20")).count();
    assert!(refusals >= 90, "{refusals}");
}

#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut names: Vec<(String, String)> = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../contract/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the contract").filter_map(Result::ok) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).expect("a file");
            let derived = text.split("derive(utoipa::ToSchema)").skip(1).filter_map(|part| part.split_once("\npub "));
            let derived = derived.map(|(attributes, rest)| (attributes, rest.split([' ', '(', '{', '<', ';']).nth(1)));
            let words = text.split("\nwords! {\n").skip(1).filter_map(|part| {
                let begins = part.lines().find(|line| !line.trim_start().starts_with(['/', '#']))?;
                Some((part.split_once(begins)?.0, begins.split_whitespace().next()))
            });
            for (attributes, called) in derived.chain(words) {
                let renamed = attributes.split("schema(as = ").nth(1).and_then(|rest| rest.split(')').next());
                let Some(name) = renamed.or(called) else { continue };
                if !name.starts_with('$') {
                    names.push((name.to_owned(), entry.path().display().to_string()));
                }
            }
        }
    }
    assert!(names.len() > 60, "{}", names.len());
    names.sort();
    for pair in names.windows(2) {
        assert_ne!(pair[0].0, pair[1].0, "{} and {}", pair[0].1, pair[1].1);
    }
}
