//! `wirecheck decode MESSAGE`: bytes of any known message, taken apart.

use std::fs::File;
use std::io::{Read as _, stdin};
use std::process::ExitCode;

use wirecheck::decode::{dump, parse_base64, parse_hex};
use wirecheck::schema::Schema;

use super::{DecodeArgs, FAILED, columns, print};

/// Bytes that are read of a file or of stdin, 64 MiB.
const CAP: u64 = 64 << 20;

pub(super) fn run(args: &DecodeArgs) -> Result<ExitCode, String> {
    let schema = match &args.descriptor_set {
        None => None,
        Some(path) => {
            let bytes = std::fs::read(path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            let schema = Schema::from_descriptor_set(&bytes);
            Some(schema.map_err(|error| {
                format!("{} is no usable descriptor set: {error}", path.display())
            })?)
        }
    };
    let schema = schema.as_ref().unwrap_or(Schema::contract());
    let Some(message) = schema.message(&args.message) else {
        return Err(unknown(schema, &args.message));
    };
    let dump = dump(schema, message, &bytes(args)?);
    print(&dump.to_text(columns().max(60)));
    Ok(if dump.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn bytes(args: &DecodeArgs) -> Result<Vec<u8>, String> {
    if let Some(hex) = &args.hex {
        return parse_hex(hex).map_err(|error| format!("--hex: {error}"));
    }
    if let Some(base64) = &args.base64 {
        return parse_base64(base64).map_err(|error| format!("--base64: {error}"));
    }
    let mut bytes = Vec::new();
    let read = match args.file.as_deref() {
        None => return Err("give the bytes: --hex, --base64, a file, or - for stdin".to_owned()),
        Some(path) if path.as_os_str() == "-" => stdin().lock().take(CAP).read_to_end(&mut bytes),
        Some(path) => File::open(path).and_then(|file| file.take(CAP).read_to_end(&mut bytes)),
    };
    let name = args.file.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    read.map_err(|error| format!("cannot read {name}: {error}"))?;
    Ok(bytes)
}

/// Says which messages of that last name there are, else how many there are at all.
fn unknown(schema: &Schema, name: &str) -> String {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let near =
        schema.messages().iter().filter(|message| last(&message.full_name).contains(&last(name)));
    let near: Vec<_> = near.take(5).map(|message| message.full_name.as_str()).collect();
    match &near[..] {
        [] => format!("no message is called {name:?}; a full name is needed, as session.Token"),
        near => format!("no message is called {name:?}; close to it: {}", near.join(", ")),
    }
}
