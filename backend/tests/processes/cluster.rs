//! A PostgreSQL server of one test's own, which it stops and starts again.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A cluster in a temporary folder, on a port of this machine only.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// A running one; none when this run of the tests has no PostgreSQL.
    pub fn start() -> Option<Self> {
        std::env::var_os("ZAOSHAI_TEST_POSTGRES")?;
        let told = Command::new("pg_config").arg("--bindir").output().expect("PostgreSQL is installed");
        let programs = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim());
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let folder = tempfile::tempdir().expect("a folder");
        if is_root() {
            // PostgreSQL refuses to run as root.
            let owned = Command::new("chown").arg("postgres:").arg(folder.path()).status();
            assert!(owned.is_ok_and(|status| status.success()), "the user postgres is there");
        }
        let cluster = Self { folder, programs, port };
        let data = cluster.data();
        cluster.run("initdb", &["--auth=trust", "--username=postgres", "--no-sync", "--locale=C", "-E", "UTF8", &data]);
        cluster.resume();
        Some(cluster)
    }

    /// A running one that speaks TLS with a certificate for 127.0.0.1, and the file with the authority that signed it.
    pub fn start_with_tls() -> Option<(Self, PathBuf)> {
        let cluster = Self::start()?;
        cluster.stop("fast");
        let folder = cluster.folder.path();
        let make = |arguments: &[&str]| {
            let done = Command::new("openssl").args(arguments).current_dir(folder).output().expect("openssl is there");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        let new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let authority = ["-x509", "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem"];
        make(&[&new[..], &authority].concat());
        make(&[&new[..], &["-subj", "/CN=test", "-keyout", "data/server.key", "-out", "server.csr"]].concat());
        std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1").expect("written");
        let sign = ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        make(&[&sign[..], &["-days", "2", "-extfile", "names", "-out", "data/server.crt"]].concat());
        for file in ["server.key", "server.crt"] {
            let path = folder.join("data").join(file);
            let private = Command::new("chmod").arg("600").arg(&path).status();
            assert!(private.is_ok_and(|status| status.success()));
            if is_root() {
                let owned = Command::new("chown").arg("postgres:").arg(&path).status();
                assert!(owned.is_ok_and(|status| status.success()));
            }
        }
        let settings = folder.join("data/postgresql.conf");
        let text = std::fs::read_to_string(&settings).expect("the settings") + "\nssl = on\n";
        std::fs::write(&settings, text).expect("written");
        cluster.resume();
        let authority = folder.join("ca.pem");
        Some((cluster, authority))
    }

    /// Its address, without a database's name.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// Stops it: `fast` with a word to its clients, `immediate` as in a crash.
    pub fn stop(&self, mode: &str) {
        self.run("pg_ctl", &["stop", "--wait", "--mode", mode, "--pgdata", &self.data()]);
    }

    /// Starts it again.
    pub fn resume(&self) {
        let (folder, port) = (self.folder.path().display(), self.port);
        let options = format!("-p {port} -h 127.0.0.1 -k {folder} -c fsync=off");
        let log = format!("{folder}/log");
        self.run("pg_ctl", &["start", "--wait", "--pgdata", &self.data(), "--log", &log, "--options", &options]);
    }

    fn data(&self) -> String {
        format!("{}/data", self.folder.path().display())
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program).args(arguments).status();
        assert!(status.is_ok_and(|status| status.success()), "{program} {arguments:?}");
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // Its output would be held open by the server that it leaves behind.
        command.current_dir(self.folder.path()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.command("pg_ctl").args(["stop", "--mode=immediate", "--pgdata", &self.data()]).status();
    }
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout.trim_ascii() == b"0")
}
