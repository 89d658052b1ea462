//! What a schema says about messages, enums and services.

use wirecheck::schema::{Cardinality, Kind, Presence, Schema};
use wirecheck::wire::Writer;

use crate::vocabulary::{
    INT32, MESSAGE, OPTIONAL, REPEATED, STRING, VOCABULARY, field, file, message, set,
};

#[test]
fn the_contract_is_what_its_files_say() {
    let schema = Schema::contract();
    let token = schema.message("session.Token").expect("a message");
    let names: Vec<_> = token.fields.iter().map(|field| field.name.as_str()).collect();
    let expected = ["Header", "OwnerID", "FirstEpoch", "LastEpoch", "ObjectID", "Signature", "ID"];
    assert_eq!(names, expected);
    assert_eq!(token.field(5).map(|f| f.kind), Some(Kind::Bytes));

    let request = schema.message("session.CreateRequest").expect("a message");
    assert_eq!(request.oneofs[0].name, "Message");
    assert_eq!(request.oneofs[0].members, [1, 2]);
    assert_eq!(request.field_named("Verify").map(|f| f.number), Some(99));

    let job = schema.message("RunJobRequest").and_then(|m| m.field(1)).expect("a field");
    assert!(job.is_required());
    let code = schema.enumeration("ResponseCode").expect("an enum");
    assert!(code.closed);
    assert_eq!(code.name_of(2), Some("DONE"));
    let command = schema.enumeration("jina.Request.ControlRequest.Command").expect("an enum");
    assert!(!command.closed);
    assert_eq!((command.name_of(3), command.name_of(2)), (Some("IDLE"), None));

    let shape = schema.message("jina.NdArray").and_then(|m| m.field(2)).expect("a field");
    assert_eq!(shape.cardinality, Cardinality::Repeated { packed: true });
    let meta = schema.message("atomix.runtime.v1.SessionMeta").expect("a message");
    let labels = meta.field_named("labels").expect("a field");
    let (key, value) = schema.map_entry(labels).expect("a map");
    assert_eq!((key.kind, value.kind), (Kind::String, Kind::String));

    let create = schema.method("/session.Session/Create").expect("a method");
    assert!(create.client_streaming && create.server_streaming);
    assert_eq!(schema[create.input].full_name, "session.CreateRequest");
    assert!(schema.method("/Agent/RunJob").is_some());
    assert_eq!(schema.method("/Agent/Nothing").map(|method| &method.name), None);
}

#[test]
fn syntax_decides_presence_packing_enums_and_strings() {
    let of = |name: &str, number| {
        let message = VOCABULARY.message(name).expect("a message");
        message.field(number).expect("a field")
    };
    let singular = Cardinality::Singular;
    assert_eq!(of("t.Two", 5).cardinality, singular(Presence::Explicit));
    assert_eq!(of("t.Three", 5).cardinality, singular(Presence::Implicit));
    assert_eq!(of("t.Three", 11).cardinality, singular(Presence::Explicit));
    assert_eq!(of("t.Three", 201).cardinality, singular(Presence::Explicit));
    assert_eq!(of("t.Two", 105).cardinality, Cardinality::Repeated { packed: false });
    assert_eq!(of("t.Three", 105).cardinality, Cardinality::Repeated { packed: true });
    assert_eq!(of("t.Three", 109).cardinality, Cardinality::Repeated { packed: false });
    assert_eq!(of("t.Three", 301).cardinality, Cardinality::Map);
    assert!(of("t.Three", 9).utf8 && !of("t.Three", 12).utf8 && !of("t.Two", 9).utf8);
    let closed = |name| VOCABULARY.enumeration(name).expect("an enum").closed;
    assert!(closed("t.Closed") && !closed("t.Open"));
}

#[test]
fn the_packed_option_counts() {
    let packed = |value| Writer::new().varint(2, value).into_bytes();
    let bytes = set(&[
        file(
            "f",
            "proto3",
            &[message("M", &[field("a", 1, REPEATED, INT32).len(8, &packed(0))])],
            &Writer::new(),
        ),
        file(
            "g",
            "proto2",
            &[message("N", &[field("a", 1, REPEATED, INT32).len(8, &packed(1))])],
            &Writer::new(),
        ),
    ]);
    let schema = Schema::from_descriptor_set(&bytes).expect("a schema");
    let packed = |name| schema.message(name).and_then(|m| m.field(1)).map(|f| f.cardinality);
    assert_eq!(packed("t.M"), Some(Cardinality::Repeated { packed: false }));
    assert_eq!(packed("t.N"), Some(Cardinality::Repeated { packed: true }));
}

#[test]
fn optional_in_proto3_is_presence_and_no_oneof() {
    let real = Writer::new().len(1, b"real").into_bytes();
    let mark = Writer::new().len(1, b"_a").into_bytes();
    let made = message(
        "M",
        &[
            field("a", 1, OPTIONAL, INT32).varint(9, 1).varint(17, 1),
            field("b", 2, OPTIONAL, INT32).varint(9, 0),
        ],
    );
    let made = made.len(8, &real).len(8, &mark);
    let bytes = set(&[file("f", "proto3", &[made], &Writer::new())]);
    let schema = Schema::from_descriptor_set(&bytes).expect("a schema");
    let message = schema.message("t.M").expect("a message");
    assert_eq!(message.oneofs.len(), 1);
    assert_eq!(message.oneofs[0].members, [2]);
    let [a, b] = &message.fields[..] else { panic!("two fields") };
    assert_eq!(a.cardinality, Cardinality::Singular(Presence::Explicit));
    assert_eq!((a.oneof, b.oneof), (None, Some(0)));
}

#[test]
fn extensions_join_the_message_they_extend() {
    let range = Writer::new().varint(1, 100).varint(2, 200).into_bytes();
    let made = message("M", &[field("a", 1, OPTIONAL, INT32)]).len(5, &range);
    let extension = |number| field("more", number, OPTIONAL, STRING).len(2, b".t.M").into_bytes();
    let with = |number| {
        let extension = Writer::new().len(7, &extension(number));
        set(&[file("f", "proto2", std::slice::from_ref(&made), &extension)])
    };
    let schema = Schema::from_descriptor_set(&with(199)).expect("a schema");
    let field = schema.message("t.M").and_then(|m| m.field(199)).expect("a field");
    assert_eq!(field.name, "[t.more]");
    assert!(field.is_extension);
    let error = Schema::from_descriptor_set(&with(200)).expect_err("outside of the range");
    assert_eq!(error.to_string(), "t.more has a number that its message keeps for itself");
}

#[test]
fn names_are_looked_for_from_the_inside_out() {
    let inner = message("Inner", &[]);
    let made = message("M", &[field("a", 1, OPTIONAL, MESSAGE).len(6, b"Inner")]);
    let made = made.len(3, &inner.clone().into_bytes());
    let other = message("O", &[field("a", 1, OPTIONAL, MESSAGE).len(6, b"t.Inner")]);
    let bytes = set(&[file("f", "proto3", &[made, other, inner], &Writer::new())]);
    let schema = Schema::from_descriptor_set(&bytes).expect("a schema");
    let of = |name| {
        let field = schema.message(name).and_then(|message| message.field(1));
        let idx = field.and_then(|field| field.message()).expect("a message");
        schema[idx].full_name.as_str()
    };
    assert_eq!(of("t.M"), "t.M.Inner");
    assert_eq!(of("t.O"), "t.Inner");
}
