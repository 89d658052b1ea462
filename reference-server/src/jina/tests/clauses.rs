//! Every fault breaks its clause where a client can see it, and without a fault every clause holds.

use super::*;

/// Whether a clause holds with these faults, as a client sees it.
pub(super) type Holds = fn(&[Fault]) -> bool;

const CLAUSES: &[&[(&str, Holds)]] = &[UNARY, DOCUMENT, STATUS, SPAWN, CONTROL];

#[test]
fn every_fault_breaks_its_clause_and_nothing_is_broken_without() {
    let clauses = || {
        let others = [super::search_clauses::CLAUSES, super::call_clauses::CLAUSES];
        CLAUSES.iter().copied().chain(others).flatten()
    };
    for (clause, holds) in clauses() {
        assert!(holds(&[]), "{clause} is broken without a fault");
        let broken = Fault::ALL.iter().any(|fault| fault.breaks() == *clause);
        assert!(broken, "no fault breaks {clause}");
    }
    let ours = Fault::ALL.iter().filter(|fault| fault.breaks().starts_with("jina/"));
    for fault in ours {
        let broken = clauses().find(|(clause, _)| *clause == fault.breaks());
        let (clause, holds) = broken.unwrap_or_else(|| panic!("no probe for {}", fault.breaks()));
        assert!(!holds(&[*fault]), "{fault} does not break {clause}");
    }
}

/// What a server says to a request: `None` where it never answers or refuses.
pub(super) fn said(jina: &mut Jina, id: u32, body: Option<Body>) -> Option<Request> {
    let bytes = request(id, body).encode_to_vec();
    jina.call(&bytes, NOW).ok()?.messages.into_iter().next()
}

fn once(faults: &[Fault], body: Option<Body>) -> Option<Request> {
    said(&mut jina(false, faults), 7, body)
}

pub(super) fn status_of(answer: &Request) -> Status {
    answer.status.clone().unwrap_or_default()
}

pub(super) fn erred(answer: &Request) -> bool {
    (3..=5).contains(&status_of(answer).code)
}

/// Two documents with everything set that a client may set.
fn docs() -> Vec<Document> {
    let buffer = Document {
        content: Some(Content::Buffer(vec![1, 2])),
        mime_type: "image/png".to_owned(),
        weight: Some(1.5),
        ..text(9, "")
    };
    vec![tree(3), buffer]
}

fn back(faults: &[Fault], body: Body) -> Vec<Document> {
    let answer = once(faults, Some(body)).and_then(|answer| answer.body);
    match answer {
        Some(Body::Train(train)) => train.docs,
        Some(Body::Index(index)) => index.docs,
        Some(Body::Search(search)) => search.docs,
        Some(Body::Control(_)) | None => Vec::new(),
    }
}

fn valid_bodies() -> [Body; 5] {
    [train(docs(), true), index(docs()), search(docs(), 2), control(1), control(3)]
}

const UNARY: &[(&str, Holds)] = &[
    ("jina/unary/request-id-echoed", |f| {
        [0, 5, u32::MAX].into_iter().all(|id| {
            let answer = said(&mut jina(false, f), id, Some(index(docs())));
            answer.is_some_and(|answer| answer.request_id == id)
        })
    }),
    ("jina/unary/body-kind-kept", |f| {
        valid_bodies().into_iter().all(|body| {
            let kind = std::mem::discriminant(&body);
            let answer = once(f, Some(body)).and_then(|answer| answer.body);
            answer.is_some_and(|body| std::mem::discriminant(&body) == kind)
        })
    }),
    ("jina/unary/parameters-kept", |f| {
        let bodies = [search(Vec::new(), 2), train(Vec::new(), true), control(1)];
        bodies.into_iter().all(|body| {
            let kept = |answer: Body| match (&body, answer) {
                (Body::Search(sent), Body::Search(came)) => sent.top_k == came.top_k,
                (Body::Train(sent), Body::Train(came)) => sent.flush == came.flush,
                (Body::Control(sent), Body::Control(came)) => sent.command == came.command,
                _ => false,
            };
            let answer = once(f, Some(body.clone())).and_then(|answer| answer.body);
            answer.is_some_and(kept)
        })
    }),
    ("jina/unary/docs-kept", |f| bytes_of(back(f, index(docs()))) == bytes_of(docs())),
    ("jina/unary/tags-survive", |f| {
        let bytes = |docs: &[Document]| docs[0].tags.as_ref().map(Struct::encode_to_vec);
        bytes(&back(f, index(vec![tree(0)]))) == bytes(&[tree(0)])
    }),
    ("jina/unary/no-body-is-an-error", |f| once(f, None).is_none_or(|answer| erred(&answer))),
    ("jina/unary/valid-is-no-error", |f| {
        valid_bodies().into_iter().all(|body| {
            let answer = once(f, Some(body));
            answer.is_some_and(|answer| !erred(&answer))
        })
    }),
];

