//! Statuses: codes, descriptions, times, and what may follow them.

use super::*;

/// The status of the answer to train.
fn of_train(scene: &mut Scene) -> &mut Status {
    scene.calls[2].got[0].status.as_mut().expect("a status")
}

/// The same, once it is an error.
fn failed(scene: &mut Scene) -> &mut Status {
    scene.calls[2].got[0].status = error();
    of_train(scene)
}

#[test]
fn codes_are_those_of_the_enum() {
    for code in [6, 9, -1] {
        breaks("status/code-in-enum", |scene| of_train(scene).code = code);
    }
    let code = "status/spawn-codes-stay-with-spawn";
    breaks(code, |scene| failed(scene).code = 5);
    breaks(code, |scene| failed(scene).code = 4);
}

#[test]
fn errors_say_what_and_when() {
    breaks("status/error-described", |scene| failed(scene).description.clear());
    let times = [
        (NOW + 2 * 86_400, 0),
        (NOW, 1_000_000_000),
        (NOW, -1),
        (-62_135_596_801, 0),
        (253_402_300_800, 0),
        (i64::MIN, 0),
    ];
    for (seconds, nanos) in times {
        breaks("status/details-time-valid", |scene| {
            failed(scene).details[0].time = Some(Timestamp { seconds, nanos });
        });
    }
    // A clock that is an hour ahead, on a request that no clause calls valid.
    bears(|scene| {
        scene.calls[2].sent[0].body = None;
        failed(scene).details[0].time =
            Some(Timestamp { seconds: NOW + 3_600, nanos: 999_999_999 });
    });
}

#[test]
fn pending_announces_more() {
    breaks("status/pending-is-followed", |scene| {
        *of_train(scene) = status(StatusCode::Pending).expect("one")
    });
    breaks("status/pending-is-followed", |scene| {
        let pending = scene.calls[4].got.remove(0);
        scene.calls[4].got[1] = pending;
    });
    breaks("status/pending-is-followed", |scene| drop(scene.spawns[0].got.pop()));
    bears(|scene| {
        scene.spawns[0].got.pop();
        scene.spawns[0].end = None;
    });
}

#[test]
fn nothing_follows_an_error() {
    breaks("status/error-is-final", |scene| {
        let mut bad = scene.calls[4].got[1].clone();
        bad.status = error();
        scene.calls[4].got.insert(1, bad);
    });
}

#[test]
fn what_the_client_said_itself_may_come_back() {
    bears(|scene| {
        let wrong = Status { code: 77, ..Status::default() };
        scene.calls[2].sent[0].status = Some(wrong.clone());
        scene.calls[2].got[0].status = Some(wrong);
    });
}
