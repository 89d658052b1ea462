//! Spawns: outcome, body and log.

use wirecheck_proto::jina::spawn_request::{
    Body, MutablepodSpawnRequest, PeaSpawnRequest, PodSpawnRequest,
};

use super::*;

fn args(args: &[&str]) -> PeaSpawnRequest {
    PeaSpawnRequest { args: args.iter().map(|arg| (*arg).to_owned()).collect() }
}

fn told(body: &Body, log: &str, status: Option<Status>) -> SpawnRequest {
    SpawnRequest { body: Some(body.clone()), log_record: log.to_owned(), status }
}

fn spawn(sent: Option<Body>, got: Vec<SpawnRequest>) -> Talk<SpawnRequest> {
    let sent = SpawnRequest { body: sent, ..SpawnRequest::default() };
    Talk { path: SPAWN, sent: vec![sent], got, end: Some(Code::Ok) }
}

/// A pea that comes up, and a pod that is not allowed.
pub(super) fn right() -> Vec<Talk<SpawnRequest>> {
    let pea = Body::Pea(args(&["--name", "p"]));
    let came_up = vec![
        told(&pea, "p is starting\r\n", status(StatusCode::Pending)),
        told(&pea, "p is up", status(StatusCode::Pending)),
        told(&pea, "", status(StatusCode::Ready)),
    ];
    let pod = Body::Pod(PodSpawnRequest { args: args(&["--name", "q"]).args });
    let switched =
        Body::MutablePod(MutablepodSpawnRequest { peas: vec![args(&["q"])], ..Default::default() });
    let denied = Status { code: StatusCode::ErrorNotallowed.into(), ..error().expect("one") };
    vec![spawn(Some(pea), came_up), spawn(Some(pod), vec![told(&switched, "", Some(denied))])]
}

#[test]
fn a_spawn_names_its_outcome() {
    breaks("spawn/outcome-told", |scene| scene.spawns[0].got[2].status = None);
    breaks("spawn/outcome-told", |scene| scene.spawns[0].got.clear());
    breaks("spawn/not-allowed-says-so", |scene| scene.spawns[1].got.clear());
    breaks("spawn/not-allowed-says-so", |scene| scene.spawns[1].got[0].status = None);
    breaks("spawn/outcome-told", |scene| {
        let status = Status { description: String::new(), ..error().expect("one") };
        scene.spawns[0].got[2].status = Some(status);
    });
    bears(|scene| {
        scene.spawns[0].got.clear();
        scene.spawns[0].end = Some(Code::Unimplemented);
    });
}

#[test]
fn a_spawn_keeps_its_body() {
    breaks("spawn/body-kept", |scene| {
        scene.spawns[0].got[1].body = scene.spawns[1].sent[0].body.clone()
    });
    breaks("spawn/body-kept", |scene| {
        scene.spawns[1].got[0].body = scene.spawns[0].sent[0].body.clone()
    });
    breaks("spawn/body-kept", |scene| {
        scene.spawns[0].got.iter_mut().for_each(|message| message.body = None);
    });
    bears(|scene| scene.spawns[1].got[0].body = None);
}

#[test]
fn a_log_record_is_one_line() {
    for log in ["one\ntwo", "one\rtwo", "\nleading", "one\r\ntwo\n"] {
        breaks("spawn/log-is-one-line", |scene| scene.spawns[0].got[0].log_record = log.to_owned());
    }
    for log in ["", "\n", "one\r\n", "one\n"] {
        bears(|scene| scene.spawns[0].got[0].log_record = log.to_owned());
    }
}

#[test]
fn what_has_no_args_or_no_body_is_an_error() {
    let cases = [
        (Some(Body::Pea(args(&[]))), "spawn/needs-args"),
        (Some(Body::Pod(PodSpawnRequest::default())), "spawn/needs-args"),
        (None, "spawn/no-body-is-an-error"),
    ];
    for (body, clause) in cases {
        let spawned = |status| {
            let (body, sent) = (body.clone(), body.clone());
            let got = vec![SpawnRequest { body, status, ..SpawnRequest::default() }];
            move |scene: &mut Scene| scene.spawns.push(spawn(sent, got))
        };
        breaks(clause, spawned(status(StatusCode::Ready)));
        breaks(clause, spawned(status(StatusCode::Success)));
        breaks(clause, spawned(None));
        bears(spawned(error()));
        bears(|scene| {
            let mut refused = spawn(body.clone(), Vec::new());
            refused.end = Some(Code::InvalidArgument);
            scene.spawns.push(refused);
        });
    }
}
