//! Disks and databases that fail under a running server and come back: while they fail it says so, with status 503 and
//! when to try again; when they are back it works by itself, and what was answered is there.

use crate::cluster::{Cluster, is_root};
use crate::server::{Outcome, Patient, Server, Site, client};
use reqwest::{Client, StatusCode};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zaoshai_backend::db::Db;
use zaoshai_backend::secrets;
use zaoshai_contract::ids::SlotId;

/// A disk of its own size, which a test fills, empties and shuts.
struct Disk(TempDir);

impl Disk {
    /// A small one; none where this account may not mount. Root always may, so that no pipeline leaves these tests out.
    fn mount() -> Option<Self> {
        let disk = Self(tempfile::tempdir().expect("a folder"));
        let mounted = disk.change(&["-t", "tmpfs", "-o", "size=16m", "tmpfs"]);
        assert!(mounted || !is_root(), "root may mount");
        if !mounted {
            eprintln!("LEFT OUT: this account may not mount a disk, not even by sudo");
        }
        mounted.then_some(disk)
    }

    fn change(&self, arguments: &[&str]) -> bool {
        run("mount", arguments, self.0.path())
    }

    fn database(&self) -> String {
        format!("sqlite://{}/test.db", self.0.path().display())
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }

    /// Takes the last byte.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.filler()).expect("a file");
        for size in [1 << 16, 1 << 12, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.filler()).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["--lazy"], self.0.path());
    }
}

fn run(program: &str, arguments: &[&str], last: &Path) -> bool {
    let mut command = if is_root() {
        Command::new(program)
    } else {
        let mut command = Command::new("sudo");
        command.args(["-n", program]);
        command
    };
    command.args(arguments).arg(last).output().is_ok_and(|output| output.status.success())
}

/// Runs a command of the program on a site's key and database; gives whether it went well, and what it said.
fn key_command(site: &Site, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zaoshai"));
    command.arg("key").args(arguments).arg("--key-file").arg(site.key_file());
    if arguments[0] != "make" {
        command.args(["--database", &site.database]);
    }
    let output = command.output().expect("the command runs");
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&told).into_owned())
}

