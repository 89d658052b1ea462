//! `wirecheck coverage`: every clause with the checks that hold it.

use std::fmt::Write as _;
use std::process::ExitCode;

use wirecheck::catalogue::{self, ROOMS};
use wirecheck::specs::Room;

use super::{columns, print};

pub(super) fn run(rooms: &[String]) -> Result<ExitCode, String> {
    if let Some(unknown) = rooms.iter().find(|room| catalogue::room(room).is_none()) {
        let names: Vec<_> = ROOMS.iter().map(|room| room.name).collect();
        return Err(format!("no room is called {unknown:?}; there are {}", names.join(", ")));
    }
    let wanted =
        ROOMS.iter().filter(|room| rooms.is_empty() || rooms.iter().any(|name| name == room.name));
    wanted.for_each(|room| print(&render(room, columns())));
    Ok(ExitCode::SUCCESS)
}

/// What belongs to a clause stands below it, further in.
const INDENT: &str = "           ";

fn render(room: &Room, width: usize) -> String {
    let checks = |id: &str| {
        catalogue::checks()
            .filter(|check| check.clause.id == id)
            .map(|check| check.id)
            .collect::<Vec<_>>()
    };
    let held = room.clauses.iter().filter(|clause| !checks(clause.id).is_empty()).count();
    let waived = room.clauses.iter().filter(|clause| clause.waived.is_some()).count();
    let mut out =
        format!("{}: {} clauses, {held} checked, {waived} waived\n", room.name, room.clauses.len());
    for clause in room.clauses {
        let checks = checks(clause.id);
        let held = match (&checks[..], clause.waived) {
            (_, Some(reason)) => format!("waived: {reason}"),
            ([], None) => "NO CHECK".to_owned(),
            ([_], None) => "1 check".to_owned(),
            (several, None) => format!("{} checks", several.len()),
        };
        let text = format!("  {:<6} {}  {held}", clause.level.name(), clause.id);
        // An id is one word, to be copied or searched for.
        let options = textwrap::Options::new(width)
            .subsequent_indent(INDENT)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .break_words(false);
        textwrap::wrap(&text, &options).iter().for_each(|line| {
            let _ = writeln!(out, "{line}");
        });
        for check in checks.iter().filter(|check| checks.len() > 1 || **check != clause.id) {
            let _ = writeln!(out, "{INDENT}{check}");
        }
    }
    out
}
