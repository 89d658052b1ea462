//! Requests and streams: what comes back, what is found, what is refused.

use super::*;

#[test]
fn documents_come_back_as_they_were_sent() {
    let mut jina = jina(false, &[]);
    let mut buffer = text(2, "");
    buffer.content = Some(Content::Buffer(vec![1, 2]));
    buffer.mime_type = "image/png".to_owned();
    let docs = vec![tree(3), buffer];
    for body in [index(docs.clone()), train(docs.clone(), true)] {
        let answer = ask(&mut jina, Some(body.clone()));
        assert_eq!(answer.request_id, 7);
        assert_eq!(code(&answer), StatusCode::Success);
        assert_eq!(answer.encode_to_vec(), {
            let status = answer.status.clone();
            Request { status, ..request(7, Some(body)) }.encode_to_vec()
        });
    }
    let answer = ask(&mut jina, Some(search(docs.clone(), 0)));
    let mut back = found(&answer).to_vec();
    for doc in &mut back {
        assert!(doc.embedding.take().is_some());
    }
    let bytes = |docs: &[Document]| docs.iter().map(Document::encode_to_vec).collect::<Vec<_>>();
    assert_eq!(bytes(&back), bytes(&docs));
}

#[test]
fn a_search_finds_what_was_indexed_best_first_on_its_level() {
    let mut jina = jina(false, &[]);
    let mut below = text(5, "red apples");
    below.level_depth = 1;
    let docs = vec![
        text(1, "red apples"),
        text(2, "green pears"),
        text(3, "red apples"),
        text(4, "something else"),
        below,
    ];
    ask(&mut jina, Some(index(docs)));
    let answer = ask(&mut jina, Some(search(vec![text(3, "red apples")], 4)));
    let matches = &found(&answer)[0].matches;
    assert_eq!(ids(&matches[..2]), [3, 1]);
    assert_eq!(matches.len(), 4);
    let scores: Vec<f32> = matches
        .iter()
        .map(|found| found.score.as_ref().and_then(|score| score.value).expect("a score"))
        .collect();
    assert_eq!(scores[0], 1.0);
    assert!(scores.is_sorted_by(|one, two| one >= two));
    for (turn, found) in matches.iter().enumerate() {
        assert_eq!(found.level_depth, 0);
        assert_eq!(found.score.as_ref().expect("a score").ref_id, 3);
        let mode =
            [QuantizationMode::None, QuantizationMode::Fp16, QuantizationMode::Uint8][turn % 3];
        assert_eq!(found.embedding.as_ref().expect("one").quantization, mode as i32);
    }
    for top_k in 0..7 {
        let answer = ask(&mut jina, Some(search(vec![text(9, "red")], top_k)));
        assert_eq!(found(&answer)[0].matches.len(), top_k.min(4) as usize);
    }
}

#[test]
fn a_match_shows_no_chunks_and_nothing_that_a_client_got_wrong() {
    let mut jina = jina(false, &[]);
    let mut buffer = tree(2);
    buffer.content = Some(Content::Buffer(vec![1]));
    let mut blob = text(2, "");
    blob.content = Some(Content::Blob(wirecheck_proto::jina::NdArray {
        buffer: vec![0; 3],
        shape: vec![2, 2],
        dtype: "float32".to_owned(),
        ..Default::default()
    }));
    ask(&mut jina, Some(index(vec![buffer.clone(), blob])));
    let answer = ask(&mut jina, Some(search(vec![buffer], 2)));
    let matches = &found(&answer)[0].matches;
    assert_eq!(ids(matches), [1, 2]);
    assert_eq!(matches[0].mime_type, "application/octet-stream");
    assert_eq!((matches[0].length, matches[0].chunks.len()), (0, 0));
    assert_eq!(matches[0].tags, Some(tags()));
    assert_eq!(matches[1].content, None);
}

#[test]
fn bad_requests_are_errors_with_a_reason_and_a_time() {
    let mut jina = jina(false, &[]);
    for body in [None, Some(control(2)), Some(control(99)), Some(control(-1))] {
        let answer = ask(&mut jina, body.clone());
        assert_eq!(answer.body, body);
        assert_eq!(code(&answer), StatusCode::Error);
        let status = answer.status.expect("a status");
        assert!(!status.description.is_empty());
        assert_eq!(status.details[0].time, Some(NOW));
    }
    let refused = jina.call(&[0xff], NOW).map_err(|refusal| refusal.code);
    assert_eq!(refused, Err(Code::Internal));
}

