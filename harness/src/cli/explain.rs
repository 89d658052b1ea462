//! `wirecheck explain ID`: what one check or clause demands, and where that stands.

use std::process::ExitCode;

use wirecheck::catalogue;
use wirecheck::check::{Check, Manner};
use wirecheck::model::{Clause, room_of};
use wirecheck_reference::Fault;

use super::{columns, print};

pub(super) fn run(id: &str) -> Result<ExitCode, String> {
    let check = catalogue::checks().find(|check| check.id == id);
    let clause = check
        .map(|check| check.clause)
        .or_else(|| catalogue::clauses().find(|clause| clause.id == id));
    let Some(clause) = clause else {
        let near = catalogue::select(&[id]).map(|checks| match checks.first() {
            Some(check) => {
                let checks = checks.len();
                let first = check.id;
                format!("{id:?} names {checks} checks, the first of them {first}; `wirecheck list {id:?}` prints them")
            }
            None => format!("no check or clause is called {id:?}"),
        });
        return Err(near.unwrap_or_else(|error| error.to_string()));
    };
    print(&render(clause, check, columns()));
    Ok(ExitCode::SUCCESS)
}

fn render(clause: &Clause, check: Option<&Check>, width: usize) -> String {
    let checks: Vec<_> = catalogue::checks()
        .filter(|other| other.clause.id == clause.id)
        .map(|check| check.id)
        .collect();
    let room = catalogue::room(room_of(clause.id));
    let document = room.map_or("", |room| room.document);
    let faults: Vec<_> = Fault::ALL.iter().filter(|fault| fault.breaks() == clause.id).collect();
    let faults: Vec<_> = faults.iter().map(|fault| format!("{fault}: {}", fault.about())).collect();
    let id = check.map_or(clause.id, |check| check.id);
    let mut rows = vec![
        ("level", level(clause)),
        ("clause", clause.text.to_owned()),
        ("source", clause.source.to_owned()),
        ("document", document.to_owned()),
    ];
    if let Some(reason) = clause.waived {
        rows.push(("waived", reason.to_owned()));
    }
    if let Some(check) = check {
        rows.push(("manner", manner(check.manner).to_owned()));
    }
    rows.push(("checks", checks.join("\n")));
    rows.push(("seen red", faults.join("\n")));
    if !checks.is_empty() {
        let served = room.is_some_and(|room| !room.probes.is_empty() || room.name == "grpc");
        let target = if served { "http://HOST:PORT" } else { "'exec:CMD'" };
        rows.push(("run it", format!("wirecheck check {id} --target {target}")));
    }
    let mut out = format!("{id}\n");
    for (label, text) in rows.into_iter().filter(|(_, text)| !text.is_empty()) {
        let lines = text.lines().flat_map(|line| textwrap::wrap(line, width.saturating_sub(12)));
        for (index, line) in lines.enumerate() {
            out += &format!("  {:<10}{line}\n", if index == 0 { label } else { "" });
        }
    }
    out
}

fn level(clause: &Clause) -> String {
    use wirecheck::model::Level;
    let what = match clause.level {
        Level::Must => "breaking it is a failure",
        Level::Should => "breaking it is a warning, a failure under --strict",
        Level::House => "our own expectation of any server; breaking it is a failure",
    };
    format!("{}: {what}", clause.level.name())
}

fn manner(manner: Manner) -> &'static str {
    match manner {
        Manner::Allowed => "does only what the document allows",
        Manner::Refusal => "does something that has to be refused, beside a twin that must succeed",
        Manner::Ending => "may end the server, as it is told to; runs after everything else",
        Manner::Hostile => "is hostile on purpose; the server is probed afterwards",
    }
}
