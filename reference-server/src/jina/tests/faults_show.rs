//! Every fault changes what a client sees, and no input panics under any of them.

use super::*;

/// All that a client can see in a conversation that leaves little out, in both states of spawning.
fn seen(faults: &[Fault]) -> String {
    let mut seen = String::new();
    let deep = index(vec![tree(40)]);
    let words = ["one", "two", "two words", "four"];
    let mut docs: Vec<_> = (1..5).zip(words).map(|(id, word)| text(id, word)).collect();
    docs.push(Document {
        level_depth: 1,
        ..text(5, "two")
    });
    docs[0].mime_type = "text/plain".to_owned();
    docs[0].weight = Some(1.5);
    let wide = Document {
        chunks: vec![text(2, "chunk"); 1_001],
        ..text(1, "wide")
    };
    let bodies = [
        Some(index(docs.clone())),
        Some(search(vec![text(2, "two")], 3)),
        Some(search(vec![text(2, "two")], 3)),
        Some(search(vec![text(2, "two")], 0)),
        Some(search(vec![text(2, "two")], 9)),
        Some(train(docs, true)),
        Some(deep),
        Some(index(vec![wide])),
        None,
        Some(control(1)),
        Some(control(3)),
        Some(control(2)),
        Some(control(0)),
    ];
    for allow_spawn in [false, true] {
        let mut jina = jina(allow_spawn, faults);
        for body in &bodies {
            for id in [0, 5, u32::MAX] {
                let answer = jina.answer(request(id, body.clone()), NOW);
                seen += &format!("{answer:?}\n");
            }
        }
        let mut calls = [jina.open(), jina.open(), jina.open()];
        for (call, word) in calls.iter_mut().zip(["one", "two"]) {
            for id in 1..600 {
                let body = (id != 3).then(|| index(vec![text(id, word)]));
                let bytes = request(id, body).encode_to_vec();
                seen += &format!("{:?}\n", call.receive(&bytes, &mut jina, NOW));
            }
        }
        for mut call in calls {
            seen += &format!("{:?}\n", call.half_close(&mut jina));
        }
        for request in [pea(&["a"]), pea(&["a"]), pea(&[]), SpawnRequest::default()] {
            seen += &format!("{:?}\n", jina.spawn(&request.encode_to_vec(), NOW));
        }
    }
    seen
}

#[test]
fn every_fault_shows() {
    let right = seen(&[]);
    let ours = Fault::ALL
        .iter()
        .filter(|fault| fault.breaks().starts_with("jina/"));
    // What is nested that deep no typed message can say: it has its own test.
    for fault in ours.filter(|fault| **fault != Fault::DiesOfDeepTrees) {
        assert!(seen(&[*fault]) != right, "{fault} changes nothing");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, allow_spawn: bool, fault in 0..Fault::ALL.len()) {
        let mut jina = jina(allow_spawn, &[Fault::ALL[fault]]);
        let _ = jina.call(&bytes, NOW);
        let _ = jina.spawn(&bytes, NOW);
        let mut call = jina.open();
        let _ = call.receive(&bytes, &mut jina, NOW);
        let _ = call.half_close(&mut jina);
    }

    #[test]
    fn no_request_panics(
        id: u32,
        level_depth: u32,
        content in "\\PC{0,20}",
        dtype in "[<>]?(float32|int8|uint8|f8|x)?",
        shape in proptest::collection::vec(any::<u32>(), 0..4),
        buffer: Vec<u8>,
        quantization in -1..4,
        top_k: u32,
        command: i32,
        fault in 0..Fault::ALL.len(),
    ) {
        let mut jina = jina(false, &[Fault::ALL[fault]]);
        let blob = wirecheck_proto::jina::NdArray {
            buffer,
            shape,
            dtype,
            quantization,
            ..Default::default()
        };
        let array = Document {
            id: id.wrapping_add(1),
            level_depth,
            content: Some(Content::Blob(blob)),
            ..Document::default()
        };
        let docs = vec![Document { level_depth, ..text(id, &content) }, array];
        let bodies = [index(docs.clone()), search(docs.clone(), top_k), train(docs, true), control(command)];
        for body in bodies {
            let _ = jina.answer(request(id, Some(body)), NOW);
        }
    }
}
