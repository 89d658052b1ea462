//! The command as its user meets it: exit codes, one clear line for bad input, nothing half-written.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn wirecheck(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecheck"));
    command.args(arguments).env_remove("COLUMNS").output().expect("the command runs")
}

/// A folder for one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("wirecheck-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Exit 2, nothing on stdout, and one line on stderr that says `what`.
fn complains(arguments: &[&str], what: &str) {
    let output = wirecheck(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to stdout");
    assert!(said.contains(what), "{arguments:?} said {said:?}");
    assert!(!said.contains("panicked"), "{arguments:?} said {said:?}");
    assert!(
        said.starts_with("error:") || said.trim_end().lines().count() == 1,
        "{arguments:?} said {said:?}"
    );
}

const PASSING: &str = "neofs-session/order/init-answered-by-unsigned";

#[test]
fn bad_input_is_told_in_a_line() {
    let folder = Folder::new("bad-input");
    let reasonless = folder.file("reasonless", "agent/run/*\n");
    let mistyped = folder.file("mistyped", "agent/run slow\nagnet/run/* slow\n");
    let unknown_key = folder.file("unknown-key.toml", "[neofs-session]\nprofiel = \"x\"\n");
    let no_toml = folder.file("no.toml", "{");
    let binary = folder.0.join("binary");
    fs::write(&binary, [0xff, 0xfe, 0]).expect("a file");
    let binary = binary.display().to_string();

    complains(&["check", "--target", "http://"], "http://");
    complains(&["check", "--target", "ftp://127.0.0.1:1"], "http://HOST:PORT");
    complains(&["check", "--target", "http://192.0.2.1:1"], "--allow-remote");
    complains(&["check", "--target", "127.0.0.1:99999"], "no port 99999");
    complains(&["check", "--target", "/no/such/trace"], "no such file");
    complains(&["check", "no-such-room"], "wirecheck list");
    complains(&["check", "agent/*/no-such-check"], "wirecheck list");
    complains(&["check", "["], "glob");
    complains(&["check", "--config", "/no/such/file"], "/no/such/file");
    complains(&["check", "--config", &unknown_key], "line 2");
    complains(&["check", "--config", &no_toml], "no.toml");
    complains(&["check", "--config", &binary], "binary");
    complains(&["check", "--known-failures", "/no/such/file"], "/no/such/file");
    complains(&["check", "--known-failures", &reasonless], "line 1");
    complains(
        &["check", "--known-failures", &mistyped],
        "line 2: no check matches \"agnet/run/*\"",
    );
    complains(&["check", "--report", "json=/no/such/folder/report"], "/no/such/folder/report");
    complains(&["check", "--report", "json=x", "--report", "text=x"], "two reports");
    complains(&["check", "grpc", "--method", "/no.Such/Method"], "does not serve /no.Such/Method");
    complains(&["check", "--report", "json"], "FORMAT=PATH");
    complains(&["check", "--report", "pdf=x"], "pdf");
    complains(&["check", "--timeout", "soon"], "duration");
    complains(&["check", "--jobs", "0"], "at least 1");
    complains(&["check", "--fault", "NoSuchSin"], "NoSuchSin");
    complains(&["check", "--launch", ""], "--launch");
    complains(&["check", "--ca", "x", "--target", "127.0.0.1:9"], "https://HOST:PORT");
    complains(&["check", "--launch", "/no/such/program {port}"], "/no/such/program");
    complains(&["check", "--launch", "true {port}"], "ended before it served");
    complains(&["check", "--launch", "true"], "{port}");
    complains(&["explain", "no-such-check"], "no-such-check");
    complains(&["coverage", "no-such-room"], "no-such-room");
}

#[test]
fn nothing_listens_is_one_line_and_no_report() {
    let folder = Folder::new("nothing-listens");
    let report = format!("json={}", folder.0.join("report.json").display());
    // The discard port: nothing listens there on a machine that builds software.
    complains(&["check", "--target", "127.0.0.1:9", "--report", &report], "cannot connect");
    assert!(folder.names().is_empty(), "left behind: {:?}", folder.names());
}

#[test]
fn exit_codes_follow_the_verdicts() {
    assert_eq!(wirecheck(&["check", PASSING]).status.code(), Some(0));
    let red = "neofs-session/order/signed-first-refused";
    assert_eq!(wirecheck(&["check", red, "--fault", "AcceptsSignedFirst"]).status.code(), Some(1));
}

#[test]
fn known_failures_are_told_apart_and_stale_ones_fail() {
    let folder = Folder::new("known");
    let known = folder
        .file("known", "# ours\nneofs-session/order/signed-first-refused  mended next week\n");
    let red = "neofs-session/order/signed-first-refused";
    let output =
        wirecheck(&["check", red, "--fault", "AcceptsSignedFirst", "--known-failures", &known]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("1 known") && said.contains("mended next week"), "{said}");

    let output = wirecheck(&["check", red, "--known-failures", &known]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("passes now"), "{said}");
}

#[test]
fn reports_are_written_whole() {
    let folder = Folder::new("reports");
    let paths = ["text", "json", "junit"].map(|format| (format, folder.0.join(format)));
    let flags: Vec<_> =
        paths.iter().map(|(format, path)| format!("{format}={}", path.display())).collect();
    let mut arguments = vec!["check", PASSING, "--seed", "7"];
    arguments.extend(flags.iter().flat_map(|flag| ["--report", flag]));
    assert_eq!(wirecheck(&arguments).status.code(), Some(0));

    let read = |at: usize| fs::read_to_string(&paths[at].1).expect("a report");
    assert!(read(0).contains("PASSED") && !read(0).contains('\u{1b}'));
    let json: serde_json::Value = serde_json::from_str(&read(1)).expect("JSON");
    assert_eq!((&json["schema"], &json["seed"]), (&1.into(), &7.into()));
    assert!(read(2).starts_with("<?xml"));
    assert_eq!(folder.names().len(), 3, "{:?}", folder.names());
}

/// What `again` says is what a person pastes into a shell.
#[test]
fn again_brings_the_same_finding_about() {
    let folder = Folder::new("again");
    let report = folder.0.join("report.json");
    let (to, config) = (format!("json={}", report.display()), folder.file("a config.toml", ""));
    // Only --strict makes a failure of it, and only --allow-destructive runs it.
    let red = "jina/control/unknown-command";
    let fault = ["--fault", "AcceptsUnknownCommand", "--strict", "--allow-destructive"];
    let mut arguments = vec!["check", red, "--config", &config, "--report", &to];
    arguments.extend(fault);
    let first = wirecheck(&arguments);
    assert_eq!(first.status.code(), Some(1), "{}", String::from_utf8_lossy(&first.stdout));

    let finding = || {
        let text = fs::read_to_string(&report).expect("a report");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        json["results"][0].clone()
    };
    let before = finding();
    let again = before["again"].as_str().expect("a command").to_owned();
    let command =
        format!("{again} --report {to}").replacen("wirecheck", env!("CARGO_BIN_EXE_wirecheck"), 1);
    let second = Command::new("sh").args(["-c", &command]).output().expect("a shell");
    assert_eq!(second.status.code(), Some(1), "{command}: {second:?}");
    for told in ["id", "verdict", "expected", "actual", "again"] {
        assert_eq!(finding()[told], before[told], "{told}");
    }
}

/// What a person copies from the terminal is the command, over as many lines as it takes.
#[test]
fn again_can_be_copied_from_eighty_columns() {
    let red = "neofs-session/order/signed-first-refused-for-another-streams-token";
    let output = wirecheck(&["check", red, "--fault", "AcceptsSignedFirst", "--seed", "9"]);
    let said = String::from_utf8(output.stdout).expect("text");
    let (_, again) = said.split_once("  again     wirecheck ").expect("a command");
    let (again, _) = again.split_once("\n\n").expect("an end");
    assert!(again.contains(red) && again.contains(" \\\n"), "{again}");
    let command = format!("{} {again}", env!("CARGO_BIN_EXE_wirecheck"));
    let second = Command::new("sh").args(["-c", &command]).output().expect("a shell");
    assert_eq!(second.status.code(), Some(1), "{command}: {second:?}");
    assert!(String::from_utf8_lossy(&second.stdout).contains("seed 9"), "{second:?}");
}

/// A FIFO in this folder, as a pipe that a shell hands over.
fn fifo(folder: &Folder, name: &str) -> PathBuf {
    let path = folder.0.join(name);
    let made = Command::new("mkfifo").arg(&path).status().expect("mkfifo runs");
    assert!(made.success());
    path
}

#[test]
fn a_pipe_is_written_to_and_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt as _;
    let folder = Folder::new("pipe");
    let pipe = fifo(&folder, "pipe");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("a report")
    });
    let to = format!("json={}", pipe.display());
    assert_eq!(wirecheck(&["check", PASSING, "--report", &to]).status.code(), Some(0));
    assert!(reader.join().expect("no panic").contains("\"schema\": 1"));
    assert!(fs::metadata(&pipe).expect("it is there").file_type().is_fifo());
    assert_eq!(folder.names(), ["pipe"]);
}

