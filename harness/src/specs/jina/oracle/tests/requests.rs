//! Requests and their answers: ids, bodies, documents, streams.

use prost_types::Value;
use prost_types::value::Kind;

use super::*;

const INDEX: usize = 0;
const SEARCH: usize = 1;
const TRAIN: usize = 2;
const CONTROL: usize = 3;
const STREAM: usize = 4;

fn docs(answer: &mut Request) -> &mut Vec<Document> {
    match &mut answer.body {
        Some(Body::Index(index)) => &mut index.docs,
        Some(Body::Search(search)) => &mut search.docs,
        Some(Body::Train(train)) => &mut train.docs,
        _ => panic!("no documents"),
    }
}

/// What the server sends back of the first document of the index request.
fn kept(scene: &mut Scene) -> &mut Document {
    &mut docs(&mut scene.calls[INDEX].got[0])[0]
}

#[test]
fn an_answer_has_the_id_and_the_kind_of_its_request() {
    breaks("unary/request-id-echoed", |scene| scene.calls[SEARCH].got[0].request_id = 0);
    breaks("unary/request-id-echoed", |scene| scene.calls[INDEX].got[0].request_id = 1);
    breaks("unary/body-kind-kept", |scene| scene.calls[TRAIN].got[0].body = index(&stored()));
    breaks("unary/body-kind-kept", |scene| scene.calls[CONTROL].got[0].body = None);
    breaks("unary/body-kind-kept", |scene| scene.calls[STREAM].got[1].body = train(&[]));
    bears(|scene| {
        // An error needs no body, but comes under its id.
        scene.calls[STREAM].got[1].body = None;
        scene.calls[STREAM].got[1].status = error();
        scene.calls[STREAM].sent[2].status = status(StatusCode::Success);
    });
}

#[test]
fn what_steers_a_request_comes_back() {
    breaks("unary/parameters-kept", |scene| scene.calls[CONTROL].got[0].body = control(3));
    breaks("unary/parameters-kept", |scene| {
        let Some(Body::Search(search)) = &mut scene.calls[SEARCH].got[0].body else { panic!() };
        search.top_k = 2;
    });
    breaks("unary/parameters-kept", |scene| {
        let Some(Body::Train(train)) = &mut scene.calls[TRAIN].got[0].body else { panic!() };
        train.flush = false;
    });
}

#[test]
fn every_field_that_was_set_comes_back() {
    let losses: [fn(&mut Document); 10] = [
        |document| document.weight = None,
        |document| document.weight = Some(0.0),
        |document| document.location.reverse(),
        |document| document.meta_info.clear(),
        |document| document.level_name.clear(),
        |document| document.uri = "data:,x".to_owned(),
        |document| document.content = Some(Content::Text("two".to_owned())),
        |document| document.content = None,
        |document| document.chunks[1].content = None,
        |document| document.length = 0,
    ];
    for lose in losses {
        breaks("unary/docs-kept", |scene| lose(kept(scene)));
    }
    breaks("unary/docs-kept", |scene| docs(&mut scene.calls[TRAIN].got[0]).reverse());
    breaks("unary/docs-kept", |scene| docs(&mut scene.calls[SEARCH].got[0]).clear());
    bears(|scene| {
        let document = kept(scene);
        (document.offset, document.mime_type) = (3, "text/plain".to_owned());
        document.score = Some(Relevance::default());
    });
}

#[test]
fn tags_come_back_equal() {
    let losses: [fn(&mut std::collections::BTreeMap<String, Value>); 5] = [
        |tags| drop(tags.remove("null")),
        |tags| {
            drop(
                tags.insert(
                    "negative zero".to_owned(),
                    Value { kind: Some(Kind::NumberValue(0.0)) },
                ),
            )
        },
        |tags| drop(tags.insert("one more".to_owned(), Value { kind: Some(Kind::NullValue(0)) })),
        |tags| {
            drop(tags.insert("nothing in it".to_owned(), Value { kind: Some(Kind::NullValue(0)) }))
        },
        |tags| {
            let Some(Kind::ListValue(list)) = &mut tags.get_mut("nested").expect("nested").kind
            else {
                panic!()
            };
            list.values.swap(0, 1);
        },
    ];
    for lose in losses {
        let lose =
            |document: &mut Document| lose(&mut document.tags.as_mut().expect("tags").fields);
        breaks("unary/tags-survive", |scene| lose(kept(scene)));
        breaks("unary/docs-kept", |scene| lose(kept(scene)));
    }
    breaks("unary/tags-survive", |scene| kept(scene).tags = None);
}

