//! Running other programs: with a title and a time, killed with everything they started when
//! this one ends or is interrupted, their temporary files in a folder that goes with them.
//! Processes are ended by the ids of this run only, never by name.

use crate::tools::{self, Tools};
use anyhow::{Context as _, Result, bail};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The environment variable that marks every process of one run, inherited by its children.
const MARK: &str = "ZAOSHAI_RUN";

/// How long a process may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(8);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Leaders of the process groups that are running now.
static GROUPS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// From here on Ctrl-C, SIGTERM and SIGHUP end the running children; the main thread then sees
/// them fail, unwinds, and cleans up on the way.
pub fn catch_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        for group in groups().clone() {
            signal_group(group, "TERM");
        }
        std::thread::sleep(PATIENCE);
        for group in groups().clone() {
            signal_group(group, "KILL");
        }
    })
    .context("cannot listen for Ctrl-C")
}

/// Whether this run was asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

fn groups() -> MutexGuard<'static, BTreeSet<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The shell's own `kill`, because signalling needs unsafe code in Rust and `kill(1)` is not
/// installed everywhere.
fn signal(target: &str, name: &str) {
    // A process that has gone in the meantime is no error.
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$1\" -- \"$0\" 2>/dev/null", target, name])
        .stdin(Stdio::null())
        .status();
}

fn signal_group(leader: u32, name: &str) {
    signal(&format!("-{leader}"), name);
}

/// One run of xtask: where the repository is, a temporary folder of its own, and the tools once
/// they are set up. Dropping it ends what it started and removes the folder.
pub struct Session {
    /// The root of the repository.
    pub root: PathBuf,
    scratch: PathBuf,
    mark: String,
    tools: OnceCell<Tools>,
}

impl Session {
    /// Opens a run in the repository that this crate belongs to.
    pub fn new() -> Result<Self> {
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("start this program as `cargo xtask`: cargo tells it where it is")?;
        let root = Path::new(&xtask).parent().context("xtask has no folder above it")?.to_owned();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let mark = format!("{}-{now}", std::process::id());
        let scratch = std::env::temp_dir().join(format!("zaoshai-{mark}"));
        // Not `create_dir_all`: a folder that somebody else made beforehand is not ours to use.
        std::fs::create_dir(&scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
        // The database server runs as another user and has to pass through.
        std::fs::set_permissions(&scratch, Permissions::from_mode(0o755))?;
        Ok(Self { root, scratch, mark, tools: OnceCell::new() })
    }

    /// A folder for temporary files, removed at the end.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Where xtask keeps what it builds and remembers, outside the finished `dist`.
    pub fn workbench(&self) -> PathBuf {
        self.root.join("target/xtask")
    }

    /// The tools, set up on the first call.
    pub fn tools(&self) -> Result<&Tools> {
        if let Some(tools) = self.tools.get() {
            return Ok(tools);
        }
        let tools = tools::set_up(self)?;
        Ok(self.tools.get_or_init(|| tools))
    }

    /// A command in the repository's root, in a process group of its own so that it can be ended
    /// together with everything it starts.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .env(MARK, &self.mark)
            .env("TMPDIR", &self.scratch)
            .process_group(0);
        forget_cargo(&mut command);
        command
    }

    /// Ends every process that carries this run's mark: also those that left their parent, as
    /// browsers do. Where there is no `/proc`, ending the process groups has to be enough.
    pub fn sweep(&self) {
        for name in ["TERM", "KILL"] {
            let asked = Instant::now();
            // Seen twice, because a process that is just starting a program has no environment
            // for a moment.
            let mut nothing_seen = 0;
            while asked.elapsed() < PATIENCE {
                let left = self.marked();
                nothing_seen = if left.is_empty() { nothing_seen + 1 } else { 0 };
                if nothing_seen == 2 {
                    return;
                }
                for id in left {
                    signal(&id.to_string(), name);
                }
                std::thread::sleep(Duration::from_millis(40));
            }
        }
    }

    fn marked(&self) -> Vec<u32> {
        let mark = format!("{MARK}={}", self.mark);
        let Ok(processes) = std::fs::read_dir("/proc") else {
            return Vec::new();
        };
        processes
            .flatten()
            .filter_map(|process| {
                let id: u32 = process.file_name().to_str()?.parse().ok()?;
                let environment = std::fs::read(process.path().join("environ")).ok()?;
                let ours = environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes());
                (ours && id != std::process::id()).then_some(id)
            })
            .collect()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.sweep();
        if let Err(error) = std::fs::remove_dir_all(&self.scratch) {
            eprintln!("could not remove {}: {error}", self.scratch.display());
        }
    }
}

/// `cargo run` tells a program about its own package. A cargo started from here must not take
/// that for its own surroundings.
pub fn forget_cargo(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text == "CARGO_BIN_NAME"
            || text == "CARGO_CRATE_NAME"
            || text == "CARGO_PRIMARY_PACKAGE"
        {
            command.env_remove(&name);
        }
    }
}

