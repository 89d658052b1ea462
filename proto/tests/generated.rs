//! The committed code is what the `.proto` files say: generated again here, compared byte for byte.
//!
//! `WIRECHECK_REGENERATE=1 cargo test -p wirecheck-proto` writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use prost_build::Config;
use prost_types::DescriptorProto;
use prost_types::field_descriptor_proto::{Label, Type};
use protox::Compiler;

const SPECS: [&str; 7] = [
    "data/imss.proto",
    "atomix/runtime/v1/session.proto",
    "session/service.proto",
    "AgentService.proto",
    "jina.proto",
    "wirecheck/v1/script.proto",
    "wirecheck/v1/trace.proto",
];

#[test]
fn committed_code_is_what_the_protos_say() {
    let generated = generate();
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated");
    if std::env::var_os("WIRECHECK_REGENERATE").is_some() {
        write(&home, &generated);
    }
    let committed = read(&home);
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&generated), "{HOW_TO_MEND}");
    for (name, code) in &generated {
        assert!(committed[name] == *code, "{} differs; {HOW_TO_MEND}", name.display());
    }
}

const HOW_TO_MEND: &str = "write it anew with WIRECHECK_REGENERATE=1 cargo test -p wirecheck-proto";

fn generate() -> BTreeMap<PathBuf, Vec<u8>> {
    let protos = Path::new(env!("CARGO_MANIFEST_DIR")).join("protos");
    let mut compiler = Compiler::new([protos]).expect("the protos folder is there");
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(SPECS)
        .expect("the protos compile");
    let mut set = compiler.file_descriptor_set();
    for message in set.file.iter_mut().flat_map(|file| &mut file.message_type) {
        keep_negative_zero(message);
    }

    let out = std::env::temp_dir().join(format!("wirecheck-generated-{}", std::process::id()));
    fs::create_dir_all(&out).expect("a folder to generate into");
    let mut config = Config::new();
    config.btree_map(["."]);
    tonic_prost_build::configure()
        .out_dir(&out)
        .include_file("mod.rs")
        .server_mod_attribute(".", "#[cfg(feature = \"grpc\")]")
        .client_mod_attribute(".", "#[cfg(feature = \"grpc\")]")
        .compile_fds_with_config(set, config)
        .expect("code generation");

    let mut files = read(&out);
    fs::remove_dir_all(&out).expect("the generated folder goes");
    // Without comments: reflection needs none of them, and edits to them are no change of contract.
    let mut compiler = Compiler::new([Path::new(env!("CARGO_MANIFEST_DIR")).join("protos")])
        .expect("the protos folder is there");
    compiler.include_imports(true).open_files(SPECS).expect("the protos compile");
    files.insert("descriptors.binpb".into(), compiler.encode_file_descriptor_set());
    files
}

/// Makes singular floats `Option`s. prost leaves a float out whenever it equals 0.0, and -0.0 does;
/// as an option it is written whenever it was set, which the encoding allows.
fn keep_negative_zero(message: &mut DescriptorProto) {
    for field in &mut message.field {
        let plain = field.label() == Label::Optional && field.oneof_index.is_none();
        if plain && matches!(field.r#type(), Type::Float | Type::Double) {
            field.proto3_optional = Some(true);
        }
    }
    message.nested_type.iter_mut().for_each(keep_negative_zero);
}

fn read(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| entry.expect("a readable folder").path())
        .map(|path| {
            let name = PathBuf::from(path.file_name().expect("a file has a name"));
            (name, fs::read(&path).expect("a readable file"))
        })
        .collect()
}

fn write(home: &Path, generated: &BTreeMap<PathBuf, Vec<u8>>) {
    fs::create_dir_all(home).expect("a folder for the generated code");
    for stale in read(home).keys().filter(|name| !generated.contains_key(*name)) {
        fs::remove_file(home.join(stale)).expect("a stale file goes");
    }
    for (name, code) in generated {
        fs::write(home.join(name), code).expect("a generated file is written");
    }
}