/// Bytes tell -0.0 from 0.0.
fn bytes_of(docs: Vec<Document>) -> Vec<u8> {
    request(0, Some(index(docs))).encode_to_vec()
}

fn every_doc(docs: &[Document], holds: fn(&Document) -> bool) -> bool {
    let mut todo: Vec<&Document> = docs.iter().collect();
    let mut seen = 0;
    while let Some(doc) = todo.pop() {
        seen += 1;
        if !holds(doc) {
            return false;
        }
        todo.extend(&doc.chunks);
    }
    seen > 0
}

const DOCUMENT: &[(&str, Holds)] = &[
    ("jina/document/chunk-depth", |f| {
        every_doc(&back(f, index(docs())), |doc| {
            let below = doc.level_depth + 1;
            doc.chunks.iter().all(|chunk| chunk.level_depth == below)
        })
    }),
    ("jina/document/chunk-parent", |f| {
        every_doc(&back(f, index(docs())), |doc| {
            doc.chunks.iter().all(|chunk| chunk.parent_id == doc.id)
        })
    }),
    ("jina/document/length-counts-chunks", |f| {
        every_doc(&back(f, index(docs())), |doc| {
            doc.length == 0 || doc.length as usize == doc.chunks.len()
        })
    }),
    ("jina/document/buffer-has-mime-type", |f| {
        every_doc(&back(f, index(docs())), |doc| {
            !matches!(doc.content, Some(Content::Buffer(_))) || !doc.mime_type.is_empty()
        })
    }),
    ("jina/document/deep-trees", |f| back(f, index(vec![tree(64)])) == [tree(64)]),
    ("jina/document/deep-trees-survived", |f| {
        let answer = jina(false, f).call(&deep_bytes(), NOW).ok();
        answer.is_none_or(|answer| answer.after == After::GoOn)
    }),
    ("jina/document/wide-trees", |f| {
        let wide = Document { chunks: vec![text(2, "chunk"); 10_000], ..text(1, "wide") };
        once(f, Some(index(vec![wide]))).is_some_and(|answer| !erred(&answer))
    }),
];

const STATUS: &[(&str, Holds)] = &[
    ("jina/status/code-in-enum", |f| {
        let answer = once(f, Some(index(docs())));
        answer.is_some_and(|answer| (0..=5).contains(&status_of(&answer).code))
    }),
    ("jina/status/pending-is-followed", |f| {
        let pending = StatusCode::Pending as i32;
        let call = once(f, Some(index(docs())));
        let spawned = [false, true].into_iter().all(|allowed| {
            let last = spawn_said(&mut jina(allowed, f), &pea(&["a"]));
            let status = last.last().and_then(|last| last.status.clone());
            status.is_none_or(|status| status.code != pending)
        });
        spawned && call.is_some_and(|answer| status_of(&answer).code != pending)
    }),
    ("jina/status/error-described", |f| {
        let answer = once(f, None);
        answer.is_some_and(|answer| !status_of(&answer).description.is_empty())
    }),
    ("jina/status/details-time-valid", |f| {
        let answer = once(f, None).map(|answer| status_of(&answer).details);
        let times = answer.into_iter().flatten().filter_map(|details| details.time);
        let valid = |time: Timestamp| {
            time.seconds < NOW.seconds + 86_400 && (0..1_000_000_000).contains(&time.nanos)
        };
        times.map(valid).eq([true])
    }),
    ("jina/status/spawn-codes-stay-with-spawn", |f| {
        valid_bodies().into_iter().all(|body| {
            let answer = once(f, Some(body));
            answer.is_some_and(|answer| !matches!(status_of(&answer).code, 4 | 5))
        })
    }),
    ("jina/code/never-unknown", |f| {
        let bytes = request(7, None).encode_to_vec();
        let refusal = jina(false, f).call(&bytes, NOW).err();
        refusal.is_none_or(|refusal| refusal.code != Code::Unknown)
    }),
];