async fn any_site() -> Site {
    match Site::postgres().await {
        Some(site) => site,
        None => Site::sqlite(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_stops_the_start_and_its_copy_starts_it_again() {
    let site = any_site().await;
    drop(site.serve());
    let kept = std::fs::read(site.key_file()).expect("a key was made for the empty database");
    assert_eq!(key_command(&site, &["check"]), (true, "the key opens the database\n".to_owned()));
    std::fs::remove_file(site.key_file()).expect("removed");
    let told = site.refuses_to_serve();
    assert!(told.contains("is missing, and the database holds names and phones that only it opens"), "{told}");
    assert!(told.contains("Put it back from its backup"), "{told}");
    assert!(!site.key_file().exists(), "no key is made in its place");
    std::fs::write(site.key_file(), kept).expect("put back");
    drop(site.serve());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_stops_the_start_until_the_loss_is_confirmed() {
    let site = any_site().await;
    // As an older version left it: records, and no check value.
    let db = site.db().await;
    let slot = site.slot(&db, "key", "key-1", 3).await;
    let people = site.patients(&db, "key", 1).await;
    std::fs::remove_file(site.key_file()).expect("removed");
    assert!(key_command(&site, &["make"]).0);
    let (made, told) = key_command(&site, &["make"]);
    assert!(!made && told.contains("is there already and was left as it is"), "{told}");
    let told = site.refuses_to_serve();
    assert!(told.contains("is not the one that this database was sealed with"), "{told}");
    assert!(db.key_mark().await.expect("the database").is_none(), "nothing was changed");
    let (fits, told) = key_command(&site, &["check"]);
    assert!(!fits && told.contains("sealed with another key"), "{told}");
    assert!(!key_command(&site, &["replace"]).0, "the loss must be confirmed");
    let (replaced, told) = key_command(&site, &["replace", "--give-up-what-is-sealed"]);
    assert!(replaced, "{told}");
    let server = site.serve();
    let page = people[0].page(&client(), &server.address).await;
    assert!(page.contains("读不出"), "{page}");
    assert_eq!(people[0].book(&client(), &server.address, &slot, &secrets::fresh_id()).await, Outcome::Booked);
    db.close().await;
}

/// Waits until `/readyz` answers with a status.
async fn until_ready_says(client: &Client, address: &str, status: StatusCode) -> reqwest::Response {
    let begun = Instant::now();
    loop {
        let answer = client.get(format!("{address}/readyz")).send().await.expect("an answer");
        if answer.status() == status {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "/readyz still says {}", answer.status());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Books until one is refused for the outage; gives who it was, and the key.
async fn refused_for_the_outage(
    client: &Client,
    address: &str,
    patients: &[Patient],
    slot: &SlotId,
) -> (usize, String) {
    for (n, patient) in patients.iter().enumerate() {
        let key = secrets::fresh_id();
        let answer = patient.write(client, address, ("POST", "appointment"), slot, &key).await.expect("an answer");
        match answer {
            (StatusCode::OK, _) => {}
            (StatusCode::SERVICE_UNAVAILABLE, problem) => {
                assert_eq!(problem["code"], "unavailable");
                return (n, key);
            }
            other => panic!("answered {other:?}"),
        }
    }
    panic!("all {} bookings were taken", patients.len());
}

/// What a person and a balancer see of an outage, and that it passes by itself.
async fn an_outage(site: &Site, server: &Server, people: &[Patient], slot: &SlotId, begin: &dyn Fn(), end: &dyn Fn()) {
    let (client, address) = (client(), server.address.as_str());
    until_ready_says(&client, address, StatusCode::OK).await;
    begin();
    let (n, key) = refused_for_the_outage(&client, address, people, slot).await;
    let unready = until_ready_says(&client, address, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(unready.headers().contains_key("retry-after"));
    let (status, page) = people[n].book_by_form(&client, address, slot).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.contains("系统暂时连不上") && page.contains("请过几分钟再试一次"), "{page}");
    assert!(page.contains("已经约好的都还在"), "{page}");
    end();
    let ready = until_ready_says(&client, address, StatusCode::OK).await;
    assert_eq!(ready.text().await.expect("a text"), "ready\n");
    for patient in &people[n..] {
        let key = if std::ptr::eq(patient, &people[n]) { key.clone() } else { secrets::fresh_id() };
        assert_eq!(patient.book(&client, address, slot, &key).await, Outcome::Booked);
    }
    let db = site.db().await;
    let count = i64::try_from(people.len()).expect("a few");
    assert_eq!(db.occupancy(slot).await.expect("the database"), Some((count, 100)), "each is booked once");
    assert!(db.miscounted_slots().await.expect("the database").is_empty());
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_bookings_go_on_when_it_is_freed() {
    let Some(disk) = Disk::mount() else { return };
    let site = Site::on(disk.database());
    let db = site.db().await;
    let slot = site.slot(&db, "full", "full-1", 100).await;
    let people = site.patients(&db, "full", 60).await;
    db.close().await;
    let server = site.serve();
    an_outage(&site, &server, &people, &slot, &|| disk.fill(), &|| disk.free()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_or_shut_stops_the_start_with_a_sentence() {
    let Some(disk) = Disk::mount() else { return };
    disk.fill();
    let site = Site::on(disk.database());
    let told = site.refuses_to_serve();
    assert!(told.contains("test.db is full: make room on it and start again"), "{told}");
    disk.free();
    drop(site.serve());
    assert!(disk.change(&["-o", "remount,ro"]));
    let told = site.refuses_to_serve();
    assert!(told.contains("test.db cannot be"), "{told}");
    assert!(told.contains("the server's account must own"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_stops_the_start_with_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("test.db");
    std::fs::write(&file, "a letter, not a database, and long enough to be taken for one ".repeat(100))
        .expect("written");
    let told = Site::on(format!("sqlite://{}", file.display())).refuses_to_serve();
    assert!(told.contains("test.db is not a database, or is damaged: put its last backup in its place"), "{told}");
    let told = Site::on(format!("sqlite://{}/folder/test.db", file.display())).refuses_to_serve();
    assert!(told.contains("the folder") && told.contains("is missing and cannot be made"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_that_stops_and_starts_is_told_and_bookings_go_on() {
    let Some(cluster) = Cluster::start() else { return };
    for mode in ["fast", "immediate"] {
        let database = Db::create_on(&cluster.url(), mode).await.expect("a new database");
        let site = Site::on(database);
        let db = site.db().await;
        let slot = site.slot(&db, "stop", "stop-1", 100).await;
        let people = site.patients(&db, "stop", 5).await;
        db.close().await;
        let server = site.serve();
        an_outage(&site, &server, &people, &slot, &|| cluster.stop(mode), &|| cluster.resume()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_reached_by_tls_and_only_with_its_own_certificate() {
    let Some((cluster, authority)) = Cluster::start_with_tls() else { return };
    let plain = Db::create_on(&cluster.url(), "tls").await.expect("a new database");
    let rooted = format!("sslmode=verify-full&sslrootcert={}", authority.display());
    let db = Db::open(&format!("{plain}?{rooted}")).await.expect("by TLS");
    let Db::Postgres(pool) = &db else { panic!("not PostgreSQL") };
    // Fails by a division where this connection is plain.
    let by_tls = sqlx::raw_sql("SELECT 1 / COUNT(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl");
    by_tls.execute(pool).await.expect("the connection uses TLS");
    db.close().await;

    let told = Site::on(format!("{plain}?sslmode=verify-full")).refuses_to_serve();
    assert!(told.contains("certificate must be right") && told.contains("UnknownIssuer"), "{told}");
    // The certificate is for the number of the host, not for its name.
    let named = plain.replace("127.0.0.1", "localhost");
    let told = Site::on(format!("{named}?{rooted}")).refuses_to_serve();
    assert!(told.contains("not valid for name"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_and_no_environment_leads_the_server_over_a_network_without_tls() {
    for (address, variables) in [
        ("postgres://a:b@192.0.2.7/z?sslmode=disable", &[][..]),
        ("postgres://a:b@192.0.2.7/z", &[("PGSSLMODE", "disable")]),
        ("postgres://a:b@localhost/z?hostaddr=192.0.2.7&sslmode=allow", &[]),
        ("postgres:///z?sslmode=disable", &[("PGHOST", "192.0.2.7")]),
        ("postgres:///z", &[("PGHOST", "localhost"), ("PGHOSTADDR", "192.0.2.7"), ("PGSSLMODE", "allow")]),
    ] {
        let told = Site::on(address.to_owned()).refuses_to_serve_where(variables);
        assert!(told.contains("would be reached without TLS"), "{address} {variables:?}: {told}");
    }
    // A server without TLS is not taken instead.
    let Some(cluster) = Cluster::start() else { return };
    let plain = Db::create_on(&cluster.url(), "plain").await.expect("a new database");
    let told = Site::on(format!("{plain}?sslmode=require")).refuses_to_serve();
    assert!(told.contains("does not support TLS"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_that_is_not_there_stops_the_start_with_a_sentence() {
    let told = Site::on("postgres://nobody@127.0.0.1:9/nothing".to_owned()).refuses_to_serve();
    assert!(told.contains("PostgreSQL at 127.0.0.1:9 does not let the server in"), "{told}");
}
