//! The committed inputs of the fuzz targets: their bodies take each of them, and they reach what they
//! are there for.
#![cfg(feature = "fuzz")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use prost::Message as _;
use wirecheck::fuzz::decode::{Way, messages, picked};
use wirecheck::fuzz::handshake::judged;
use wirecheck::fuzz::{HANDSHAKE, Input, TARGETS, Target};
use wirecheck::schema::Schema;
use wirecheck_proto::wirecheck::v1::Script;
use wirecheck_reference::{Fault, Faults};

fn fuzz(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz").join(folder)
}

/// What a folder holds, by name; nothing where there is none.
fn entries(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let named = paths.map(|path| (path.file_name().expect("a name").display().to_string(), path));
    named.collect()
}

fn inputs(folder: &str, target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let files = entries(&fuzz(folder).join(target.name)).into_values();
    files.map(|file| (file.clone(), fs::read(file).expect("a file"))).collect()
}

#[test]
fn every_input_is_taken() {
    for target in TARGETS {
        let corpus = inputs("corpus", target);
        assert!(!corpus.is_empty(), "{} has no corpus", target.name);
        for (file, input) in corpus.into_iter().chain(inputs("regressions", target)) {
            if let Err(contradiction) = target.run(&input) {
                panic!("{}: {contradiction}", file.display());
            }
        }
    }
}

#[test]
fn the_corpus_is_small() {
    for target in TARGETS {
        let corpus = inputs("corpus", target);
        assert!(corpus.len() <= 100, "{} has {} inputs", target.name, corpus.len());
        for (file, input) in corpus {
            assert!(input.len() <= 1024, "{} has {} bytes", file.display(), input.len());
        }
    }
}

#[test]
fn programs_and_folders_are_those_of_the_targets() {
    let names: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let programs = entries(&fuzz("fuzz_targets")).into_keys();
    let programs: BTreeSet<_> =
        programs.map(|file| file.trim_end_matches(".rs").replace('_', "-")).collect();
    assert_eq!(programs, names, "the programs in fuzz_targets, and fuzz::TARGETS");
    for folder in ["corpus", "regressions"] {
        let strangers: Vec<_> = entries(&fuzz(folder)).into_keys().collect();
        assert!(strangers.iter().all(|name| names.contains(name)), "{folder} has {strangers:?}");
    }
    let manifest = fs::read_to_string(fuzz("Cargo.toml")).expect("the manifest");
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name} is not built");
    }
}

#[test]
fn every_message_of_the_documents_is_tried_in_every_way() {
    let mut tried = BTreeSet::new();
    let mut ways = BTreeSet::new();
    for target in TARGETS {
        let Input::Message(packages) = target.input else { continue };
        for (_, input) in inputs("corpus", target) {
            let Some((message, way, _)) = picked(packages, &input) else { continue };
            tried.insert(message.full_name.as_str());
            ways.insert((target.name, format!("{way:?}")));
        }
        for way in Way::ALL {
            assert!(ways.contains(&(target.name, format!("{way:?}"))), "{} {way:?}", target.name);
        }
        let all = messages(packages).map(|message| message.full_name.as_str());
        let missing: Vec<_> = all.filter(|name| !tried.contains(name)).collect();
        assert!(missing.is_empty(), "{} tries none of {missing:?}", target.name);
    }
    let foreign = ["google.protobuf.", "wirecheck.v1."];
    let documented = Schema::contract().messages().iter().filter(|message| {
        let name = &message.full_name;
        !message.is_map_entry && !foreign.iter().any(|package| name.starts_with(package))
    });
    let documented: BTreeSet<_> = documented.map(|message| message.full_name.as_str()).collect();
    assert_eq!(tried, documented);
}

/// The faults of the room that no script of the corpus shows: why.
const NOT_SHOWN: [(&[Fault], &str); 5] = [
    (
        &[
            Fault::AcceptsSmallOrderOwner,
            Fault::AcceptsZeroTtl,
            Fault::ChecksTtlOfInitOnly,
            Fault::CutsLongSignatures,
            Fault::DropsRepeatedObjects,
            Fault::ReducesS,
            Fault::RefusesHighEpochs,
            Fault::RefusesManyObjects,
            Fault::RefusesMeta,
            Fault::RefusesSingleEpoch,
            Fault::RefusesUnknownFields,
            Fault::RefusesVerify,
            Fault::RoundsEpochs,
            Fault::TakesExchangedSignatures,
        ],
        "no edit makes what they go wrong on; it takes a message written byte by byte",
    ),
    (
        &[
            Fault::BadSignatureIsNotFound,
            Fault::JudgesOwnerLate,
            Fault::MalformedTokenIsNotFound,
            Fault::MismatchIsNotFound,
            Fault::OrderIsPermissionDenied,
            Fault::RefusesNoObjects,
            Fault::RefusesWithInternal,
            Fault::RefusesWithUnknown,
        ],
        "the room's checks judge codes and contested refusals, the oracle does not",
    ),
    (&[Fault::CountsIdsUp, Fault::DrawsHalfTheId], "a check looks at many IDs, the oracle at each"),
    (
        &[Fault::LosesResultAtHalfClose, Fault::LeaksCancelledHandshakes],
        "the one is the transport's, the other looks like a limit",
    ),
    (
        &[Fault::TrustsNamedKey],
        "scripts are rehearsed under the profile ed25519, where no key is named",
    ),
];

/// "AcceptsSignedFirst" as a file is called: "accepts-signed-first".
fn file_name(fault: Fault) -> String {
    let mut name = String::new();
    for letter in fault.name().chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[test]
fn each_fault_is_found_by_the_script_of_its_name() {
    let folder = fuzz("corpus").join(HANDSHAKE.name);
    let of_the_room =
        Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("neofs-session/"));
    let not_shown = |fault| NOT_SHOWN.iter().any(|(faults, _)| faults.contains(fault));
    for fault in of_the_room.filter(|fault| !not_shown(fault)) {
        let input = fs::read(folder.join(file_name(*fault)));
        let input = input.unwrap_or_else(|_| panic!("{fault} has no script"));
        let script = Script::decode(input.as_slice()).expect("a script");
        assert!(judged(script, &Faults::from_iter([*fault])).is_err(), "{fault} is not found");
    }
}