#[test]
fn told_to_stop_it_leaves_no_server_and_no_report_behind() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let folder = Folder::new("stopped");
    let alive = fifo(&folder, "alive");
    let script = format!("exec > '{}'\necho started\nexec sleep 60\n", alive.display());
    let script = folder.file("server", &script);
    for signal in ["TERM", "HUP", "INT"] {
        let to = format!("json={}", folder.0.join("report").display());
        let launch = format!("sh '{script}' {{port}}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecheck"));
        let command =
            command.args(["check", "--launch", &launch, "--timeout", "10m", "--report", &to]);
        let child = command.stderr(std::process::Stdio::null()).spawn().expect("it starts");
        let mut server = BufReader::new(fs::File::open(&alive).expect("a pipe"));
        server.read_line(&mut String::new()).expect("the server starts");
        let kill = ["-s", signal, &child.id().to_string()];
        assert!(Command::new("kill").args(kill).status().expect("kill runs").success());
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(output.status.code(), Some(2), "{signal}");
        // The pipe ends with the last process that can write to it.
        let began = Instant::now();
        server.read_to_end(&mut Vec::new()).expect("the server is gone");
        assert!(began.elapsed() < Duration::from_secs(30), "{signal}: the server went by itself");
        let names = folder.names();
        assert!(names.iter().all(|name| !name.contains("report")), "{signal}: {names:?}");
    }
}

#[test]
fn the_result_is_plain_where_no_terminal_is() {
    let output = wirecheck(&["check", PASSING, "--seed", "12345"]);
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(said.contains("seed 12345") && said.contains("embedded reference"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn every_check_can_be_explained() {
    let listed = wirecheck(&["list"]);
    let listed = String::from_utf8(listed.stdout).expect("text");
    let ids: Vec<_> = listed.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert!(!ids.is_empty());
    for id in ids.iter().step_by(1 + ids.len() / 5) {
        assert_eq!(wirecheck(&["explain", id]).status.code(), Some(0), "{id}");
    }
}