#[test]
fn chunks_stand_in_their_place() {
    breaks("document/chunk-depth", |scene| kept(scene).chunks[0].level_depth = 0);
    breaks("document/chunk-parent", |scene| kept(scene).chunks[1].parent_id = 11);
    breaks("document/length-counts-chunks", |scene| kept(scene).length = 3);
    breaks("document/length-counts-chunks", |scene| drop(kept(scene).chunks.pop()));
    breaks("document/buffer-has-mime-type", |scene| {
        docs(&mut scene.calls[INDEX].got[0])[1].mime_type.clear();
    });
    breaks("document/chunk-depth", |scene| {
        let chunk = Document { parent_id: 3, level_depth: 2, ..text(13, "made by the server") };
        docs(&mut scene.calls[SEARCH].got[0])[0].matches[1].chunks.push(chunk);
    });
    // What the client got wrong itself, and what others may have indexed, is not held against the server.
    bears(|scene| {
        for got in [false, true] {
            let talk = &mut scene.calls[STREAM];
            let request = if got { &mut talk.got[1] } else { &mut talk.sent[2] };
            docs(request)[0].chunks = vec![text(99, "an orphan")];
        }
        let stray =
            Document { length: 9, ..docs(&mut scene.calls[SEARCH].got[0])[0].matches[1].clone() };
        docs(&mut scene.calls[SEARCH].got[0])[0].matches[1] = Document { id: 4_000, ..stray };
    });
}

#[test]
fn without_a_body_there_is_no_success() {
    let without = |got: Vec<Request>, end| {
        move |scene: &mut Scene| {
            scene.calls[INDEX] = Talk { path: CALL_UNARY, sent: vec![request(5, None)], got, end };
            scene.calls.truncate(1);
        }
    };
    let told = |status| vec![Request { request_id: 5, body: None, status }];
    let clause = "unary/no-body-is-an-error";
    breaks(clause, without(told(status(StatusCode::Success)), Some(Code::Ok)));
    breaks(clause, without(told(None), Some(Code::Ok)));
    breaks(clause, without(Vec::new(), Some(Code::Ok)));
    bears(without(told(error()), Some(Code::Ok)));
    bears(without(Vec::new(), Some(Code::InvalidArgument)));
}

#[test]
fn what_is_valid_is_answered() {
    let clause = "unary/valid-is-no-error";
    breaks(clause, |scene| scene.calls[TRAIN].got[0].status = error());
    breaks(clause, |scene| scene.calls[STREAM].got[3].status = error());
    breaks(clause, |scene| {
        scene.calls[INDEX].got.clear();
        scene.calls[INDEX].end = Some(Code::Internal);
    });
    bears(|scene| {
        scene.calls[INDEX].got.clear();
        scene.calls[INDEX].end = Some(Code::ResourceExhausted);
    });
}

#[test]
fn a_stream_is_answered_one_to_one() {
    breaks("call/one-to-one", |scene| drop(scene.calls[STREAM].got.pop()));
    breaks("call/one-to-one", |scene| scene.calls[STREAM].got[2].request_id = 22);
    breaks("call/one-to-one", |scene| scene.calls[STREAM].got[2].request_id = 1_000);
    breaks("call/one-to-one", |scene| {
        let late = scene.calls[STREAM].got[1].clone();
        scene.calls[STREAM].got.push(late);
    });
    breaks("call/ends-ok", |scene| scene.calls[STREAM].end = Some(Code::Aborted));
    bears(|scene| {
        // The client gave up: it does not know what else would have come.
        (scene.calls[STREAM].end, scene.calls[STREAM].got) = (None, Vec::new());
    });
    bears(|scene| {
        // Two requests share an id: what that means is open.
        scene.calls[STREAM].sent[1].request_id = 20;
        scene.calls[STREAM].got.truncate(3);
    });
}

#[test]
fn an_empty_stream_ends_with_ok() {
    let empty = |got, end| {
        move |scene: &mut Scene| scene.calls.push(Talk { path: CALL, sent: Vec::new(), got, end })
    };
    breaks("call/empty-stream", empty(Vec::new(), Some(Code::InvalidArgument)));
    breaks("call/empty-stream", empty(vec![request(0, None)], Some(Code::Ok)));
    bears(empty(Vec::new(), Some(Code::Ok)));
}

#[test]
fn a_bad_one_leaves_the_good_ones_alone() {
    let bad = |then: fn(&mut Talk<Request>)| {
        move |scene: &mut Scene| {
            let talk = &mut scene.calls[STREAM];
            talk.sent[1].body = None;
            talk.got[3] = Request { body: None, status: error(), ..talk.got[3].clone() };
            then(talk);
        }
    };
    bears(bad(|_| {}));
    let clause = "call/bad-one-among-good";
    breaks(clause, bad(|talk| talk.got[3].status = status(StatusCode::Success)));
    breaks(clause, bad(|talk| drop(talk.got.pop())));
    breaks(clause, bad(|talk| drop(talk.got.remove(1))));
    breaks(clause, bad(|talk| talk.got[1].status = error()));
    breaks(clause, bad(|talk| (talk.got, talk.end) = (Vec::new(), Some(Code::InvalidArgument))));
}

#[test]
fn streams_do_not_see_each_other() {
    let other = || {
        let mut other = streamed();
        for request in other.sent.iter_mut().chain(&mut other.got) {
            if request.body.is_some() {
                request.body = index(&[text(request.request_id + 100, "elsewhere")]);
            }
        }
        other
    };
    bears(|scene| scene.calls.push(other()));
    breaks("call/streams-independent", |scene| {
        let mut other = other();
        other.got = streamed().got;
        scene.calls.push(other);
    });
    // Where no documents come back, the kind of body tells.
    breaks("call/streams-independent", |scene| {
        let mut other = other();
        other.sent.iter_mut().for_each(|request| request.body = train(&[]));
        scene.calls[STREAM].got[1].body = train(&[]);
        scene.calls.push(other);
    });
}
