//! Peas and pods: who may spawn, and what the stream then says.

use super::*;

fn codes(messages: &[SpawnRequest]) -> Vec<StatusCode> {
    let code = |message: &SpawnRequest| {
        let status = message.status.as_ref().expect("a status");
        StatusCode::try_from(status.code).expect("a code of the enum")
    };
    messages.iter().map(code).collect()
}

#[test]
fn nobody_spawns_where_it_is_not_allowed() {
    let mut jina = jina(false, &[]);
    for request in [SpawnRequest::default(), pea(&[]), pea(&["--name", "a"])] {
        let messages = jina.spawn(&request.encode_to_vec(), NOW).expect("messages");
        assert_eq!(codes(&messages), [StatusCode::ErrorNotallowed]);
        assert!(!messages[0].status.as_ref().expect("a status").description.is_empty());
        assert_eq!(messages[0].body, request.body);
    }
}

#[test]
fn a_pea_spawns_once() {
    use StatusCode::{Error, ErrorDuplicate, Pending, Ready};
    let mut jina = jina(true, &[]);
    let mut said = |request: &SpawnRequest| {
        let messages = jina.spawn(&request.encode_to_vec(), NOW).expect("messages");
        for message in &messages {
            assert!(!message.log_record.trim_end_matches('\n').contains(['\n', '\r']));
        }
        (codes(&messages), messages.last().and_then(|last| last.body.clone()))
    };
    let up = vec![Pending, Pending, Ready];
    let named = pea(&["--name", "a\nb"]);
    assert_eq!(said(&named), (up.clone(), named.body.clone()));
    assert_eq!(said(&named).0, [ErrorDuplicate]);
    assert_eq!(said(&pea(&["--name=a\nb"])).0, [ErrorDuplicate]);
    assert_eq!(said(&pea(&["--yaml", "x"])).0, up);
    assert_eq!(said(&pea(&["--yaml", "x"])).0, [ErrorDuplicate]);
    let args = vec!["--name".to_owned(), "pod".to_owned()];
    let part = PeaSpawnRequest { args: args.clone() };
    let pod = spawn(spawn_request::Body::Pod(PodSpawnRequest { args }));
    let (codes, body) = said(&pod);
    assert_eq!(codes, up);
    let parts = MutablepodSpawnRequest { peas: vec![part.clone()], ..Default::default() };
    assert_eq!(body, Some(spawn_request::Body::MutablePod(parts.clone())));
    assert_eq!(said(&spawn(spawn_request::Body::MutablePod(parts))).0, [ErrorDuplicate]);
    let empty = spawn_request::Body::MutablePod(MutablepodSpawnRequest::default());
    for bad in [SpawnRequest::default(), pea(&[]), spawn(empty)] {
        assert_eq!(said(&bad), (vec![Error], bad.body.clone()));
    }
}