/// A child that is running; dropped, it is ended together with its process group.
pub struct Running {
    child: Child,
    ended: bool,
}

impl Running {
    /// Starts a command made by [`Session::command`].
    pub fn start(command: &mut Command) -> Result<Self> {
        refuse_when_interrupted()?;
        let child = command.spawn().with_context(|| format!("cannot run `{}`", describe(command)))?;
        groups().insert(child.id());
        Ok(Self { child, ended: false })
    }

    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait().context("cannot watch a process")?;
        if status.is_some() {
            self.forget();
        }
        Ok(status)
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("cannot wait for a process")?;
        self.forget();
        Ok(status)
    }

    fn forget(&mut self) {
        self.ended = true;
        groups().remove(&self.child.id());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        for name in ["TERM", "KILL"] {
            signal_group(self.child.id(), name);
            let asked = Instant::now();
            while asked.elapsed() < PATIENCE {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    self.forget();
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        self.forget();
    }
}

/// Fails once the run was asked to stop, so that no further step begins.
pub fn refuse_when_interrupted() -> Result<()> {
    if interrupted() {
        bail!("interrupted");
    }
    Ok(())
}

/// Runs a command with its output shown; its failure is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = Running::start(command)?.wait()?;
    refuse_when_interrupted()?;
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs a command and gives back what it wrote on standard output; its failure is an error.
pub fn output_of(command: &mut Command) -> Result<String> {
    refuse_when_interrupted()?;
    let output = command.output().with_context(|| format!("cannot run `{}`", describe(command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({}): {}", describe(command), output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` wrote something that is not text", describe(command)))
}

/// Runs a command, shows its standard output as it comes, and hands each line to `see`.
pub fn run_and_watch(command: &mut Command, mut see: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let group = running.child.id();
    let output = running.child.stdout.take().context("no output to read")?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(length) if length > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                break;
            }
        }
    });
    let mut status = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                let mut stdout = std::io::stdout().lock();
                // Nobody left to read is no reason to stop testing.
                let _ = stdout.write_all(&line).and_then(|()| stdout.flush());
                see(String::from_utf8_lossy(&line).trim_end());
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                // A grandchild left behind may hold the pipe open for ever: once the child has
                // ended and its output has been read, what remains of its group is ended.
                if status.is_some() {
                    break;
                }
                status = running.ended()?;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = match status {
        Some(status) => status,
        None => running.wait()?,
    };
    signal_group(group, "TERM");
    refuse_when_interrupted()?;
    Ok(status)
}

/// The command as a person would type it.
pub fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Does one step of work under a title, and says how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    refuse_when_interrupted()?;
    say(&format!("-- {title}"));
    let begun = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "failed" };
    say(&format!("   {outcome}: {title} ({})", seconds(begun.elapsed())));
    result
}

/// Writes a line at once, so that it stands in the right place among the children's output.
pub fn say(line: &str) {
    println!("{line}");
    let _ = std::io::stdout().flush();
}

/// A duration as people say it.
pub fn seconds(duration: Duration) -> String {
    let all = duration.as_secs();
    if all < 60 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} min {} s", all / 60, all % 60)
}

/// The first program of this name in the folders of `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    all_on_path(program).next()
}

/// Every program of this name in the folders of `PATH`, in their order.
pub fn all_on_path(program: &str) -> impl Iterator<Item = PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .filter(|file| file.is_file())
        .collect::<Vec<_>>()
        .into_iter()
}

/// A port on this machine that nobody listens on at the moment.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        assert_eq!(seconds(Duration::from_millis(3_210)), "3.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn a_child_that_leaves_a_grandchild_behind_does_not_hang_the_run() -> Result<()> {
        let begun = Instant::now();
        let mut seen = Vec::new();
        let status =
            run_and_watch(Command::new("sh").args(["-c", "sleep 61 & echo ready; exit 3"]).process_group(0), |line| {
                seen.push(line.to_owned());
            })?;
        assert_eq!(status.code(), Some(3));
        assert_eq!(seen, ["ready"]);
        assert!(begun.elapsed() < Duration::from_secs(30));
        Ok(())
    }

    #[test]
    fn dropping_a_session_ends_what_it_started_and_removes_its_folder() -> Result<()> {
        let session = Session::new()?;
        let folder = session.scratch().to_owned();
        std::fs::write(folder.join("file"), "text")?;
        // A process that detaches itself, as a browser's helper does.
        let id = output_of(session.command("sh").args(["-c", "nohup sleep 300 >/dev/null 2>&1 & echo $!"]))?;
        let process = Path::new("/proc").join(id.trim());
        if Path::new("/proc/self").exists() {
            assert!(process.exists());
        }
        drop(session);
        assert!(!folder.exists());
        // A process that is just ending has no environment any more, but still an entry.
        let begun = Instant::now();
        let gone = || std::fs::read_to_string(process.join("stat")).map_or(true, |stat| stat.contains(") Z "));
        while !gone() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(gone());
        Ok(())
    }
}
