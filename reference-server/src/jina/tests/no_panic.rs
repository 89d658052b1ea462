//! No input makes the rules panic, whatever they do wrong.

use super::*;

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