#[test]
fn commands_are_told_by_their_number() {
    let mut jina = jina(false, &[]);
    let doc = || vec![text(1, "")];
    ask(&mut jina, Some(train(doc(), false)));
    ask(&mut jina, Some(train(doc(), true)));
    ask(&mut jina, Some(train(doc(), false)));
    let answer = ask(&mut jina, Some(control(1)));
    assert_eq!(code(&answer), StatusCode::Ready);
    let Some(Body::Control(control_answer)) = answer.body else { panic!("no control") };
    let told: Vec<_> = control_answer.args.values().map(String::as_str).collect();
    assert_eq!(told, ["1", "0", "0", "2"], "collected, documents, peas, trained");
    assert_eq!(code(&ask(&mut jina, Some(control(3)))), StatusCode::Success);
    let answer = jina.answer(request(1, Some(control(0))), NOW).expect("an answer");
    assert_eq!(code(&answer.messages[0]), StatusCode::Success);
    assert_eq!(answer.after, After::Stop);
}

#[test]
fn a_tree_comes_back_whole_or_is_refused() {
    let mut jina = jina(false, &[]);
    let body = index(vec![tree(64)]);
    assert_eq!(ask(&mut jina, Some(body.clone())).body, Some(body));
    let bytes = deep_bytes();
    let refused = jina.call(&bytes, NOW).map_err(|refusal| refusal.code);
    assert_eq!(refused, Err(Code::Internal));
    let mut deadly = super::jina(false, &[Fault::DiesOfDeepTrees]);
    assert_eq!(deadly.call(&bytes, NOW).expect("an end").after, After::Crash);
    let mut wide = text(1, "wide");
    wide.chunks = vec![text(2, "chunk"); 10_000];
    let answer = ask(&mut jina, Some(index(vec![wide])));
    assert_eq!(code(&answer), StatusCode::Success);
}

#[test]
fn what_is_kept_and_done_is_bounded() {
    let limits = Limits {
        documents: 10,
        bytes: 1_000,
        comparisons: 50,
        answer: 2_000,
        peas: 2,
        pea_name: 20,
    };
    let mut jina = Jina::new(limits, true, Faults::default());
    let mut code = |body| {
        let answer = jina.answer(request(1, Some(body)), NOW);
        answer.map_err(|refusal| refusal.code).map(|_| ())
    };
    let docs = |count: u32| (0..count).map(|id| text(id, "doc")).collect::<Vec<_>>();
    let full = Err(Code::ResourceExhausted);
    assert_eq!(code(index(docs(11))), full);
    assert_eq!(code(index(docs(10))), Ok(()));
    assert_eq!(code(index(vec![text(99, "more")])), full);
    assert_eq!(code(search(docs(6), 1)), full);
    assert_eq!(code(search(docs(5), 1)), Ok(()));
    assert_eq!(code(search(docs(1), u32::MAX)), full);
    let mut jina = Jina::new(limits, true, Faults::default());
    let large = text(1, &"x".repeat(2_000));
    let refused = jina.answer(request(1, Some(index(vec![large]))), NOW);
    assert_eq!(refused.map_err(|refusal| refusal.code), Err(Code::ResourceExhausted));
    for (name, refused) in [("a", false), (&"x".repeat(21), true), ("b", false), ("c", true)] {
        let spawned = jina.spawn(&pea(&["--name", name]).encode_to_vec(), NOW);
        assert_eq!(spawned.is_err(), refused, "{name}");
    }
}

#[test]
fn a_stream_is_answered_request_by_request_and_ends() {
    let mut jina = jina(false, &[]);
    let (mut one, mut two) = (jina.open(), jina.open());
    for id in [0, 1, u32::MAX] {
        for (call, word) in [(&mut one, "one"), (&mut two, "two")] {
            let body = index(vec![text(id, word)]);
            let bytes = request(id, Some(body.clone())).encode_to_vec();
            let answer = call.receive(&bytes, &mut jina, NOW).expect("an answer");
            assert_eq!(answer.messages.len(), 1);
            assert_eq!(answer.messages[0].request_id, id);
            assert_eq!(answer.messages[0].body, Some(body));
        }
    }
    assert_eq!(one.half_close(&mut jina), Ok(Vec::new()));
    assert_eq!(jina.open().half_close(&mut jina), Ok(Vec::new()));
}