fn spawn_said(jina: &mut Jina, request: &SpawnRequest) -> Vec<SpawnRequest> {
    jina.spawn(&request.encode_to_vec(), NOW).unwrap_or_default()
}

fn last_code(messages: &[SpawnRequest]) -> Option<i32> {
    messages.last()?.status.as_ref().map(|status| status.code)
}

/// Whether it holds where spawning is denied and where it is allowed.
fn both(holds: impl Fn(bool) -> bool) -> bool {
    holds(false) && holds(true)
}

const SPAWN: &[(&str, Holds)] = &[
    ("jina/spawn/not-allowed-says-so", |f| {
        let messages = spawn_said(&mut jina(false, f), &pea(&["a"]));
        last_code(&messages) == Some(StatusCode::ErrorNotallowed as i32)
    }),
    ("jina/spawn/outcome-told", |f| {
        both(|allowed| {
            let messages = spawn_said(&mut jina(allowed, f), &pea(&["a"]));
            matches!(last_code(&messages), Some(0 | 2 | 4 | 5))
        })
    }),
    ("jina/spawn/needs-args", |f| {
        both(|allowed| {
            let messages = spawn_said(&mut jina(allowed, f), &pea(&[]));
            matches!(last_code(&messages), Some(3..=5))
        })
    }),
    ("jina/spawn/body-kept", |f| {
        both(|allowed| {
            let messages = spawn_said(&mut jina(allowed, f), &pea(&["a"]));
            let kept = |message: &SpawnRequest| message.body == pea(&["a"]).body;
            !messages.is_empty() && messages.iter().all(kept)
        })
    }),
    ("jina/spawn/log-is-one-line", |f| {
        both(|allowed| {
            let messages = spawn_said(&mut jina(allowed, f), &pea(&["a\nb"]));
            messages.iter().all(|message| {
                let line = message.log_record.trim_end_matches(['\r', '\n']);
                !line.contains(['\r', '\n'])
            })
        })
    }),
    ("jina/spawn/duplicate-says-so", |f| {
        let mut jina = jina(true, f);
        spawn_said(&mut jina, &pea(&["a"]));
        let messages = spawn_said(&mut jina, &pea(&["a"]));
        last_code(&messages) == Some(StatusCode::ErrorDuplicate as i32)
    }),
    ("jina/spawn/no-body-is-an-error", |f| {
        both(|allowed| {
            let messages = spawn_said(&mut jina(allowed, f), &SpawnRequest::default());
            matches!(last_code(&messages), Some(3..=5))
        })
    }),
];

const CONTROL: &[(&str, Holds)] = &[
    ("jina/control/status-answers", |f| {
        let answer = once(f, Some(control(1)));
        answer.is_some_and(|answer| status_of(&answer).code == StatusCode::Ready as i32)
    }),
    ("jina/control/unknown-command", |f| {
        [2, 99].into_iter().all(|command| {
            let bytes = request(7, Some(control(command))).encode_to_vec();
            let answer = jina(false, f).call(&bytes, NOW).expect("an answer");
            answer.after == After::GoOn && answer.messages.iter().all(erred)
        })
    }),
    ("jina/control/idle-accepted", |f| once(f, Some(control(3))).is_some()),
    ("jina/control/terminate-ends", |f| {
        let bytes = request(7, Some(control(0))).encode_to_vec();
        let answer = jina(false, f).call(&bytes, NOW).expect("an answer");
        answer.after == After::Stop && answer.messages.len() == 1
    }),
];
